#pragma once

#include "cli/command_line/flags.hpp"

#include <vector>

namespace segue::cli {

/// gh-ost's flags that are answered with one notice of what they mean here, where they ask for
/// nothing that could be done otherwise, and those that are refused until there is what they ask
/// for. Taking one in silence would leave its user in the belief that it is obeyed.
std::vector<flag> flags_answered();

}  // namespace segue::cli
