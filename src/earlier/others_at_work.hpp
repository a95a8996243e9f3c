#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <optional>
#include <stop_token>

namespace segue::earlier {

/// Claims the start on the table (claim_start()), and says who is at work on it: a backfill, a
/// migration, or a gh-ost. Blocks for seconds where tables of one are there. Throws segue::error
/// where another one starts, and `stopped`.
std::optional<refusal> others_at_work(db::session& session, const migration_tables& tables,
                                      const std::stop_token& stop);

}  // namespace segue::earlier
