#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>

namespace segue::earlier {

/// For whom it is asked.
struct asking {
    /// It would take the place of the tables of a migration: what a run of gh-ost has left in
    /// theirs stands in its way as well.
    bool needs_tables = true;
    /// Whether a connection that holds the lock of a run is the asker's own; unset: none is.
    std::function<bool(std::uint64_t connection)> is_ours = {};
};

/// Who is at work on the table: a backfill, a split, a migration, or a gh-ost. Blocks for seconds
/// where tables of one are there. Throws segue::error, and `stopped`. Precondition: the session has
/// the claim of claim_start().
std::optional<refusal> others_at_work(db::session& session, const migration_tables& tables,
                                      const asking& by, const std::stop_token& stop);

}  // namespace segue::earlier
