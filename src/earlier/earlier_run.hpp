#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::earlier {

/// What another run that has taken the tables over has made of them.
enum class other_run_made {
    none,         ///< There is no such run.
    unfinished,   ///< The new table is there, so that the original is as it was.
    swapped,      ///< The original is the new table now.
    not_swapped,  ///< The new table is gone, and the original is as it was.
    unknown       ///< None of these can be seen.
};

/// Claims the start, or the rehearsal, of a migration of this table for as long as the session
/// lives, so that of two runs that are started at once one finds the other's tables, and nobody
/// meets the table that another uses for a moment. A courtesy: what keeps two runs from writing is
/// the owner's row. Throws segue::error where another session holds the claim.
/// https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
void claim_start(db::session& session, const table_name& original);

/// Gives the claim of claim_start() back, which the session has.
void release_start(db::session& session, const table_name& original);

/// Whether a session has the claim of claim_start() on this table now.
bool start_is_claimed(db::session& session, const table_name& original);

/// Looks for three seconds, the greatest interval of heartbeats three times over, whether the
/// changelog's rows change, and after each change anew: who writes them again and again is at work;
/// a few changes may be statements of a process that has died. Times are not compared, since clocks
/// differ. Looks again, some ten times at most, where nobody could have written them
/// meanwhile. A reason not to begin if they change, or if that cannot be seen. Returns at once
/// where there is no such table, or none any more: that run has come to its end. Throws
/// segue::error, and `stopped` when asked to stop.
std::optional<refusal> at_work(db::session& session, const migration_tables& tables,
                               std::stop_token stop);

/// Who owns the tables of a migration.
enum class owner {
    this_run,
    another_run,  ///< Which has taken them over, or has made its own.
    nobody        ///< The checkpoint table is gone, or its owner's row.
};
/// `token_before`: of the run that this one has taken the tables over from; empty: of none. Nobody
/// writes that again, so that it stands there only where a crash of the server has taken this run's
/// back; the tables are this run's then.
owner owner_of(db::session& session, const table_name& checkpoint, const std::string& run_token,
               const std::string& token_before);

/// What another run, which has taken this run's tables over, has made of them; `there` are those of
/// them that exist, `original` and `target` as this run knew them. Throws segue::error.
other_run_made seen_take_over(db::session& session, const migration_tables& tables,
                              const schema::table_definition& original,
                              const schema::table_definition& target,
                              const std::vector<table_name>& there);

/// Calls `take_over`, which waits for the statements that a run has left behind in the server,
/// until they have ended; tells meanwhile what they hold. Throws segue::error where they do not
/// end, or for what it throws but for a lock wait that took too long, and `stopped`.
void outlast_statements(db::session& session, const table_name& checkpoint,
                        const std::stop_token& stop, const std::function<void()>& take_over);

/// A text of SHOW CREATE TABLE without what a swap may change by itself: the table's name, and
/// those of constraints.
std::string definition_but_for_names(const std::string& create_statement);

/// Drops one table of an earlier run, and waits for whoever holds it. Throws as drop_leftovers().
void drop_leftover(db::session& session, const table_name& name, const std::stop_token& stop);

/// Drops the ghost, changelog and checkpoint tables. Waits for statements of the run that left
/// them: one that waits for a lock lives on in the server when its process has died. Throws
/// `stopped` when asked to stop before the first one is dropped.
void drop_leftovers(db::session& session, const migration_tables& tables, std::stop_token stop);

}  // namespace segue::earlier
