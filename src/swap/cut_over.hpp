#pragma once

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/carry/checkpointer.hpp"
#include "src/carry/flusher.hpp"
#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/router.hpp"
#include "src/changes/table_feed.hpp"
#include "src/db/session_factory.hpp"
#include "src/holders/blocker_watch.hpp"
#include "src/holders/old_snapshots.hpp"
#include "src/preflight/plan.hpp"
#include "src/rows/row_writer.hpp"
#include "src/servers/locked_beside.hpp"
#include "src/swap/catch_up.hpp"
#include "src/swap/foreign_key_swap.hpp"
#include "src/swap/lost_connection.hpp"
#include "src/swap/stall_budget.hpp"
#include "src/swap/swap_record.hpp"
#include "src/swap/watchdog.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::swap {

/// The swap of names. One attempt either swaps, or gives way and leaves everything as it was; the
/// application never waits for longer than the stall budget. docs/cut-over.md tells it step by
/// step. Precondition of an attempt: the copy is done; stream, heartbeat and flush workers run.
/// Threads: one. Lifetime: all that `parts` names outlives it.
class cut_over {
  public:
    struct settings {
        /// How long writes may wait for one attempt, from the request for the lock on.
        std::chrono::milliseconds stall_budget{};
        /// The swap is made although somebody could see the new table as it was before.
        bool ignore_old_snapshots = false;
        /// A session that holds the table is ended when it has kept the swap waiting that long;
        /// unset: none is.
        std::optional<std::chrono::seconds> kill_blockers_after;
        bool from_replica = false;  ///< The stream comes from a replica.
        /// RENAME TABLE is sent although it takes longer than is left of the budget.
        bool accept_slow_rename = false;
        /// The names are swapped back later: nothing is taken from the old table.
        bool swaps_back = false;
    };
    /// What an attempt works with; the cut-over owns none of it.
    struct parts {
        db::session_factory& sessions;
        const preflight::plan& plan;
        swap_record& record;
        const rows::row_writer& writer;
        const tables::checkpoint_table& checkpoint;
        changes::barrier& barrier;
        changes::router& router;
        changes::table_feed& feed;
        changes::change_set& changes;
        carry::flusher& flusher;
        carry::checkpointer& checkpointer;
        const clock_source& clock;
        settings set;
    };
    explicit cut_over(parts with)
        : with_(with),
          server_(with.plan.server),
          rename_time_(with.plan.rename_time.value_or(std::chrono::milliseconds(0))),
          triggers_time_(with.plan.along.triggers_time),
          foreign_keys_(with.plan, with.set.swaps_back) {}

    /// How an attempt ended.
    struct result {
        bool swapped = false;
        std::string gave_way_because;  ///< Empty when swapped.
        /// The failure that made it give way, where that may pass or not: of such, a number in a
        /// row ends the migration.
        std::optional<error> counted = std::nullopt;
        /// How long it was from the request for the lock to UNLOCK; unset where the lock was not
        /// asked for.
        std::optional<std::chrono::milliseconds> stall;
        /// What of the stall budget was used when RENAME TABLE was to be sent; unset where it did
        /// not come to that.
        std::optional<std::chrono::milliseconds> before_rename;
        /// What the swap has to do about foreign keys is not all done, as `notices` tell.
        bool foreign_keys_left = false;
        std::vector<std::string> notices;  ///< What else the operator should know.
        /// How far the stream was read when RENAME TABLE was sent: all that stands before it is in
        /// both tables, and nothing behind it but RENAME TABLE is of them. Unset where it did not
        /// come to that.
        std::optional<binlog::stream_position> position;
        /// Sessions are to be ended at the next attempt, which should begin within that time;
        /// unset: none are.
        std::optional<std::chrono::milliseconds> again_within;
    };

    /// Tries once to swap the names. Blocks for the drain, foresight's patience and the stall
    /// budget at most. Throws segue::error for what ends the migration: the table is no longer the
    /// one that was inspected, another run owns it, or it cannot be found out whether the names
    /// were swapped; the record says which. Throws `stopped` if asked before the lock was
    /// requested.
    result attempt(std::stop_token stop);

    /// Notes how long RENAME TABLE takes, as it was measured anew.
    void expect_rename_to_take(std::chrono::milliseconds time) noexcept { rename_time_ = time; }
    /// The operator postponed the cut-over: who kept it waiting before does not count.
    void forget_blockers() noexcept { in_the_way_.forget(); }

  private:
    /// The connections of one attempt, all made before the lock is asked for.
    struct swap_sessions {
        db::session spare;    ///< Ends what the others wait for; used by the watchdog.
        db::session lookout;  ///< Looks who stands in the way.
        db::session locker;   ///< Locks, flushes the rest and renames.
    };

