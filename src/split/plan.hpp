#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/server_facts.hpp"
#include "src/servers/server_roles.hpp"
#include "src/split/task.hpp"
#include "src/tables/saved_state.hpp"
#include "throttle/pace.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::split {

/// Where a run starts, by what an earlier one left and by what was asked for.
enum class beginning {
    anew,
    from_earlier,  ///< Where an earlier run of this very split stopped.
    from_end       ///< An earlier one has ended, and its tables are left to be dropped.
};

/// Everything that is known before rows move; immutable once made.
struct plan {
    migration_tables tables;  ///< By split_tables(): the target is `ghost`.
    servers::server_facts server;
    std::string stream_host;  ///< Of the replica that the stream comes from; else server.host.
    schema::table_definition source;
    schema::table_definition target;
    /// Of the target: the columns of the projection alone. What else it has is its own.
    schema::table_definition compared_target;
    bool makes_target = false;  ///< It is not there, and `target` is what --create would make.
    std::string create;         ///< The statement that makes it.
    schema::projection projection;
    std::string key_explanation;
    std::vector<std::string> own_columns;     ///< Of the target, which are not written.
    std::vector<std::string> status_numbers;  ///< Status variables by which a load can be watched.
    beginning begins = beginning::anew;
    bool drops_state = false;  ///< What an earlier run left is of no use, and is dropped.
    /// What an earlier run left, to be gone on with or told of. As it was when it was looked at.
    std::optional<tables::saved_state> left;
    tables::fingerprint asked;  ///< What the state says of all that.
    std::vector<std::string> notices;
};

/// What inspect() works with.
struct inspected_at {
    db::session& session;  ///< To the primary.
    const servers::server_roles& roles;
    const task& asked;
    const throttle::pace& pace;
    const std::stop_token& stop;
};

/// Every check, and the plan. Makes empty tables for a moment, on which --where and --create are
/// tried. The session claims the start on both tables afterwards. Throws segue::error that lists
/// what stands in the way, with remedies. Blocks.
plan inspect(const inspected_at& at);

/// Looks at both tables again: throws segue::error where one is not the table that was inspected
/// any more, or where a foreign key or a trigger has come up. Blocks.
void throw_if_changed(db::session& session, const plan& made);

/// The same, but for what takes long to look at where the session holds both tables locked.
void throw_if_changed_under_lock(db::session& session, const plan& made);

}  // namespace segue::split
