#pragma once

#include "cli/command_line/options.hpp"

#include <string>
#include <vector>

namespace segue::cli {

/// `segue backfill`: sets columns of a table in place, or without --execute tells what it would do;
/// with --json as one object a line. Exit code: 0 done, or nothing was to be done; 4 done, and rows
/// that match --where hold another value; 1 refused, or stopped, which is told on stderr. Blocks.
int backfill_table(const options& given, const std::vector<std::string>& notices);

}  // namespace segue::cli
