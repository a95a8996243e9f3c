#pragma once

#include "src/base/error.hpp"

#include <string>
#include <vector>

namespace segue::rows {

/// What to add to the server's words where a row was refused for a value that the server computes:
/// that of one of these columns. They often name no column (Division by 0). Empty where it was for
/// another column, or for no value. Pure.
std::string hint_on_computed(const error& failure, const std::vector<std::string>& computed);

}  // namespace segue::rows
