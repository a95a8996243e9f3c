#pragma once

#include "src/backfill/plan.hpp"
#include "src/backfill/progress.hpp"
#include "src/backfill/task.hpp"
#include "src/backfill/trial.hpp"
#include "src/backfill/walker.hpp"
#include "src/base/error.hpp"
#include "src/base/task_group.hpp"
#include "src/db/session_factory.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::backfill {

/// Sets columns of a table in place, in chunks by its key, while the application works on it.
/// docs/backfill.md tells what it does, docs/decisions/0028 why that is right.
/// Lifecycle: run() or rehearse(), once. Threads: run() and rehearse() on the caller's, which waits
/// in it; it owns "heartbeat" and those of the throttler while run() is at work. All else from any.
/// Lifetime: what it is made with outlives it.
class backfill {
  public:
    struct surroundings {
        /// To the server that is written to. Nobody else uses it, or has: locks are waited for a
        /// second at most in its sessions, which is set here.
        db::session_factory& sessions;
        throttle::live_pace& pace;
        observer& told;
    };
    backfill(task asked, settings with, surroundings around);
    ~backfill();

    /// What it would do, found out on rows that are set and rolled back.
    struct rehearsal {
        plan made;
        trial tried;
    };
    /// Throws segue::error for all that a run would be refused for, and `stopped`.
    rehearsal rehearse(std::stop_token stop);

    /// Sets the rows, comes back to those that were locked, and looks what all of them hold. Where
    /// an earlier run stopped it goes on. The state is dropped at the end. Throws segue::error for
    /// what ended it, `stopped` when asked to stop: the same task goes on then.
    outcome run(std::stop_token stop);

    progress now() const;
    /// Unset until the checks have passed.
    std::optional<plan> about() const;
    /// The status variables by which a load can be watched; empty until they are known.
    std::vector<std::string> status_variables() const;
    throttle::throttle_counts throttled() const;
    /// Ends the run as a failure does, with these words.
    void panic(std::string why);
    std::optional<std::string> panic_words() const;

  private:
    plan inspected(db::session& session, const std::stop_token& stop);
    void begin(db::session& session, const plan& made, const state_table& state);
    outcome reach_end(const plan& made, const state_table& state, std::stop_token stop);
    void set_rows(const walker::parts& parts, const std::stop_token& stop);
    static verdict look_back(const walker::parts& with, const std::stop_token& stop);
    void beat(const plan& made, const state_table& state, std::stop_token stop);
    void enter(phase next);
    void check_panic() const;

    const task asked_;
    const settings with_;
    const surroundings around_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    counters count_;
    task_group threads_;
    mutable std::mutex mutex_;
    // Guarded by mutex_; the plan and the throttler are set once.
    phase at_ = phase::inspect;
    std::optional<plan> made_;
    std::unique_ptr<throttle::throttler> throttler_;
    std::optional<std::string> panic_;
};

}  // namespace segue::backfill
