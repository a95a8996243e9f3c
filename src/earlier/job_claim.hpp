#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

/// User locks by which jobs that are no migrations say that they are at work on a table. Unlike
/// that of claim_start(). https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
namespace segue::earlier {

enum class claimed_by { backfill, split };

/// Claims the table as long as the session lives; false: another session has it. Throws as a
/// session does.
bool claim(db::session& session, claimed_by job, const table_name& table,
           std::chrono::seconds wait);
/// Gives back a claim that the session has, if it has it.
void release(db::session& session, claimed_by job, const table_name& table);

/// A reason not to begin on the table beside such a job that is at work on it. One that is dead may
/// have left a statement behind: waits for up to five seconds, and says so. Throws segue::error,
/// and `stopped` when asked to stop.
std::optional<refusal> claimed_by_another(db::session& session, claimed_by job,
                                          const table_name& table, const std::stop_token& stop);

}  // namespace segue::earlier
