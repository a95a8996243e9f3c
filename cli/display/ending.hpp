#pragma once

#include "src/base/log.hpp"
#include "src/migration/progress.hpp"

#include <string>
#include <vector>

namespace segue::display {

/// What is said last of a run that ended, or is ended now, and its exit code: 0, the tables are
/// swapped; 1, they are not; 3, nobody knows. "Untouched" is said only where that is known.
struct ending {
    int exit_code = 0;
    log::level level = log::level::fatal;
    std::vector<std::string> lines;
};

/// What to say last, by what is known of RENAME TABLE and of the tables that are left. Pure.
ending ending_of(const migration::leftovers& left);

/// What to say after a swap that keeps the old table: where it is, and how to drop it.
std::string kept_text(const migration::leftovers& left);

}  // namespace segue::display
