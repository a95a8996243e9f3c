#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <optional>
#include <vector>

namespace segue::commands {

/// The empty tables that runs and rehearsals make for a moment, to try something on: `_<t>_ghr`,
/// `_<t>_ghe` for expressions, `_<t>_ghv` and the view `_<t>_ghw` for views, and `_<t>_ghf`,
/// `_<t>_g01` to `_<t>_g99` for foreign keys. One is left where the process was killed in that
/// moment.
struct trial_tables {
    std::vector<table_name> ours;  ///< Empty, with the comment that says so: anybody may drop them.
    /// Those of these names that do not bear it, or have rows: they stay. A Segue that was killed
    /// between two statements leaves one without a comment.
    std::vector<table_name> others;
    std::optional<table_name> view = {};  ///< Over one of `ours`.
};

/// Looks for them. Throws as sessions do.
trial_tables find_trial_tables(db::session& session, const migration_tables& tables);

/// Drops `ours`, those with foreign keys first. Throws as sessions do.
void drop_trial_tables(db::session& session, const trial_tables& found);

}  // namespace segue::commands
