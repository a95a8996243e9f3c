#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/db/session.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace segue::earlier {

/// The comment by which the table of a backfill's state is known, whatever stands in it.
inline constexpr std::string_view backfill_state_comment = "Segue: state of a backfill";

/// The state that a backfill of the table has left, or has; nullopt: there is none. A table of that
/// name without the comment is not Segue's. Throws segue::error.
std::optional<table_name> backfill_state_of(db::session& session, const table_name& table,
                                            const table_naming& naming);

/// The name of the user lock that a backfill of the table holds while it is at work, as an
/// expression. Unlike that of claim_start().
/// https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
std::string backfill_claim(const table_name& table);

/// A reason not to begin on the table beside a backfill (src/backfill) that is at work on it. One
/// that is dead may have left a statement behind: waits for up to five seconds, and says so. Throws
/// segue::error, and `stopped` when asked to stop.
std::optional<refusal> backfill_at_work(db::session& session, const table_name& table,
                                        const std::stop_token& stop);

}  // namespace segue::earlier
