#pragma once

#include "cli/command_line/options.hpp"

#include <string>
#include <vector>

namespace segue::cli {

/// `segue expand`: gives a column a second name, or without --execute tells what it would do; with
/// --json as one object a line. Exit code: 0 every row is in step; 4 all was made, and rows hold
/// pairs that disagree; 1 refused, or stopped, which is told on stderr. Blocks.
int expand_table(const options& given, const std::vector<std::string>& notices);

}  // namespace segue::cli
