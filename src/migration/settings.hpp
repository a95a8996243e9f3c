#pragma once

#include "src/carry/engine_settings.hpp"
#include "src/preflight/plan.hpp"
#include "src/rehearsal/start_notices.hpp"
#include "src/servers/server_roles.hpp"
#include "src/wire/connection_options.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::migration {

/// What is done with the replica that --host names.
enum class replica_use {
    streams,   ///< At most its binary log is read: the primary is migrated.
    migrated,  ///< --migrate-on-replica: it is written to, and the primary is not.
    tested     ///< --test-on-replica: the same, and the tables are swapped back.
};

/// All rows are copied and verified, and the swap is about to be tried: what whoever looks at the
/// table once more has to heed.
struct swap_moment {
    const throttle::throttler& throttler;
    const throttle::live_pace& pace;
    std::stop_token stop;
};

/// What a migration is a part of, as `segue contract`.
struct greater_whole {
    /// Why the swap must not be made yet, one sentence; empty: it may. Asked before each attempt,
    /// on a thread of its own; may block, and throws segue::error where it cannot tell, which is
    /// tried again. Unset: it may.
    std::function<std::string(const swap_moment&)> before_swap = {};
    /// Done when the tables are swapped and cleaned up, also where an earlier run has swapped them;
    /// returns what the operator is to know, one sentence. Must not throw. Unset: nothing is to be
    /// done.
    std::function<std::string()> after_swap = {};
};

/// All that a run is told; const from its start.
struct settings {
    wire::connection_options connection;  ///< To the server that the stream comes from.
    std::optional<servers::assumed_primary>
        assume_primary;  ///< Unset: it is looked for from there.
    replica_use replica = replica_use::streams;
    /// --test-on-replica-skip-replica-stop: others stop replication before the swap.
    bool replication_is_stopped_by_others = false;
    preflight::inspection_request request;
    carry::engine_settings carrying;
    std::chrono::milliseconds stall_budget{500};
    /// --verify: of a hundred ranges of rows so many are compared before the swap, 0 to 100.
    unsigned verify_percent = 100;
    /// --preflight-data-check: how long the data is looked at before it is copied. Zero: not at
    /// all.
    std::chrono::seconds data_check{10};
    std::string postpone_flag_file;     ///< Empty: none.
    std::string panic_flag_file;        ///< Empty: none.
    bool ignore_old_snapshots = false;  ///< Swap though transactions have old snapshots.
    bool accept_slow_rename = false;    ///< Swap though RENAME TABLE takes longer than the budget.
    std::optional<std::chrono::seconds> kill_blockers_after;  ///< Unset: nobody's session is ended.
    /// Pauses between attempts to swap double up to this; unset: as attempt_pauses has it.
    std::optional<std::chrono::seconds> cut_over_pause_max;
    bool attempt_instant_ddl = false;  ///< Before all else, ALGORITHM=INSTANT on the table itself.
    bool drop_old_table = false;       ///< The old table is dropped after the swap.
    std::chrono::seconds wait_for_server{600};  ///< What passes by itself is waited for so long.
    greater_whole part_of = {};                 ///< Unset where it is alone.
};

/// Looks for the servers of a run. Throws as server_roles does.
servers::server_roles find_roles(const settings& by);

rehearsal::asked_for what_is_asked(const settings& by);

}  // namespace segue::migration
