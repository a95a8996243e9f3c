#pragma once

#include "cli/command_line/options.hpp"

#include <string>
#include <vector>

namespace segue::cli {

/// `segue split`: fills a second table from the first and keeps it in step, or without --execute
/// tells what it would do; with --json as one object a line. Exit code: 0 done; 1 refused, or
/// stopped, which is told on stderr. Blocks.
int split_table(const options& given, const std::vector<std::string>& notices);

}  // namespace segue::cli
