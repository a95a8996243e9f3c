#pragma once

#include "src/base/log.hpp"
#include "src/migration/progress.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::display {

/// Of the fields' names and meanings in what is written for programs (docs/json.md); a field or a
/// kind more is no other version.
inline constexpr unsigned json_version = 1;

enum class run_end {
    done,     ///< The tables are swapped, or a rehearsal has passed.
    refused,  ///< Nothing was begun: a flag or a check of the start stood against it.
    stopped,  ///< It had begun, or somebody asked for the end; the tables are not swapped.
    open      ///< Nobody knows whether they are.
};
std::string_view name_of(run_end how) noexcept;

/// What is said last of a run that ended, or is ended now, and its exit code: 0, the tables are
/// swapped; 1, they are not; 3, nobody knows. "Untouched" is said only where that is known.
struct ending {
    int exit_code = 0;
    log::level level = log::level::fatal;
    std::vector<std::string> lines = {};
    run_end how = run_end::done;
    std::string why = {};  ///< What ended it; empty where it is done.
    std::string_view stopped_by =
        {};  ///< "signal", "command" or "failure"; empty where it is done.
};

/// What to say last, by what is known of RENAME TABLE and of the tables that are left. Pure.
ending ending_of(const migration::leftovers& left);

/// What to say after a swap that keeps the old table: where it is, and how to drop it.
std::string kept_text(const migration::leftovers& left);

}  // namespace segue::display
