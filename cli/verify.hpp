#pragma once

#include "cli/command_line/options.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace segue::cli {

/// `segue verify`: compares two tables that nobody writes to, and prints by key what differs, with
/// --json as one object. Exit code: 0 equal; 4 different; 1 refused, stopped, or it could not be
/// done, which is told on stderr. Blocks.
int verify_tables(const options& given, const std::vector<std::string>& notices,
                  std::stop_token stop);

}  // namespace segue::cli
