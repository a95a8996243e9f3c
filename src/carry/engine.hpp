#pragma once

#include "binlog/stream.hpp"
#include "src/base/clock.hpp"
#include "src/base/table_name.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/checkpointer.hpp"
#include "src/carry/chunk_queue.hpp"
#include "src/carry/chunk_sizer.hpp"
#include "src/carry/conflict_resolver.hpp"
#include "src/carry/copier.hpp"
#include "src/carry/copy_start.hpp"
#include "src/carry/engine_settings.hpp"
#include "src/carry/flusher.hpp"
#include "src/carry/lock_holders.hpp"
#include "src/carry/wording.hpp"
#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/router.hpp"
#include "src/changes/table_feed.hpp"
#include "src/db/session_factory.hpp"
#include "src/rows/row_writer.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/durability.hpp"
#include "src/servers/server_facts.hpp"
#include "src/servers/server_roles.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "src/tables/saved_state.hpp"
#include "src/wire/connection_options.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::carry {

/// Which table is to be made equal to a projection of which, and what is written down for that.
struct engine_task {
    schema::table_definition source;
    schema::projection projection;  ///< From the source to the target.
    table_name changelog;           ///< `_<t>_ghc`
    table_name checkpoint;          ///< `_<t>_ghk`
    servers::server_facts server;   ///< That has them all.
    wording words;
    std::string run_token = {};  ///< Unlike any other run's; empty: the engine makes one.
    std::vector<row_check> checks = {};
};

/// Random; names a run in the tables that it writes.
std::string new_run_token();

/// Makes a target equal to a projection of its source and keeps it so, until its threads are
/// stopped. It does not know what that is for: whoever has it decides what comes before, and how it
/// ends.
///
/// Lifecycle: the tables of barrier and checkpoint are made, then follow(), then copy() unless the
/// target is equal already. Threads: "heartbeat", "stream", "throttle", "throttle-N", "flush-N" and
/// "checkpoint" from follow() on, "bounds" and "copy-N" during copy(); all of the group. follow()
/// and copy() are one thread's, and wait in it; of the parts, each says whose calls it takes.
/// Lifetime: all that `around` names outlives it, and the group's threads end before it.
class engine {
  public:
    /// What the engine works with, and does not own.
    struct surroundings {
        db::session_factory& sessions;  ///< To the server with the tables.
        const servers::server_roles& roles;
        servers::durability& restarts;
        task_group& threads;
        throttle::live_pace& pace;
        const clock_source& clock;
        wire::connection_options stream_from;  ///< To the server that the stream comes from.
        std::function<void(const std::string&)> tell;  ///< One sentence for the operator.
        std::function<void(const std::string&)> copy_failed = {};  ///< As copier::parts::failed.
        lock_holders holders = {};
    };
    engine(engine_task given, engine_settings settings, surroundings around);

    /// Called again and again in each wait, and rests a little itself; what it throws ends the
    /// wait.
    using look_after = std::function<void()>;

    /// What is in the target.
    enum class contents {
        nothing,            ///< What changes before a chunk is copied is the chunk's to read.
        of_an_earlier_run,  ///< What its state says; what is left to be copied goes on.
        equal  ///< What the source was at the stream's start, or later. Nothing is copied.
    };
    /// Where the run begins: anew, or where an earlier one stopped.
    struct start {
        contents target = contents::nothing;
        /// Where the stream is taken up; unset: at the log's end now.
        std::optional<tables::resume_point> from = std::nullopt;
        /// What the earlier run left to be copied; unset for the other contents.
        std::optional<copy_start> copy = std::nullopt;
        /// What stands in the state that `from` is of as taken out of the target and not brought
        /// back; none for contents::nothing.
        tables::evicted_rows evicted = {};
        /// The connections by which earlier runs have written the target; unset: not all are known,
        /// so that what others wrote there before this run is not looked for in the stream.
        std::optional<std::set<std::uint64_t>> writers = std::nullopt;
    };
    /// Begins to read the stream. Returns when it has come to the log's end; changes are carried
    /// over from then on. Throws segue::error, and `stopped`.
    /// Precondition: `begin.from` is a place in the log of the server that the stream comes from;
    /// it, `begin.copy` and `begin.evicted` are of one state.
    void follow(start begin, const look_after& meanwhile);

    /// Copies what is to be copied; returns when every row has been. Throws segue::error, and
    /// `stopped`. Precondition: follow(), not with contents::equal.
    void copy(const look_after& meanwhile);

    /// Is asked to stop with the run's threads.
    std::stop_token stop_token() const { return around_.threads.token(); }

    /// The newest heartbeat that was answered as committed, or read; unset: none was. Threads: any.
    std::optional<std::chrono::system_clock::time_point> newest_heartbeat() const {
        // An empty one is less than any.
        return std::max(router.last_heartbeat(), barrier.answered_heartbeat());
    }

    const engine_task task;
    const engine_settings with;
    throttle::live_pace& pace;
    const std::string run_token;  ///< Names the run in the tables it writes.
    const bool locking_reads;
    const rows::statements texts;
    const tables::checkpoint_table checkpoint;
    const rows::row_writer writer;
    changes::barrier barrier;
    changes::change_set changes;
    changes::table_feed feed;
    changes::router router;
    chunk_queue chunks;
    chunk_sizer sizer;
    conflict_resolver conflicts;
    throttle::throttler throttler;
    copier copying;
    flusher flushing;
    carry::checkpointer checkpointer;

  private:
    /// How many keys one statement may name, and one transaction about conflicts.
    std::size_t batch_keys() const;
    std::size_t turn_keys() const;

    binlog::stream_position start_of_stream();
    void wait_for_first_marker(contents target, const look_after& meanwhile);
    void flush_before_the_marker_if_full(contents target);
    void begin_copy(std::optional<copy_start> from);
    std::optional<keys::key_value> find_end(db::session& on) const;
    void start_flushing();

    /// Runs the operation on a session of its own, which is connected anew where it is lost.
    template <typename Operation>
    void with_session(Operation operation);

    const surroundings around_;
    copy_start copy_;
    bool flushes_ = false;              ///< The flush workers run.
    std::atomic<unsigned> copying_{0};  ///< Counted down by the copy workers.
};

}  // namespace segue::carry
