#pragma once

#include "cli/command_line/options.hpp"

#include <string>
#include <vector>

namespace segue::cli {

/// `segue status --database`: prints what is going on in a schema, by what runs have written down
/// in it; with --json as one document. Exit code: 0 it was looked at; 1 it could not be, which is
/// told on stderr, and with --json in the document. Blocks.
int tell_status(const options& given, const std::vector<std::string>& notices);

}  // namespace segue::cli
