#pragma once

#include "src/base/error.hpp"
#include "src/base/flag_file.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
#include "src/carry/lost_heartbeat.hpp"
#include "src/db/session_factory.hpp"
#include "src/servers/durability.hpp"
#include "src/servers/server_roles.hpp"
#include "src/split/beginning.hpp"
#include "src/split/in_step_end.hpp"
#include "src/split/locked_end.hpp"
#include "src/split/plan.hpp"
#include "src/split/progress.hpp"
#include "src/split/task.hpp"
#include "throttle/pace.hpp"
#include "throttle/throttler.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::split {

/// Fills a second table from the first, and keeps it in step, until it is told to finish.
/// docs/split.md tells what it does, docs/decisions/0032 why that is right.
/// Lifecycle: run() or rehearse(), once. Threads: run() and rehearse() on the caller's, which waits
/// in it; it owns the engine's (src/carry), "claim" and "verify-N" while run() is at work. All else
/// from any. Lifetime: what it is made with outlives it.
class split {
  public:
    struct surroundings {
        /// To the server that is written to. Nobody else uses it, or has.
        db::session_factory& sessions;
        const servers::server_roles& roles;
        throttle::live_pace& pace;
        observer& told;
    };
    split(task asked, settings with, surroundings around);
    ~split();

    struct rehearsal {
        plan made;
        trial tried;
    };
    /// What it would do. Throws segue::error for all that a run would be refused for, and
    /// `stopped`.
    rehearsal rehearse(std::stop_token stop);

    /// Copies, keeps in step, verifies, ends. Where an earlier run stopped it goes on. The state is
    /// dropped at the end. Throws segue::error for what ended it, `stopped` when asked to stop: the
    /// same task goes on then, unless it is spoiled.
    outcome run(std::stop_token stop);

    /// Asks for the end, as soon as all rows are copied.
    void finish() noexcept { finish_asked_ = true; }
    progress now() const;
    /// Unset until the checks have passed.
    std::optional<plan> about() const;
    /// The status variables by which a load can be watched; empty until they are known.
    std::vector<std::string> status_variables() const;
    /// Ends the run as a failure does, with these words.
    void panic(std::string why);
    std::optional<std::string> panic_words() const;

  private:
    plan inspected(db::session& session, const std::stop_token& stop);
    void hold(plan made);
    outcome end_of_before(db::session& session, const plan& made, const std::stop_token& stop);
    void begin(db::session& session, const std::stop_token& stop);
    void build_engine(const plan& made);
    void look_at_new(db::session& made);

    /// What holds everything still behind the end: it outlives the threads.
    struct ends {
        std::unique_ptr<in_step_end> in_step;
        std::unique_ptr<locked_end> locked;
    };
    outcome reach_end(ends& held, const std::stop_token& stop);
    outcome verify_and_end(ends& held, const std::stop_token& stop);
    void follow(const std::stop_token& stop);
    void wait_for_place(const std::stop_token& stop);
    void wait_until_finish_is_asked(const std::stop_token& stop);
    bool is_asked_to_finish();
    void end_threads();
    [[noreturn]] void throw_cause();
    void write_down_spoiled(const std::string& why);
    void drop_state(const std::stop_token& stop);

    /// One turn of every wait. Throws `stopped` when a thread failed or the run is asked to stop.
    void look_after(const std::stop_token& stop);
    void look_at_definitions();
    void throw_for_change_of_ours();
    void throw_if_taken_over(db::session& session);

    /// Runs the operation on a session of its own, which is connected anew where it is lost.
    void with_session(const std::function<void(db::session&)>& operation);
    void enter(phase next);

    const task asked_;
    const settings with_;
    const surroundings around_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    const std::string run_token_ = carry::new_run_token();
    servers::durability restarts_;
    carry::heartbeat_evidence evidence_;
    std::optional<flag_file_watch> finish_flag_;  ///< Of the thread that runs.
    std::atomic<bool> finish_asked_{false};       // set by any thread
    std::atomic<std::uint64_t> rows_verified_{0};
    std::optional<split_claims> claims_;  // It outlives the thread that keeps them.

    mutable std::mutex mutex_;
    // Guarded by mutex_; the plan and the engine are set once, before its threads are there.
    phase at_ = phase::inspect;
    bool all_copied_ = false;
    std::optional<plan> made_;
    std::unique_ptr<carry::engine> parts_;
    std::optional<std::string> panic_;

    task_group threads_;
};

}  // namespace segue::split
