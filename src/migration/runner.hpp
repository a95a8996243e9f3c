#pragma once

#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
#include "src/db/retry.hpp"
#include "src/migration/gh_ost_lock.hpp"
#include "src/migration/replica_test.hpp"
#include "src/migration/run_state.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::migration {

class failed_run;
class swap_finish;

/// One run: the phases one after the other, and the threads, which end with it.
/// Lifecycle: run(), once. Threads: run() is the caller's, and each phase waits in it, turn by
/// turn. Lifetime: `state` outlives it.
class runner {
  public:
    explicit runner(run_state& state) : state_(state), test_(state) {}

    /// Runs the migration to the swap, and drops what is not needed after it. Throws as
    /// migration::run().
    outcome run(std::stop_token stop);

  private:
    /// What a run that died in its swap had still to do.
    void finish_swap_of_before(const std::stop_token& stop);
    /// Whether ALTER TABLE ... ALGORITHM=INSTANT, if it was asked for, has done all there is to do.
    bool altered_instantly(const std::stop_token& stop);
    /// From the first row that is followed to the swap, by `end`.
    outcome reach_swap(std::optional<swap_finish>& end, std::stop_token stop);
    void prepare_or_stop(std::stop_token stop);
    void prepare(const std::stop_token& stop);
    /// Throws what the data check found, and leaves nothing behind then.
    void throw_if_data_is_refused(db::session& session, const preflight::plan& made,
                                  const std::stop_token& stop);
    void make(db::session& session, const table_name& table, const std::function<void()>& create);
    /// Everything that must run before the first row is copied.
    void start_following(std::stop_token stop);
    /// At the beginning, or where an earlier run stopped.
    carry::engine::start where_to_start();
    /// The connections that wrote the target in earlier runs; unset: not all are known.
    std::optional<std::set<std::uint64_t>> earlier_writers(const tables::saved_state& left);
    /// Throws segue::error that names a column of the key in which there is a NULL.
    void throw_if_key_has_nulls();
    void drop_old_table_of_before(std::stop_token stop);
    void copy(std::stop_token stop);
    /// As swap_finish::obstacle.
    std::string prepare_swap(const std::function<void()>& meanwhile);
    /// What greater_whole::before_swap says.
    std::string why_not_yet(const std::function<void()>& meanwhile);
    /// As greater_whole::after_swap.
    void complete_whole();
    /// Asks the run's threads to stop, and waits until all have ended.
    void end_threads();
    /// The run drops and writes nothing any more.
    void end_sign_of_life();
    /// Rethrows what ended the run.
    [[noreturn]] void throw_cause(failed_run& failed);
    [[noreturn]] void throw_first_failure();
    /// What an earlier run, which has swapped the tables, has not dropped.
    outcome finish_clean_up(std::stop_token stop);
    void clean_up(std::stop_token stop);
    /// Whether somebody else cleans up already, which is told.
    bool is_taken_over(db::retrying_session& session, const std::stop_token& stop);
    void write_down_end(db::retrying_session& session, const std::stop_token& stop);
    void drop_unneeded(const std::vector<table_name>& tables, std::stop_token stop);
    /// One turn of the loop that every phase waits in. Throws `stopped` when a thread failed or the
    /// run is asked to stop.
    void look_after(std::stop_token stop);
    /// Looks whether the table is the one that was inspected; throws segue::error when it is not.
    void look_at_definition();
    /// Until the stream is read nothing else tells what becomes of our own tables.
    void look_at_tables_of_ours();
    /// Goes on for the moment in which the stream may name the statement that a failure comes of.
    void let_the_stream_tell(const error& failure, const std::stop_token& stop);
    /// Throws segue::error where another run owns the migration, as far as that can be seen.
    void throw_if_taken_over();
    /// Throws what the stream saw somebody do to a table of ours, or that another run has them.
    /// Precondition: it saw such.
    [[noreturn]] void throw_for_change_of_ours();

    /// Runs the operation on a session of its own, which is connected anew where it is lost.
    template <typename Operation>
    void with_session(Operation operation) {
        db::retrying_session retrying(state_.sessions(), state_.with.carrying.failures_max,
                                      db::lock_conflicts::outlasted);
        retrying.run("look after the migration", threads_.token(), operation);
    }

    carry::engine& parts() { return state_.parts(); }

    run_state& state_;
    replica_test test_;
    bool marker_waits_told_ = false;
    std::chrono::steady_clock::time_point looked_at_ours_;
    std::optional<gh_ost_lock> gh_ost_lock_;  // It outlives the thread that keeps it.
    // By it others see that this run lives: it ends behind the last table that is dropped.
    task_group sign_of_life_;
    task_group threads_;
};

}  // namespace segue::migration
