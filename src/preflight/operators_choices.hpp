#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"
#include "src/schema/row_key.hpp"
#include "src/sql/alter_text.hpp"

#include <chrono>
#include <vector>

namespace segue::preflight {

// What the operator lets a run do that ALTER TABLE would do otherwise, or that may not be meant;
// what comes of it is told at the start, as plan::server.weaker.

/// Renames of columns that nobody has approved. Whoever writes CHANGE or RENAME COLUMN says that
/// one column goes on as another; where that is not what was meant, nothing brings the values back.
std::vector<refusal> unapproved_renames(const sql::alter_statement& alter,
                                        const inspection_request& request);

/// Tells the columns of which no value is carried on. Precondition: made.tables is set.
void tell_skipped_renames(plan& made, const sql::alter_statement& alter);

/// A key over a unique index whose columns can be NULL, and never are, which names rows as well as
/// another; notes the columns in the plan.
schema::key_choice nullable_key(plan& made, const schema::source_of& source_of,
                                const schema::key_conditions& under);

/// Throws refusals that name a column of the key in which there is a NULL. Reads the key's index
/// for each column that can be NULL; nothing where there is none. `locking`: FOR SHARE.
void throw_if_key_has_nulls(db::session& session, const plan& made, bool locking);

/// Fills plan::along, for foreign keys and triggers. Throws segue::error.
void see_what_is_taken_along(db::session& session, const inspection_request& request, plan& made,
                             std::vector<refusal>& refusals);

/// Tells which triggers the swap will make, and how long that takes.
void tell_triggers(plan& made);
/// The same of foreign keys, and who waits for that.
void tell_foreign_keys(plan& made, std::chrono::milliseconds stall_budget);

}  // namespace segue::preflight
