#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace segue::fuzz {

using input = std::vector<std::uint8_t>;

/// A few changes of the kinds that find faults in decoders, behind the first `kept` bytes. The same
/// each time, for the same state of `random`.
input mutated(input from, std::size_t kept, std::mt19937& random);

}  // namespace segue::fuzz
