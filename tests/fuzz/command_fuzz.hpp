#pragma once

#include "tests/fuzz/mutation.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace segue::control::fuzz {

/// Reads the input as a line that somebody sent to a migration's socket, and ends the process where
/// what was read cannot be right.
void run_line(std::span<const std::uint8_t> input);

/// Lines of each kind: names, arguments, quotes and their escapes.
std::vector<segue::fuzz::input> lines();

}  // namespace segue::control::fuzz
