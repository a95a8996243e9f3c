#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace segue::rehearsal {

/// What columns that are set get in the first rows.
struct set_trial {
    std::vector<preflight::sampled_row> rows;  ///< In the order of the key.
    std::optional<refusal> refused;            ///< What the new table does not take of them.
    std::string warning = {};  ///< Why they were not tried; empty: they were, or are to be refused.
};

/// Copies the first ten rows, as the key orders them, into the new table in a transaction that is
/// rolled back, and reads what came of them. Nothing is done where no column is set. Precondition:
/// made.target is there, and empty. Blocks for some seconds at most: what takes longer is not
/// tried. Throws segue::error.
set_trial try_sets(db::session& session, const preflight::plan& made);

}  // namespace segue::rehearsal
