#pragma once

#include "cli/command_line/options.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace segue::cli {

/// `segue views`: prints which views would be made, replaced or dropped, with --json as one
/// document; with --execute does it. Exit code: 0 done, or there is nothing to do; 1 refused, or
/// something could not be done, which is told on stderr, and with --json in the document.
/// Blocks.
int make_views(const options& given, const std::vector<std::string>& notices, std::stop_token stop);

}  // namespace segue::cli
