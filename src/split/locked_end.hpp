#pragma once

#include "src/carry/engine.hpp"
#include "src/changes/change_set.hpp"
#include "src/db/session_factory.hpp"
#include "src/split/plan.hpp"
#include "src/split/progress.hpp"
#include "src/swap/catch_up.hpp"
#include "src/swap/lost_connection.hpp"
#include "src/swap/stall_budget.hpp"
#include "src/swap/watchdog.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::split {

/// The end with both tables locked: at a place of the log at which they are equal, and behind which
/// neither changes before they are unlocked. An attempt ends so, or gives way and leaves all as it
/// was; the application never waits for longer than the stall budget. The engine's threads work on
/// while it is reached. Threads: one. Lifetime: what it is given outlives it.
class locked_end {
  public:
    struct parts {
        carry::engine& of;
        db::session_factory& sessions;
        const plan& made;
        std::chrono::milliseconds stall_budget;
        bool from_replica = false;  ///< The stream comes from a replica.
        std::function<void(const std::string&)> tell;
        carry::engine::look_after look_after;
    };
    explicit locked_end(parts with) : with_(std::move(with)) {}

    /// One attempt after the other, with pauses, until one ends the split; notes in `done` what
    /// came of it. Nothing is carried over from then on as long as this lives. Throws segue::error
    /// for what ends the run, and what `look_after` throws.
    void reach(outcome& done);

  private:
    struct attempt {
        std::string place;             ///< Empty: it gave way.
        std::string gave_way_because;  ///< Where it did.
        std::optional<std::chrono::milliseconds> stall;
    };
    struct sessions {
        db::session spare;    ///< Ends what the locker waits for; used by the watchdog.
        db::session lookout;  ///< Looks who stands in the way.
        db::session locker;
    };
    attempt try_once();
    swap::caught_up_with caught_up() const;
    sessions connect();
    // Of what returns words: empty, it goes on; else the attempt gives way.
    std::string foresee(sessions& on);
    void prepare(sessions& on) const;
    void lock_and_unlock(sessions& on, attempt& made);
    /// From LOCK TABLES to the COMMIT that writes the end down. `commits`: that it was sent.
    void lock_and_end(db::session& locker, swap::watchdog& timer, const swap::stall_budget& budget,
                      attempt& made, bool& commits);
    std::string catch_up_under_lock(db::session& locker, const swap::watchdog& timer,
                                    const swap::stall_budget& budget);
    bool end_lost_locker(db::session& spare);

    const parts with_;
    std::optional<swap::lost_connection> lost_;  ///< May be in the server still.
    std::optional<changes::change_set::quiet_turn> quiet_;
    std::optional<carry::checkpointer::held_back> unwritten_;
};

}  // namespace segue::split
