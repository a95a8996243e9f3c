#pragma once

#include "tests/fuzz/target.hpp"

#include <random>

namespace segue::fuzz {

/// A few changes of the kinds that find faults in decoders. The same each time, for the same state
/// of `random`.
input mutated(input from, std::mt19937& random);

}  // namespace segue::fuzz
