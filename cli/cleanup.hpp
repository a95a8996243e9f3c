#pragma once

#include "cli/command_line/options.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace segue::cli {

/// `segue cleanup`: prints what earlier runs of the table left, with --json as one document; with
/// --execute drops it. Exit code: 0 done, or there is nothing; 1 refused, or it could not be done,
/// which is told on stderr, and with --json in the document.
/// Blocks.
int clean_up(const options& given, const std::vector<std::string>& notices, std::stop_token stop);

}  // namespace segue::cli
