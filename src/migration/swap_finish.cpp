#include "src/migration/swap_finish.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/db/retry.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/rename_cost.hpp"
#include "src/rehearsal/slow_rename.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::hours postponed_told_every{1};

swap::cut_over::parts parts_of(run_state& state) {
    carry::engine& of = state.parts();
    return {.sessions = state.sessions(),
            .plan = state.plan(),
            .record = state.swap_record(),
            .writer = of.writer,
            .checkpoint = of.checkpoint,
            .barrier = of.barrier,
            .router = of.router,
            .feed = of.feed,
            .changes = of.changes,
            .flusher = of.flushing,
            .checkpointer = of.checkpointer,
            .clock = machine_clock(),
            .set = {.stall_budget = state.with.stall_budget,
                    .ignore_old_snapshots = state.with.ignore_old_snapshots,
                    .kill_blockers_after = state.with.kill_blockers_after,
                    .from_replica = state.roles().stream_from().has_value(),
                    .accept_slow_rename = state.with.accept_slow_rename,
                    .swaps_back = state.with.replica == replica_use::tested}};
}

}  // namespace

swap_finish::swap_finish(run_state& state, task_group& threads,
                         carry::engine::look_after look_after, obstacle in_the_way)
    : state_(state),
      threads_(threads),
      look_after_(std::move(look_after)),
      in_the_way_(std::move(in_the_way)),
      swapping_(parts_of(state)),
      statistics_(std::make_shared<swap::table_statistics>(state.plan())) {}

outcome swap_finish::reach() {
    do_statistics([](swap::table_statistics& of, db::session& on) { of.make(on); });
    state_.pass(step::before_cut_over, look_after_);
    return attempt_until_swapped();
}

bool swap_finish::do_statistics(
    const std::function<void(swap::table_statistics&, db::session&)>& work) {
    struct turn {
        std::optional<std::string> failure;
        std::atomic<bool> ended{false};  // set by the thread when it is done with the rest
    };
    const auto made = std::make_shared<turn>();
    threads_.spawn("statistics", [&state = state_, of = statistics_, made,
                                  work](std::stop_token end) {
        try {
            db::retrying_session session(state.sessions(), state.with.carrying.failures_max,
                                         db::lock_conflicts::failures, db::session_role::patient);
            session.run("make statistics", end, [&](db::session& on) { work(*of, on); });
        } catch (const error& failure) {
            made->failure = failure.what();
        }
        made->ended = true;
    });
    while (!made->ended) look_after_();
    for (const std::string& complaint : statistics_->take_complaints())
        state_.told.on_notice(complaint);
    if (made->failure) state_.told.on_notice(*made->failure);
    return !made->failure;
}

bool swap_finish::follow_histograms() {
    try {
        db::session session = state_.sessions().connect(db::session_role::control);
        if (!statistics_->histograms_are_others(session)) return false;
    } catch (const error&) {
        return false;  // If it does not pass, the attempt meets it as well.
    }
    return do_statistics(
        [](swap::table_statistics& of, db::session& on) { of.follow_histograms(on); });
}

