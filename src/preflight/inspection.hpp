#pragma once

#include "src/db/session.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/preflight/plan.hpp"

#include <stop_token>

namespace segue::preflight {

/// Checks everything, makes the empty new table with the ALTER applied, and reads back what came of
/// it. What an earlier run of the same migration left is gone on with, where that can be done. What
/// is to be dropped (with drop_ghost, or where it is of no use to anybody) is dropped before, once
/// the same has been done under the rehearsal's name and nothing stood in the way; with drop_old
/// the old table is left to be dropped by the caller. Where the plan begins `from_swap` nothing was
/// made. The session holds
/// earlier::claim_start() afterwards, and the checkpoint table has been begun or taken over. Throws
/// segue::error that lists what stands in the way, each with a remedy; then nothing is left behind
/// that was not there before, but for what is on the record. A stop ends waits of ours; statements
/// that run are the caller's to end.
plan inspect(db::session& session, const inspection_request& request, const table_record& record,
             std::stop_token stop);

/// The checks of inspect() that need no table to be made, none of which can be made without; and,
/// on an empty table for a moment, that no view of Segue's would be broken. The session holds
/// earlier::claim_start() afterwards. Throws as inspect() does.
plan look(db::session& session, const inspection_request& request, const std::stop_token& stop);

/// Looks at both tables again: throws segue::error when the original is not the table that was
/// inspected any more, or the new table not what the ALTER made of it, or a trigger or a foreign
/// key has come up, or a view of Segue's that the new table would break.
void throw_if_changed(db::session& session, const plan& made);

/// What throw_if_changed() looks at, at a cost that goes by the table alone, so that it can be
/// asked while the application waits: of foreign keys to the table those only that the account may
/// see. docs/decisions/0011 says why no other is missed. Precondition: throw_if_changed() was
/// called on the session, and has made its settings.
void throw_if_changed_under_lock(db::session& session, const plan& made);

}  // namespace segue::preflight
