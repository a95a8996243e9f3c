#pragma once

#include "cli/command_line/options.hpp"
#include "src/hooks/hook_environment.hpp"
#include "src/migration/progress.hpp"

#include <optional>

namespace segue::cli {

/// What every hook is told: gh-ost's variables. `about` is unset until the table is inspected: then
/// the tables have the names that they will get, and the servers none. Pure but for the name of
/// this machine.
hooks::hook_variables hook_variables_of(const options& given, const migration::progress& now,
                                        const std::optional<migration::subject>& about);

}  // namespace segue::cli