outcome swap_finish::attempt_until_swapped() {
    const settings& with = state_.with;
    swap::attempt_pauses pauses(
        {.attempts_max = std::max(1U, with.carrying.failures_max),
         .exponential = with.cut_over_pause_max.has_value(),
         .longest = with.cut_over_pause_max.value_or(std::chrono::seconds(0))});
    state_.expect_statements_of_swap();
    swap::rename_forecast renaming(with.stall_budget, state_.plan().rename_time);
    outcome made;
    unsigned failures = 0;
    for (;;) {
        if (wait_while_postponed()) {
            pauses.begin_anew();
            swapping_.forget_blockers();
        }
        // What else may postpone it is looked at again after such a time.
        if (wait_until_rename_fits(renaming)) continue;
        if (wait_while_throttled_by_operator()) continue;
        if (wait_while_nothing_is_carried_over()) continue;
        if (follow_histograms()) continue;
        state_.enter(phase::cut_over);
        ++made.cut_over_attempts;
        look_after_();
        const auto result = attempt();
        made.stall_last = result.stall.value_or(milliseconds(0));
        made.stall_max = std::max(made.stall_max, made.stall_last);
        state_.told.on_attempt({.number = made.cut_over_attempts,
                                .swapped = result.swapped,
                                .stall = result.stall,
                                .gave_way_because = result.gave_way_because});
        if (result.before_rename) renaming.took_before_rename(*result.before_rename);
        for (const std::string& notice : result.notices) state_.told.on_notice(notice);
        if (result.swapped) {
            if (!result.foreign_keys_left) state_.note_foreign_keys_done();
            if (result.position) made.position = text_of(*result.position);
            return made;
        }
        if (result.counted && db::is_missing_table(*result.counted))
            throw result.counted->in("swap the tables");
        failures = result.counted ? failures + 1 : 0;
        if (failures > state_.with.carrying.failures_max)
            throw result.counted->in("swap the tables");
        if (threads_.failed()) throw stopped();
        pauses.gave_way();
        // Before it is told: whoever reads that may ask for the next attempt.
        state_.steer().pause_begins();
        postpone(made.cut_over_attempts, pauses, result);
        const auto pause = std::min(pauses.pause(), result.again_within.value_or(pauses.pause()));
        for (const auto until = steady_clock::now() + pause;
             steady_clock::now() < until && !state_.steer().take_attempt_now();)
            look_after_();
        state_.steer().pause_ends();
    }
}

// Load and lag are of the copy, which is done; who commands a pause, or makes a flag file, may mean
// everything.
bool swap_finish::wait_while_throttled_by_operator() {
    const auto now = state_.throttling();
    if (!now.by_operator) return false;
    state_.told.on_notice(fmt::format("the cut-over waits while it is throttled: {}", now.reason));
    while (state_.throttling().by_operator) look_after_();
    return true;
}

// Then an attempt would never find all changes carried over.
bool swap_finish::wait_while_nothing_is_carried_over() {
    const bool hibernates = state_.parts().throttler.hibernating();
    while (state_.parts().throttler.hibernating()) look_after_();
    if (!state_.steer().pace.replay_paused()) return hibernates;
    state_.set_postponed("replaying is paused by command");
    state_.enter(phase::postponed);
    state_.told.on_notice(
        "the cut-over waits, as replaying is paused by the command pause-replay: resume-replay "
        "lets it go on");
    while (state_.steer().pace.replay_paused()) look_after_();
    state_.set_postponed("");
    return true;
}

swap::cut_over::result swap_finish::attempt() {
    if (state_.roles().stream_from()) {
        try {
            state_.roles().throw_if_unfit(servers::server_roles::running::or_not);
        } catch (const error& failure) {
            if (!failure.retryable()) throw;
            swap::cut_over::result made;
            made.gave_way_because = failure.what();
            return made;
        }
    }
    if (std::string why = in_the_way_(); !why.empty()) {
        swap::cut_over::result made;
        made.gave_way_because = std::move(why);
        return made;
    }
    fault::point("migration.before_attempt");
    return swapping_.attempt(threads_.token());
}

bool swap_finish::wait_while_postponed() {
    const auto is_set = [this] {
        const std::string path = state_.steer().holding_flag_file();
        if (path.empty()) return false;
        if (!postpone_flag_ || postpone_flag_->path() != path) postpone_flag_.emplace(path);
        const auto seen = postpone_flag_->look_again();
        if (seen.news) state_.told.on_notice(*seen.news);
        return seen.set;
    };
    if (!is_set()) return false;
    state_.set_postponed("flag-file");
    state_.enter(phase::postponed);
    state_.told.on_notice(
        fmt::format("the cut-over is postponed until {} is removed", postpone_flag_->path()));
    state_.pass(step::begin_postponed, look_after_);
    while (is_set()) look_after_();
    state_.set_postponed("");
    return true;
}

