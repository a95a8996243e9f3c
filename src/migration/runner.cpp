#include "src/migration/runner.hpp"

#include "binlog/stream.hpp"
#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/db/table_failure.hpp"
#include "src/migration/stream_start.hpp"
#include "src/migration/xa_start.hpp"
#include "src/preflight/earlier_run.hpp"
#include "src/preflight/empty_table.hpp"
#include "src/preflight/operators_names.hpp"
#include "src/preflight/rename_cost.hpp"
#include "src/servers/binary_log_status.hpp"
#include "src/servers/blockers.hpp"
#include "src/swap/statement_ender.hpp"
#include "src/swap/table_statistics.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds tick{50};
constexpr std::size_t flush_workers_max = 2;
constexpr std::chrono::seconds first_marker_patience{15};
constexpr std::chrono::seconds marker_patience{5};
constexpr std::chrono::seconds prune_interval{10};
constexpr std::chrono::seconds stream_tells_within{2};
constexpr std::chrono::seconds stop_grace{1};
constexpr std::chrono::hours postponed_told_every{1};

std::string random_uuid() {
    return fmt::format("{}-{}-4{}-8{}-{}", random_hex(8), random_hex(4), random_hex(3),
                       random_hex(3), random_hex(12));
}

}  // namespace

outcome runner::run(std::stop_token stop) {
    state_.find_servers();
    prepare_or_stop(stop);
    const std::stop_callback ask_threads(stop, [this] { threads_.request_stop(); });
    std::optional<swap::statement_ender> ender(std::in_place, state_.sessions(), state_.swap(),
                                               threads_.token(), stop_grace);
    outcome made;
    try {
        start_following(stop);
        drop_old_table_of_before(stop);
        copy(stop);
        make_statistics(stop);
        made = swap(stop);
    } catch (...) {
        end_threads();
        see_whose_tables();
        throw_cause();
    }
    state_.told.on_swapped(made);
    for (const std::string& note : parts().made.notes) state_.told.on_notice(note);
    fault::point("migration.swapped");
    end_threads();
    try {
        threads_.join();
    } catch (const std::exception& late) {
        // The tables are swapped; what a worker met afterwards changes nothing.
        log::warning("after the swap: {}", late.what());
    }
    ender.reset();
    clean_up(stop);
    state_.enter(phase::done);
    return made;
}

// Nothing needs a grace before there are threads, and no statement may keep a stop waiting.
void runner::prepare_or_stop(std::stop_token stop) {
    const swap::statement_ender ender(state_.sessions(), state_.swap(), stop, milliseconds(0));
    try {
        prepare(stop);
    } catch (const error&) {
        if (stop.stop_requested()) throw stopped();
        throw;
    }
}

void runner::prepare(const std::stop_token& stop) {
    db::session session = state_.sessions().connect(db::session_role::patient);
    preflight::plan made = state_.inspect(session, state_.with.request, stop);
    state_.told.on_plan(made);
    for (const std::string& weaker : made.server.weaker) state_.told.on_notice(weaker);
    auto built =
        std::make_unique<engine>(state_.sessions(), state_.with, state_.roles(), made,
                                 state_.swap(), state_.restarts(), threads_, machine_clock());
    if (const auto slow = slow_rename(made, state_.with)) state_.told.on_notice(*slow);
    for (const std::string& notice : start_notices(made, state_.with))
        state_.told.on_notice(notice);
    state_.hold(std::move(built));
    make(session, made.tables.changelog, [&] { parts().barrier.create(session); });
    make(session, made.tables.checkpoint,
         [&] { parts().checkpoint.create(session, made.server.uuid); });
}

// What is to be dropped after an end that comes early: what was made, or may have been.
void runner::make(db::session& session, const table_name& table,
                  const std::function<void()>& create) {
    constexpr int table_exists = 1050;
    try {
        create();
    } catch (const error& failure) {
        if (failure.connection_lost() ||
            (failure.mysql_errno() != table_exists && preflight::exists(session, table)))
            state_.note_made(table);
        throw servers::start_failure(failure, session, state_.with.request.original);
    }
    state_.note_made(table);
}

// What it holds may be all that is left of a column, so every check of the start has passed before.
void runner::drop_old_table_of_before(std::stop_token stop) {
    if (!state_.with.request.drop_old) return;
    look_after(stop);
    const table_name& old = parts().made.tables.old;
    db::retrying_session session(state_.sessions(), state_.with.failures_max,
                                 db::lock_conflicts::outlasted, db::session_role::patient);
    session.run("drop the old table of an earlier migration", threads_.token(),
                [&](db::session& on) { preflight::drop_if_exists(on, old); });
}

