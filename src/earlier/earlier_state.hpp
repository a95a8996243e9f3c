#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "src/tables/saved_state.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace segue::earlier {

/// What a run does with what an earlier one left.
enum class run_use {
    gone_on_with,  ///< Where that can be done; what cannot be gone on with stands in the way.
    required,      ///< --resume: a run that begins anew is refused.
    begun_anew     ///< --no-resume: what Segue has left is dropped.
};

/// What the tables of an earlier run are to a migration that starts now.
enum class remains {
    none,        ///< There are none.
    unknown,     ///< Without a state that Segue reads: nothing is known of them.
    unfinished,  ///< Of a run that had copied nothing yet that could be gone on from.
    another,     ///< Of a migration that this one is not; `why` says what differs.
    resumable,   ///< Of this very migration, as far as the state tells.
    swapped      ///< Of this very migration, or another one, whose tables are swapped.
};

/// What there is of an earlier run.
struct state {
    remains is = remains::none;
    std::string why = {};  ///< What differs; a part of a sentence. For another and unknown alone.
    std::string run = {};  ///< Whose it was, in words; empty where that is not known.
    /// The original's name after its swap; empty where that is not known.
    std::string old_table = {};
    /// For `another`: a run that has the ALTER, the table and the settings as they were can go on.
    bool could_be_gone_on_with = false;
    bool same_change = false;  ///< For `swapped`: by this ALTER, with these values set.
};

/// What a migration is asked to change.
struct change {
    std::string alter;      ///< Bare options, or a whole ALTER TABLE.
    std::string sets = {};  ///< As tables::fingerprint has them.
};

/// Looks at the state that stands in the checkpoint table and changes nothing. `original`: as it is
/// now; nullptr: there is no such table. `asked`: unset: what that run was asked. Precondition:
/// nobody is at work on it; what is dropped all the same while it looks is gone. Throws as sessions
/// do.
state look_at_earlier_state(db::session& session, const migration_tables& tables,
                            const schema::table_definition* original,
                            const std::optional<change>& asked);

/// Makes the state of another run ours, once its statements have ended: one that waits for a lock
/// lives on in the server when its process has died. Tells whom it waits for. Throws `stopped`, and
/// segue::error where they do not end.
tables::saved_state take_state_over(db::session& session, const tables::checkpoint_table& table,
                                    const std::stop_token& stop);

/// A line that only one of two texts has, and one that only the other has, as "'a' before, and 'b'
/// now", or the one alone; where they have the same ones, the first that stands elsewhere.
std::string first_difference(std::string_view before, std::string_view now);

/// In which fact the two differ first, as "the table's definition: 'a', and now 'b'"; nullopt: in
/// none.
std::optional<std::string> difference(const tables::fingerprint& before,
                                      const tables::fingerprint& now);

}  // namespace segue::earlier