bool swap_finish::wait_until_rename_fits(swap::rename_forecast& forecast) {
    if (forecast.fits() || state_.with.accept_slow_rename) return false;
    state_.set_postponed("RENAME TABLE takes longer than the stall budget leaves to it");
    state_.enter(phase::postponed);
    auto told_at = steady_clock::time_point();
    const auto tell = [&] {
        state_.told.on_notice("the cut-over is postponed, and the new table is kept in step: " +
                              rehearsal::slow_rename(forecast, /*accepted=*/false).value_or(""));
        told_at = steady_clock::now();
    };
    for (;;) {
        const auto pause = forecast.pause();
        state_.steer().pause_begins();
        for (const auto until = steady_clock::now() + pause;
             steady_clock::now() < until && !state_.steer().take_attempt_now();) {
            if (fault::rule_taken_out("runner.pause_between_measurements")) break;
            look_after_();
            if (steady_clock::now() - told_at >= postponed_told_every) tell();
        }
        state_.steer().pause_ends();
        if (pause > milliseconds(0)) forecast.paused();
        measure_rename(forecast);
        if (forecast.fits()) break;
        if (forecast.tell_anew()) tell();
        look_after_();
    }
    state_.set_postponed("");
    state_.told.on_notice(fmt::format(
        "RENAME TABLE takes some {} ms now, measured on empty tables of as many partitions, and "
        "that fits the stall budget: the swap goes on",
        forecast.rename_time().value_or(milliseconds(0)).count()));
    return true;
}

// Nothing else needs it, so that a failure is no reason to end: it is measured again.
void swap_finish::measure_rename(swap::rename_forecast& forecast) {
    const preflight::plan& made = state_.plan();
    const preflight::table_record& record = state_.record();
    try {
        db::session session = state_.sessions().connect(db::session_role::patient);
        earlier::claim_start(session, made.original.name);
        preflight::clear_for_a_moment(session, made.tables.rehearsal,
                                      preflight::made_like(session, made.tables));
        record.dropped(made.tables.rehearsal);
        preflight::rename_cost cost(session, made.tables, record, state_.with.stall_budget,
                                    threads_.token());
        cost.measure_twin(made.original);
        cost.measure_twin(made.target);
        forecast.measured(cost.sum().value_or(milliseconds(0)));
        swapping_.expect_rename_to_take(*forecast.rename_time());
    } catch (const error& failure) {
        if (threads_.token().stop_requested()) throw stopped();
        forecast.could_not_be_measured();
        state_.told.on_notice(fmt::format(
            "how long RENAME TABLE takes could not be measured, and that is tried again: {}",
            failure.what()));
    }
}

// The migration does not die of a table that is busy: it goes on in step.
void swap_finish::postpone(unsigned attempt, const swap::attempt_pauses& pauses,
                           const swap::cut_over::result& result) {
    const std::string& reason = result.gave_way_because;
    state_.note_gave_way(attempt, reason);
    state_.told.on_notice(fmt::format(
        "cut-over attempt {} gave way: {}{}", attempt, reason,
        result.stall ? fmt::format("; writes waited for {} ms", result.stall->count()) : ""));
    if (!pauses.postponed()) return;
    if (pauses.in_a_row() == state_.with.carrying.failures_max)
        state_.told.on_notice(fmt::format(
            "the cut-over is postponed after {} that gave way; the new table is kept in "
            "step, and it is tried again now and then",
            pauses.in_a_row() == 1 ? std::string("one attempt")
                                   : fmt::format("{} attempts in a row", pauses.in_a_row())));
    state_.set_postponed(reason);
    state_.enter(phase::postponed);
}

}  // namespace segue::migration
