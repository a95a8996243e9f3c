#pragma once

#include "cli/command_line/options.hpp"
#include "cli/running/report_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace segue::cli {

/// Runs a migration, or rehearses it, with all that stands around it: output, signals, commands,
/// hooks, metrics. `notices`: to be told at its beginning. Returns the exit code
/// (docs/exit-codes.md). Blocks; to be called once in a process.
int migrate(const options& given, std::vector<std::string> notices,
            const std::optional<report_file>& report);

}  // namespace segue::cli