void runner::start_following(std::stop_token stop) {
    engine& of = parts();
    const settings& with = state_.with;
    const auto tell = [this](const std::string& text) { state_.told.on_notice(text); };
    threads_.spawn("heartbeat", [&of](std::stop_token end) { of.barrier.run(end); });
    db::retrying_session primary(state_.sessions(), with.failures_max,
                                 db::lock_conflicts::outlasted);
    const auto from = stream_start(primary, state_.roles(), of.made.server.gtids, of.barrier, tell,
                                   threads_.token());
    of.throttler.start(threads_);
    of.barrier.pass(threads_.token());
    with_session([&](db::session& on) {
        of.feed.set_unrelated_xa(wait_for_prepared_xa(on, of.made.server, of.made.original.name,
                                                      tell, threads_.token()));
    });
    with_session([&](db::session& on) { find_end(on); });
    const auto& replica = state_.roles().stream_from();
    binlog::reader_options reading{
        .connection = with.connection,
        .subscriptions = of.feed.subscriptions(of.made.projection.key, of.made.tables.changelog),
        .server_id = with.replica_server_id,
        .replica_uuid = random_uuid(),
        .expected_server_uuid = replica ? replica->uuid : of.made.server.uuid,
        .reconnects_max = with.failures_max,
        .patience = &state_.sessions().patience()};
    of.feed.pass_unknown_xa(true);
    threads_.spawn("stream", [&of, reading, from](std::stop_token end) {
        binlog::read_stream(reading, from, of.feed, end);
    });
    wait_for_first_marker(stop);
    of.feed.pass_unknown_xa(false);
    start_flushing();
}

// Behind the first marker: only then it is known that our commits stand in the log, and so are
// barriers. What changed before is the chunks' to read.
void runner::start_flushing() {
    engine& of = parts();
    // Two names of one row must not be flushed by two workers at once.
    const std::size_t workers = of.texts.codec().ordered() ? flush_workers_max : 1;
    for (std::size_t i = 1; i <= workers; ++i)
        threads_.spawn(fmt::format("flush-{}", i),
                       [&of](std::stop_token end) { of.flushing.run(end); });
}

void runner::wait_for_first_marker(std::stop_token stop) {
    engine& of = parts();
    // A replica has already shown that it gets them, and may be late.
    const bool from_replica = state_.roles().stream_from().has_value();
    const std::uint64_t first = of.barrier.pass(threads_.token());
    binlog::stream_position behind;
    with_session(
        [&](db::session& on) { behind = servers::read_end_of_log(on, of.made.server.gtids); });
    auto tell_at = steady_clock::now() + first_marker_patience;
    const auto seen_within = [&](milliseconds limit) {
        return of.feed.wait_for_marker(first, steady_clock::now() + limit, threads_.token());
    };
    while (!seen_within(tick)) {
        look_after(stop);
        if (!from_replica && of.feed.is_past(behind) && !seen_within(milliseconds(0)))
            throw error(
                fmt::format("a change of ours in {} did not come through the binary log: is its "
                            "database left out (binlog-do-db, binlog-ignore-db)?",
                            of.made.tables.changelog.quoted()));
        if (steady_clock::now() < tell_at) continue;
        state_.told.on_notice(
            "the stream has not come to the binary log's end yet, and copying begins then: a huge "
            "transaction is being read, or the connection is slow");
        tell_at += 20 * first_marker_patience;
    }
}

void runner::find_end(db::session& on) {
    engine& of = parts();
    const auto last = on.query(of.texts.last_key());
    if (!last.empty()) end_ = of.texts.codec().from_row(last.front());
    of.changes.begin_copy(end_);
}

void runner::copy(std::stop_token stop) {
    engine& of = parts();
    state_.copy_begins();
    state_.enter(phase::copy);
    with_session([&](db::session& on) { of.checkpoint.record_phase(on, "copy"); });
    // Under another lock mode INSERT ... SELECT holds the target's AUTO-INC lock to its end.
    const unsigned workers = of.made.server.concurrent_inserts ? state_.with.copy_workers : 1;
    threads_.spawn("bounds",
                   [&of, this](std::stop_token end) { of.copying.find_bounds(end_, end); });
    copying_ = workers;
    for (unsigned i = 1; i <= workers; ++i)
        threads_.spawn(fmt::format("copy-{}", i), [&of, this](std::stop_token end) {
            of.copying.copy_chunks(end);
            --copying_;
        });
    auto prune_next = steady_clock::now() + prune_interval;
    while (copying_ > 0) {
        look_after(stop);
        if (steady_clock::now() >= prune_next) {
            prune(of.chunks.all_ended_below());
            prune_next = steady_clock::now() + prune_interval;
        }
    }
    state_.copy_ends();
}

