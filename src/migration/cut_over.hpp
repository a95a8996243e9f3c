#pragma once

#include "src/db/session_factory.hpp"
#include "src/migration/change_set.hpp"
#include "src/migration/checkpoint_table.hpp"
#include "src/migration/heartbeat.hpp"
#include "src/migration/inspection.hpp"
#include "src/migration/replayer.hpp"
#include "src/migration/row_writer.hpp"
#include "src/migration/stream_feed.hpp"
#include "src/migration/watchdog.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::migration {

/// The swap of names. One attempt either swaps, or gives way and leaves everything as it was; the
/// application never waits for longer than the stall budget.
/// Precondition of an attempt: the copy is done; stream, heartbeat and flush workers run.
/// Lifetime: all that `parts` names outlives it.
class cut_over {
  public:
    struct parts {
        db::session_factory& sessions;
        const plan& migration;
        const row_writer& writer;
        const checkpoint_table& checkpoint;
        heartbeat& barrier;
        stream_feed& feed;
        change_set& changes;
        replayer& flusher;
        std::chrono::milliseconds stall_budget{500};
    };
    explicit cut_over(parts with) : with_(with) {}

    struct result {
        bool swapped = false;
        std::string gave_way_because;        ///< Empty when swapped.
        std::chrono::milliseconds stall{0};  ///< From the request for the lock to UNLOCK.
    };

    /// Blocks for the drain, foresight's patience and the stall budget at most.
    /// Throws segue::error for what ends the migration: the table is no longer the one that was
    /// inspected, another run owns it, or (with outcome_unknown()) it cannot be found out whether
    /// the names were swapped. Throws `stopped` if asked before the lock was requested.
    result attempt(std::stop_token stop);

  private:
    using time_point = watchdog::clock::time_point;

    struct swap_sessions {
        db::session spare;   ///< Ends what the locker waits for.
        db::session locker;  ///< Connected last: it is soon cut off when idle.
    };

    /// Precondition: a quiet turn is held.
    result swap(swap_sessions& sessions, std::stop_token stop);
    std::optional<std::string> drain(std::stop_token stop);
    std::optional<std::string> foresee(std::stop_token stop);
    db::session lock_session();
    std::optional<std::string> fill_under_lock(db::session& locker, const watchdog& timer,
                                               time_point deadline);
    void set_auto_increment(db::session& locker) const;
    bool was_swapped(std::uint64_t lost_connection);

    const parts with_;
};

}  // namespace segue::migration
