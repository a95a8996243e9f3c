#pragma once

#include "throttle/load_limits.hpp"

#include <string>
#include <vector>

namespace segue::throttle {

/// The names of status variables that are whole numbers, by rows of {Variable_name, Value}. Pure.
std::vector<std::string> whole_numbers(const std::vector<db::row>& status);

/// Which of the limits are of no variable that is known to be a whole number. Pure.
std::vector<unreadable_limit> unknown_limits(const std::vector<load_limit>& limits,
                                             const std::vector<std::string>& known);

}  // namespace segue::throttle