void runner::prune(std::uint64_t below) {
    const engine& of = parts();
    with_session([&](db::session& on) { of.checkpoint.prune_chunks_below(on, below); });
}

void runner::make_statistics(std::stop_token stop) {
    struct made_statistics {
        std::vector<std::string> complaints;
        std::atomic<bool> ended{false};  // set by the thread when it is done with complaints
    };
    const auto made = std::make_shared<made_statistics>();
    threads_.spawn("statistics", [this, made](std::stop_token end) {
        try {
            db::retrying_session session(state_.sessions(), state_.with.failures_max,
                                         db::lock_conflicts::failures, db::session_role::patient);
            session.run("make statistics", end, [&](db::session& on) {
                made->complaints = segue::swap::make_statistics(on, parts().made);
            });
        } catch (const error& failure) {
            made->complaints.emplace_back(failure.what());
        }
        made->ended = true;
    });
    while (!made->ended) look_after(stop);
    for (const std::string& complaint : made->complaints) state_.told.on_notice(complaint);
}

void runner::look_after(std::stop_token stop) {
    if (threads_.failed() || stop.stop_requested()) throw stopped();
    if (parts().feed.take_definition_seen()) look_at_definition();
    // Where the server is known to be away, that was told.
    const bool waits =
        parts().barrier.marker_waits() > marker_patience && !state_.sessions().patience().awaited();
    if (waits && !marker_waits_told_)
        state_.told.on_notice(
            "a COMMIT of one row takes long, and everything waits for it: is the server reachable, "
            "is its disk full, or does a semi-synchronous replica not acknowledge?");
    marker_waits_told_ = waits;
    pause_for(tick, threads_.token());
}

void runner::look_at_definition() {
    try {
        with_session([&](db::session& on) { preflight::throw_if_changed(on, parts().made); });
    } catch (const error&) {
        // What changed the table may have come after what made us look; the stream, which ends the
        // migration as well, then names the statement.
        const auto until = steady_clock::now() + stream_tells_within;
        while (steady_clock::now() < until) pause_for(tick, threads_.token());
        throw;
    }
}

bool runner::wait_while_postponed(std::stop_token stop) {
    if (postpone_flag_.path().empty()) return false;
    const auto is_set = [this] {
        const auto seen = postpone_flag_.look_again();
        if (seen.news) state_.told.on_notice(*seen.news);
        return seen.set;
    };
    if (!is_set()) return false;
    state_.set_postponed("flag-file");
    state_.enter(phase::postponed);
    state_.told.on_notice(
        fmt::format("the cut-over is postponed until {} is removed", postpone_flag_.path()));
    while (is_set()) look_after(stop);
    state_.set_postponed("");
    return true;
}

bool runner::wait_until_rename_fits(swap::rename_forecast& forecast, std::stop_token stop) {
    if (forecast.fits() || state_.with.accept_slow_rename) return false;
    state_.set_postponed("RENAME TABLE takes longer than the stall budget leaves to it");
    state_.enter(phase::postponed);
    auto told_at = steady_clock::time_point();
    const auto tell = [&] {
        state_.told.on_notice("the cut-over is postponed, and the new table is kept in step: " +
                              slow_rename(forecast, state_.with).value_or(""));
        told_at = steady_clock::now();
    };
    for (;;) {
        const auto pause = forecast.pause();
        for (const auto until = steady_clock::now() + pause; steady_clock::now() < until;) {
            if (fault::rule_taken_out("runner.pause_between_measurements")) break;
            look_after(stop);
            if (steady_clock::now() - told_at >= postponed_told_every) tell();
        }
        if (pause > milliseconds(0)) forecast.paused();
        measure_rename(forecast);
        if (forecast.fits()) break;
        if (forecast.tell_anew()) tell();
        look_after(stop);
    }
    state_.set_postponed("");
    state_.told.on_notice(fmt::format(
        "RENAME TABLE takes some {} ms now, measured on empty tables of as many partitions, and "
        "that fits the stall budget: the swap goes on",
        forecast.rename_time().value_or(milliseconds(0)).count()));
    return true;
}

