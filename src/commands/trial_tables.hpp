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
    std::vector<table_name> ours;    ///< preflight::is_left_for_a_moment(): anybody may drop them.
    std::vector<table_name> others;  ///< Others of these names, or with rows: they stay.
    std::optional<table_name> view = {};  ///< Over one of `ours`.
};

/// Looks for them. The session has earlier::claim_start(). Throws as sessions do.
trial_tables find_trial_tables(db::session& session, const migration_tables& tables);

/// Drops `ours`, those with foreign keys first. Throws as sessions do.
void drop_trial_tables(db::session& session, const trial_tables& found,
                       const migration_tables& tables);

}  // namespace segue::commands
