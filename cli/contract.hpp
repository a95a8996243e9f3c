#pragma once

#include "cli/command_line/options.hpp"
#include "cli/running/report_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace segue::cli {

/// `segue contract`: takes one of two names of a column away by a migration, or without --execute
/// tells who uses it and rehearses that. Exit code: a migration's; 1 also where somebody uses the
/// column. Blocks; to be called once in a process.
int contract_table(const options& given, std::vector<std::string> notices,
                   const std::optional<report_file>& report);

}  // namespace segue::cli