// Nothing else needs it, so that a failure is no reason to end: it is measured again.
void runner::measure_rename(swap::rename_forecast& forecast) {
    const preflight::plan& made = parts().made;
    const preflight::table_record& record = state_.record();
    try {
        db::session session = state_.sessions().connect(db::session_role::patient);
        preflight::claim_start(session, made.original.name);
        preflight::clear_for_a_moment(session, made.tables.rehearsal);
        record.dropped(made.tables.rehearsal);
        preflight::rename_cost cost(session, made.tables, record, state_.with.stall_budget,
                                    threads_.token());
        cost.measure_twin(made.original);
        cost.measure_twin(made.target);
        forecast.measured(cost.sum().value_or(milliseconds(0)));
        parts().swapping.expect_rename_to_take(*forecast.rename_time());
    } catch (const error& failure) {
        if (threads_.token().stop_requested()) throw stopped();
        forecast.could_not_be_measured();
        state_.told.on_notice(fmt::format(
            "how long RENAME TABLE takes could not be measured, and that is tried again: {}",
            failure.what()));
    }
}

outcome runner::swap(std::stop_token stop) {
    const settings& with = state_.with;
    swap::cut_over& swapping = parts().swapping;
    swap::attempt_pace pace({.attempts_max = std::max(1U, with.failures_max),
                             .exponential = with.cut_over_pause_max.has_value(),
                             .longest = with.cut_over_pause_max.value_or(std::chrono::seconds(0))});
    swap::rename_forecast renaming(with.stall_budget, parts().made.rename_time);
    outcome made;
    unsigned failures = 0;
    for (;;) {
        if (wait_while_postponed(stop)) {
            pace.begin_anew();
            swapping.forget_blockers();
        }
        // What else may postpone it is looked at again after such a time.
        if (wait_until_rename_fits(renaming, stop)) continue;
        while (parts().throttler.hibernating()) look_after(stop);
        state_.enter(phase::cut_over);
        ++made.cut_over_attempts;
        look_after(stop);
        const auto result = attempt_to_swap();
        made.stall_last = result.stall.value_or(milliseconds(0));
        made.stall_max = std::max(made.stall_max, made.stall_last);
        if (result.before_rename) renaming.took_before_rename(*result.before_rename);
        for (const std::string& notice : result.notices) state_.told.on_notice(notice);
        if (result.swapped) return made;
        if (result.counted && db::is_missing_table(*result.counted))
            throw result.counted->in("swap the tables");
        failures = result.counted ? failures + 1 : 0;
        if (failures > state_.with.failures_max) throw result.counted->in("swap the tables");
        if (threads_.failed()) throw stopped();
        pace.gave_way();
        postpone(made.cut_over_attempts, pace, result);
        const auto pause = std::min(pace.pause(), result.again_within.value_or(pace.pause()));
        for (const auto until = steady_clock::now() + pause; steady_clock::now() < until;)
            look_after(stop);
    }
}

swap::cut_over::result runner::attempt_to_swap() {
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
    fault::point("migration.before_attempt");
    return parts().swapping.attempt(threads_.token());
}

// The migration does not die of a table that is busy: it goes on in step.
void runner::postpone(unsigned attempt, const swap::attempt_pace& pace,
                      const swap::cut_over::result& result) {
    const std::string& reason = result.gave_way_because;
    state_.told.on_notice(fmt::format(
        "cut-over attempt {} gave way: {}{}", attempt, reason,
        result.stall ? fmt::format("; writes waited for {} ms", result.stall->count()) : ""));
    if (!pace.postponed()) return;
    if (pace.in_a_row() == state_.with.failures_max)
        state_.told.on_notice(
            fmt::format("the cut-over is postponed after {} attempts in a row that gave way; the "
                        "new table is kept in step, and it is tried again now and then",
                        pace.in_a_row()));
    state_.set_postponed(reason);
    state_.enter(phase::postponed);
}

void runner::end_threads() {
    threads_.request_stop();
    threads_.wait();
}