    // Of what returns a reason in words: nullopt, it goes on; else the attempt gives way.

    caught_up_with caught_up() const;
    swap_sessions connect();
    /// Waits for a moment at which nobody holds what the lock or RENAME would wait for, and nobody
    /// has an old snapshot.
    std::optional<std::string> foresee(swap_sessions& sessions,
                                       holders::snapshot_lookout& snapshots, result& made,
                                       std::stop_token stop);
    /// Waits, for `patience` at most, until nobody holds what the lock or RENAME would wait for.
    /// Ends sessions where the settings say so.
    std::optional<std::string> foresee_blockers(swap_sessions& sessions, result& made,
                                                std::chrono::milliseconds patience,
                                                std::stop_token stop);
    /// Sets the locker's timeouts, so that the server frees the tables if this process stands
    /// still.
    void prepare(swap_sessions& sessions) const;

    /// From LOCK TABLES to UNLOCK TABLES, within the stall budget, with the names swapped or not.
    /// Notes in `made` what came of it. Throws segue::error for what ends the migration.
    /// Precondition: a quiet turn is held.
    void lock_swap_unlock(swap_sessions& sessions, holders::snapshot_lookout& snapshots,
                          result& made, std::stop_token stop);
    /// From LOCK TABLES to RENAME TABLE. On return the tables are renamed, or `made` says why not;
    /// `locked` says whether they are locked, also where it throws: segue::error, and `stopped`
    /// when the budget is spent.
    void lock_and_rename(swap_sessions& sessions, holders::snapshot_lookout& snapshots,
                         watchdog& timer, const stall_budget& budget, result& made, bool& locked);
    /// Sends RENAME TABLE, and notes in the record what is known of it. Throws segue::error.
    void rename(db::session& locker);
    std::optional<std::string> make_triggers_under_lock(db::session& locker,
                                                        const stall_budget& budget);
    std::optional<std::string> make_foreign_keys_under_lock(db::session& locker,
                                                            const stall_budget& budget);
    void unmake_foreign_keys_under_lock(db::session& locker);
    /// What RENAME TABLE is to be given of the budget.
    std::chrono::milliseconds time_to_rename() const;
    /// Whether the failure comes of a privilege that was taken away since, and that the swap can do
    /// without: then `made` tells what is weaker.
    bool sees_less(db::session& session, const error& failure, result& made);
    /// For how long the server keeps the tables locked when it hears nothing from us any more.
    std::chrono::milliseconds longest_without_us() const;
    /// Whether no lost connection of ours still asks for the lock; ends the one that is known.
    bool end_lost_locker(db::session& spare, std::stop_token stop);
    /// What LOCK TABLES names to have the original locked.
    std::string locked_original() const;
    /// What LOCK TABLES would lock along, as it is now.
    void see_what_is_locked_along(db::session& session);
    /// Whether triggers or foreign keys may have been made on the ghost table.
    bool target_may_have_more() const {
        return target_may_have_triggers_ || foreign_keys_.may_be_made();
    }
    /// Once an attempt has given way after that: drops them, before anything is carried over that
    /// they would fire at. Precondition: a quiet turn is held. Throws segue::error where it cannot,
    /// which ends the migration.
    void take_more_from_target(std::stop_token stop);
    /// With the tables locked: reads the stream to its end, flushes the rest, looks whether the
    /// table is still the one that was inspected.
    std::optional<std::string> catch_up_under_lock(db::session& locker, const watchdog& timer,
                                                   const stall_budget& budget);
    /// With the new table complete: looks whether anybody would see it as it was before, or keep
    /// RENAME TABLE waiting.
    std::optional<std::string> look_under_lock(swap_sessions& sessions,
                                               holders::snapshot_lookout& snapshots,
                                               const watchdog& timer, const stall_budget& budget);

    const parts with_;
    servers::server_facts server_;  ///< The plan's, and what the account sees of it by now.
    std::chrono::milliseconds rename_time_;  ///< What RENAME TABLE is known to take; zero: little.
    std::optional<lost_connection> lost_locker_;  ///< May be in the server still.
    holders::blocker_watch in_the_way_;
    std::vector<servers::locked_table> locked_along_;
    std::vector<table_name> locked_views_;  // Over the original.
    bool target_may_have_triggers_ = false;
    std::chrono::milliseconds triggers_time_;  ///< What making the triggers is known to take.
    foreign_key_swap foreign_keys_;
    std::optional<changes::change_set::quiet_turn> kept_quiet_;
    std::uint64_t children_seen_ = 0;  ///< table_feed's, before it was last looked for them.
};

}  // namespace segue::swap