// What it would tell to drop may be another run's, under the same names.
void runner::see_whose_tables() {
    constexpr milliseconds patience{2'000};
    wire::connection_options briefly = state_.sessions().options();
    briefly.connect_timeout = std::min(briefly.connect_timeout, patience);
    briefly.read_timeout = std::min(briefly.read_timeout, patience);
    try {
        db::session_factory sessions(briefly);
        db::session session = sessions.connect(db::session_role::control);
        // After a failover tables of these names say nothing of those that were left.
        if (sessions.server_uuid() != parts().made.server.uuid) return;
        const migration_tables& tables = parts().made.tables;
        const bool owns = preflight::still_owns(session, tables.checkpoint, parts().run_token);
        std::vector<table_name> there;
        for (const table_name& one :
             {tables.ghost, tables.old, tables.changelog, tables.checkpoint})
            if (preflight::exists(session, one)) there.push_back(one);
        const auto is_there = [&](const table_name& one) { return std::ranges::count(there, one); };
        // Another run drops them all, and makes its own while it has the claim.
        const bool dropped = !is_there(tables.checkpoint) && is_there(tables.ghost) &&
                             !preflight::start_is_claimed(session, tables.original);
        if (owns || dropped) return see_what_others_did(session, there);
        const preflight::take_over seen = preflight::seen_take_over(session, parts().made, there);
        state_.note_taken_over(seen, std::move(there));
        if (preflight::exists(session, tables.checkpoint))
            state_.note_taken_over_by(parts().checkpoint.other_run(session));
    } catch (const error&) {
        // It cannot be seen, so what was made is told as it is known.
    }
}

void runner::see_what_others_did(db::session& session, const std::vector<table_name>& there) {
    if (state_.swap().now() != swap::swap_state::not_made) return;
    const migration_tables& tables = parts().made.tables;
    for (const table_name& one : {tables.ghost, tables.changelog, tables.checkpoint}) {
        if (std::ranges::count(there, one) > 0) continue;
        dropped_by_others_.push_back(one);
        state_.note_dropped(one);
    }
    target_changed_by_others_ = preflight::target_was_changed(session, parts().made);
}

error runner::in_words(const error& failure) {
    const preflight::plan& made = parts().made;
    const std::string words = preflight::in_operators_words(
        failure.what(), preflight::operators_names_of(made.original, made.target, made.tables));
    std::string others;
    if (!dropped_by_others_.empty() && db::is_missing_table(failure)) {
        std::vector<std::string> names;
        for (const table_name& one : dropped_by_others_)
            names.push_back((one == made.tables.ghost ? "the new table " : "") + one.quoted());
        others = fmt::format("{} {} dropped by somebody else while the migration ran: ",
                             fmt::join(names, ", "), names.size() == 1 ? "was" : "were");
    } else if (target_changed_by_others_ && db::is_about_a_table(failure)) {
        others = fmt::format(
            "the new table {} was changed by somebody else while the migration "
            "ran: ",
            made.tables.ghost.quoted());
    }
    return error(others + words, failure.properties());
}

void runner::throw_cause() {
    try {
        throw_first_failure();
    } catch (const error& failure) {
        throw in_words(failure);
    }
}

// The first failure of a thread is the cause, but for a swap whose outcome is not known: then that
// is what the operator has to hear.
void runner::throw_first_failure() {
    const std::exception_ptr met = std::current_exception();
    if (state_.swap().now() == swap::swap_state::not_made) {
        threads_.join();
        std::rethrow_exception(met);
    }
    try {
        threads_.join();
    } catch (const std::exception& other) {
        log::write(log::level::error, other.what());
    }
    std::rethrow_exception(met);
}

void runner::clean_up(std::stop_token stop) {
    const std::vector<table_name> unneeded = state_.begin_clean_up();
    const swap::statement_ender ender(state_.sessions(), state_.swap(), stop, milliseconds(0));
    try {
        drop_unneeded(unneeded, stop);
    } catch (const stopped&) {
        state_.told.on_notice("the clean-up was ended by a signal");
    }
}

// What is left of them state_ knows.
void runner::drop_unneeded(const std::vector<table_name>& tables, std::stop_token stop) {
    // The names are swapped, which no restart takes back.
    db::session_factory sessions = state_.sessions().unwatched();
    db::retrying_session session(sessions, state_.with.failures_max, db::lock_conflicts::failures,
                                 db::session_role::patient);
    for (const table_name& table : tables) {
        try {
            fault::point("migration.before_drop");
            session.run("clean up after the swap", stop,
                        [&](db::session& on) { preflight::drop_if_exists(on, table); });
            state_.note_dropped(table);
        } catch (const error& failure) {
            state_.told.on_notice(
                fmt::format("{} could not be dropped: {}", table.quoted(), failure.what()));
        }
    }
}

}  // namespace segue::migration
