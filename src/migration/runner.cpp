#include "src/migration/runner.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/carry/copy_start.hpp"
#include "src/carry/engine.hpp"
#include "src/carry/stream_tells.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/expressions/assignment.hpp"
#include "src/migration/data_check.hpp"
#include "src/migration/failed_run.hpp"
#include "src/migration/log_watch.hpp"
#include "src/migration/swap_finish.hpp"
#include "src/migration/verification.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/unfinished_swap.hpp"
#include "src/preflight/going_on.hpp"
#include "src/preflight/inspection.hpp"
#include "src/preflight/operators_choices.hpp"
#include "src/rehearsal/slow_rename.hpp"
#include "src/rehearsal/start_notices.hpp"
#include "src/servers/durability.hpp"
#include "src/servers/log_place.hpp"
#include "src/servers/start_failure.hpp"
#include "src/servers/tables_there.hpp"
#include "src/swap/instant_alter.hpp"
#include "src/swap/own_statement_ender.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick{50};
constexpr std::chrono::seconds marker_wait_told_after{5};
constexpr std::chrono::seconds stop_grace{1};

// The operator is to know that this is no new beginning, and whose it was.
std::string goes_on_text(const preflight::plan& made) {
    const tables::saved_state& left = *made.goes_on;
    return fmt::format(
        "going on with what an earlier run left{}: {} rows are copied, and the changes since are "
        "read from {} on. --no-resume begins anew.",
        made.earlier.run.empty() ? "" : fmt::format(" ({})", made.earlier.run),
        tables::rows_copied(left), text_of(left.resume_at->position));
}

tables::swapped_foreign_keys foreign_keys_in_swap(const preflight::plan& made) {
    tables::swapped_foreign_keys keys{{0, ""}};
    for (const preflight::kept_foreign_key& key : made.along.foreign_keys)
        keys.emplace(key.number, key.wanted.name);
    return keys;
}

// While the original's foreign keys are enforced, what is proven once stays so.
std::vector<carry::row_check> orphans_of(const preflight::plan& made) {
    std::vector<carry::row_check> checks;
    for (const preflight::kept_foreign_key& key : made.along.foreign_keys)
        checks.push_back({.condition = preflight::has_no_parent(made.original.name, key),
                          .says = preflight::says_of_orphan(key)});
    return checks;
}

}  // namespace

outcome runner::run(std::stop_token stop) {
    state_.pass(step::startup, [&] { pause_for(tick, stop); });
    state_.find_servers();
    gh_ost_lock_.emplace(state_.sessions(), state_.with.request.original,
                         [this](const std::string& text) { state_.told.on_notice(text); });
    gh_ost_lock_->take();
    sign_of_life_.spawn("gh-ost-lock",
                        [this](std::stop_token ended) { gh_ost_lock_->keep(ended); });
    finish_swap_of_before(stop);
    if (altered_instantly(stop)) return {.instant = true, .position = {}};
    prepare_or_stop(stop);
    if (state_.plan().begins == preflight::beginning::from_swap) return finish_clean_up(stop);
    const std::stop_callback ask_threads(stop, [this] { threads_.request_stop(); });
    std::optional<swap::own_statement_ender> ender(
        std::in_place, state_.sessions(), state_.swap_record(), threads_.token(), stop_grace);
    outcome made;
    // It outlives the threads: what a swap that ended in the middle holds back stays held back.
    std::optional<swap_finish> end;
    try {
        made = reach_swap(end, stop);
    } catch (...) {
        end_threads();
        end_sign_of_life();
        test_.go_on_replicating();
        failed_run failed(state_);
        failed.look();
        throw_cause(failed);
    }
    state_.told.on_swapped(made);
    for (const std::string& note : state_.plan().notes) state_.told.on_notice(note);
    fault::point("migration.swapped");
    end_threads();
    try {
        threads_.join();
    } catch (const error& late) {
        // The tables are swapped; what a worker met afterwards changes nothing.
        log::warning("after the swap: {}", late.what());
    }
    ender.reset();
    if (state_.with.replica == replica_use::tested) test_.swap_back();
    clean_up(stop);
    complete_whole();
    state_.enter(phase::done);
    return made;
}

outcome runner::reach_swap(std::optional<swap_finish>& end, std::stop_token stop) {
    try {
        start_following(stop);
        const auto meanwhile = [&] { look_after(stop); };
        state_.pass(step::validated, meanwhile);
        state_.pass(step::rowcount_complete, meanwhile);
        drop_old_table_of_before(stop);
        state_.pass(step::before_row_copy, meanwhile);
        copy(stop);
        state_.pass(step::row_copy_complete, meanwhile);
        verification(state_, threads_, meanwhile).run();
        end.emplace(state_, threads_, meanwhile, [&] { return prepare_swap(meanwhile); });
        return end->reach();
    } catch (const error& failure) {
        let_the_stream_tell(failure, stop);
        throw;
    }
}

// Nothing needs a grace before there are threads, and no statement may keep a stop waiting.
void runner::prepare_or_stop(std::stop_token stop) {
    const swap::own_statement_ender ender(state_.sessions(), state_.swap_record(), stop,
                                          milliseconds(0));
    try {
        prepare(stop);
    } catch (const error&) {
        if (stop.stop_requested()) throw stopped();
        throw;
    }
}

void runner::finish_swap_of_before(const std::stop_token& stop) {
    const auto& request = state_.with.request;
    db::session session = state_.sessions().connect(db::session_role::patient);
    const auto finished =
        preflight::finish_swap_of_before(session, request.original, request.naming, stop);
    for (const std::string& told : preflight::done_about(finished)) state_.told.on_notice(told);
    if (finished.left.empty()) return;
    state_.note_swapped_before();
    throw_refusals({preflight::left_undone(finished, request.original)});
}

// Nothing of ours exists before it, so that it leaves nothing to go on from or to drop.
bool runner::altered_instantly(const std::stop_token& stop) {
    // It would set no value.
    if (!state_.with.attempt_instant_ddl || !state_.with.request.sets.empty()) return false;
    const swap::own_statement_ender ender(state_.sessions(), state_.swap_record(), stop,
                                          milliseconds(0));
    try {
        db::session session = state_.sessions().connect(db::session_role::patient);
        const preflight::plan seen = state_.look(session, state_.with.request, stop);
        // What an earlier run began without it, or has done.
        if (seen.earlier.is == earlier::remains::resumable ||
            seen.begins == preflight::beginning::from_swap)
            return false;
        state_.note_instant(true);
        const auto tried =
            swap::alter_instantly(state_.sessions(), seen, state_.with.request.alter_text,
                                  state_.with.stall_budget, state_.swap_record(), stop);
        state_.note_instant(tried.done);
        fault::point("migration.instant_tried");
        // The claim of the start: what follows takes it anew. Behind an ALTER that is done nothing
        // follows, and nothing may fail the run.
        if (tried.done)
            state_.told.on_altered_instantly(tried.waited);
        else
            session.execute("DO RELEASE_ALL_LOCKS()");
        const std::string table = seen.original.name.quoted();
        state_.told.on_notice(
            tried.done
                ? fmt::format("Success! table {} migrated instantly: ALTER TABLE ... "
                              "ALGORITHM=INSTANT kept statements waiting for {} ms at most",
                              table, tried.waited.count())
                : fmt::format(
                      "ALGORITHM=INSTANT is not possible for {}, and its rows are copied: {}",
                      table, tried.why_not));
        return tried.done;
    } catch (const error&) {
        if (stop.stop_requested()) throw stopped();
        throw;
    }
}

void runner::prepare(const std::stop_token& stop) {
    db::session session = state_.sessions().connect(db::session_role::patient);
    preflight::plan made = state_.inspect(session, state_.with.request, stop);
    if (made.begins == preflight::beginning::from_swap) return state_.hold(std::move(made));
    state_.told.on_plan(made);
    for (const std::string& weaker : made.server.weaker) state_.told.on_notice(weaker);
    state_.hold(made);
    throw_if_data_is_refused(session, made, stop);
    auto built = std::make_unique<carry::engine>(
        carry::engine_task{.source = made.original,
                           .projection = made.projection,
                           .changelog = made.tables.changelog,
                           .checkpoint = made.tables.checkpoint,
                           .server = made.server,
                           .words = {.target = "the new table",
                                     .of_a_conflict = "ALTER TABLE would refuse this too; the "
                                                      "original is as it was. Change or delete "
                                                      "one of the two rows, or leave the index "
                                                      "out."},
                           .run_token = state_.run_token(),
                           .checks = orphans_of(made)},
        state_.with.carrying,
        carry::engine::surroundings{
            .sessions = state_.sessions(),
            .roles = state_.roles(),
            .restarts = state_.restarts(),
            .threads = threads_,
            .pace = state_.steer().pace,
            .clock = machine_clock(),
            .stream_from = state_.with.connection,
            .tell = [this](const std::string& text) { state_.told.on_notice(text); },
            .copy_failed = [this](const std::string& why) { state_.gate.on_copy_failure(why); },
            .holders = [&state =
                            state_](db::session& waited) { return state.who_holds_up(waited); }});
    const swap::rename_forecast forecast(state_.with.stall_budget, made.rename_time);
    if (const auto slow = rehearsal::slow_rename(forecast, state_.with.accept_slow_rename))
        state_.told.on_notice(*slow);
    for (const std::string& notice : rehearsal::start_notices(made, what_is_asked(state_.with)))
        state_.told.on_notice(notice);
    if (const auto why = servers::why_log_may_not_last(state_.roles(), session))
        state_.told.on_notice(*why);
    state_.hold(made, std::move(built));
    if (made.goes_on) {
        for (const table_name& one : {made.tables.ghost, made.tables.checkpoint})
            state_.note_made(one);
        state_.told.on_notice(goes_on_text(made));
        if (const auto why = servers::why_place_may_be_purged(state_.roles(), session,
                                                              made.goes_on->resume_at->position))
            state_.told.on_notice(*why);
        earlier::drop_leftover(session, made.tables.changelog, stop);
    }
    make(session, made.tables.changelog, [&] { parts().barrier.create(session); });
    const auto& request = state_.with.request;
    if (!made.goes_on)
        parts().checkpoint.complete(
            session, preflight::fingerprint_of(made, request.alter_text,
                                               expressions::text_of(request.sets), session));
    // The swap of a test is undone by the run itself.
    if (!made.along.own_foreign_keys.empty() && state_.with.replica != replica_use::tested)
        parts().checkpoint.record_foreign_keys(session, foreign_keys_in_swap(made));
    fault::point("migration.state_complete");
}

// Before the state is whole: nothing of this run is of use to a later one.
void runner::throw_if_data_is_refused(db::session& session, const preflight::plan& made,
                                      const std::stop_token& stop) {
    const auto refused = refused_by_data(state_, made, stop);
    if (!refused) return;
    for (const table_name& one : {made.tables.ghost, made.tables.checkpoint})
        preflight::drop_made(session, state_.record(), one);
    throw_refusals({*refused});
}

// What is to be dropped after an end that comes early: what may have been made.
void runner::make(db::session& session, const table_name& table,
                  const std::function<void()>& create) {
    state_.note_made(table);
    try {
        create();
    } catch (const error& failure) {
        if (!failure.connection_lost() &&
            (failure.mysql_errno() == er::table_exists_error || !servers::exists(session, table)))
            state_.note_dropped(table);
        throw servers::start_failure(failure, session, state_.with.request.original);
    }
    fault::point("migration.table_made");
}

// What it holds may be all that is left of a column, so every check of the start has passed before.
void runner::drop_old_table_of_before(std::stop_token stop) {
    if (!state_.with.request.drop_old) return;
    look_after(stop);
    const table_name& old = state_.plan().tables.old;
    db::retrying_session session(state_.sessions(), state_.with.carrying.failures_max,
                                 db::lock_conflicts::outlasted, db::session_role::patient);
    session.run("drop the old table of an earlier migration", threads_.token(),
                [&](db::session& on) { servers::drop_if_exists(on, old); });
}

void runner::start_following(std::stop_token stop) {
    fault::point("migration.before_following");
    try {
        const auto meanwhile = [&] {
            look_after(stop);
            look_at_tables_of_ours();
        };
        parts().follow(where_to_start(), meanwhile);
        state_.note_state_is_whole();
        threads_.spawn("log-watch", [this](std::stop_token ended) {
            watch_place_in_log(
                {.sessions = state_.sessions(),
                 .roles = state_.roles(),
                 .checkpoint = state_.plan().tables.checkpoint,
                 .tell = [this](const std::string& text) { state_.told.on_notice(text); }},
                ended);
        });
    } catch (const error& failure) {
        // The greatest key, which it reads, may be one of them.
        if (!failure.from_server()) throw_if_key_has_nulls();
        throw;
    }
    throw_if_key_has_nulls();
    // What was changed between the inspection and the place where the stream begins, it does not
    // tell.
    look_at_definition();
}

carry::engine::start runner::where_to_start() {
    const auto& left = state_.plan().goes_on;
    if (!left) return {.target = carry::engine::contents::nothing};
    // Of an attempt of that run, and what took it back.
    state_.expect_statements_of_swap();
    return {.target = carry::engine::contents::of_an_earlier_run,
            .from = left->resume_at,
            .copy = carry::copy_that_goes_on(*left, parts().texts.codec()),
            .evicted = left->evicted,
            .writers = earlier_writers(*left)};
}

// A restart of the server may have taken back that a connection was written down, and what it wrote
// may stand in the log all the same.
std::optional<std::set<std::uint64_t>> runner::earlier_writers(const tables::saved_state& left) {
    tables::server_life now{.server_uuid = state_.plan().server.uuid, .up_since = {}};
    with_session([&](db::session& on) { now.up_since = servers::up_since(on); });
    return left.seen_on == now ? left.writers : std::nullopt;
}

// An earlier run has swapped the tables, and has died before all was dropped.
outcome runner::finish_clean_up(std::stop_token stop) {
    if (state_.with.replica == replica_use::tested)
        throw_refusals({{"an earlier test has swapped the tables, and has not swapped them back",
                         fmt::format("Compare them, and then: RENAME TABLE {0} TO {1}, {2} TO {0};",
                                     state_.plan().tables.original.quoted(),
                                     state_.plan().tables.ghost.quoted(),
                                     state_.plan().tables.old.quoted())}});
    state_.swap_record().is_known(true);
    state_.note_foreign_keys_done();  // Else it would have been refused at the start.
    outcome made;
    made.by_earlier_run = true;
    state_.told.on_swapped(made);
    clean_up(stop);
    complete_whole();
    state_.enter(phase::done);
    return made;
}

void runner::complete_whole() {
    fault::point("migration.before_whole");
    if (state_.with.part_of.after_swap) state_.told.on_notice(state_.with.part_of.after_swap());
}

// It may take long, while a stop and a failure of the run's threads are to be seen.
std::string runner::why_not_yet(const std::function<void()>& meanwhile) {
    const auto& ask = state_.with.part_of.before_swap;
    if (!ask) return {};
    struct answer {
        std::string why;
        std::atomic<bool> given{false};  // set by the thread when it is done with the rest
    };
    const auto made = std::make_shared<answer>();
    threads_.spawn("before-swap", [&state = state_, ask, made](std::stop_token end) {
        try {
            made->why = ask(
                {.throttler = state.parts().throttler, .pace = state.steer().pace, .stop = end});
        } catch (const error& failure) {
            made->why = fmt::format("whether the tables may be swapped could not be seen: {}",
                                    failure.what());
        }
        made->given = true;
    });
    while (!made->given) meanwhile();
    return made->why;
}

std::string runner::prepare_swap(const std::function<void()>& meanwhile) {
    if (std::string why = why_not_yet(meanwhile); !why.empty()) return why;
    return state_.with.replica == replica_use::tested ? test_.prepare_swap(meanwhile) : "";
}

// Behind the first marker: a NULL that came before is seen here, and one that comes later ends the
// run as soon as the stream tells it (key_codec).
void runner::throw_if_key_has_nulls() {
    with_session([&](db::session& on) {
        preflight::throw_if_key_has_nulls(on, state_.plan(), parts().locking_reads);
    });
}

void runner::copy(std::stop_token stop) {
    state_.copy_begins();
    state_.enter(phase::copy);
    parts().copy([&] { look_after(stop); });
    state_.copy_ends();
}

void runner::look_after(std::stop_token stop) {
    if (threads_.failed() || stop.stop_requested()) throw stopped();
    if (const auto why = state_.steer().panic_words()) throw error(*why);
    if (parts().feed.take_definition_seen()) look_at_definition();
    if (!parts().feed.change_of_ours().empty()) throw_for_change_of_ours();
    // Where the server is known to be away, that was told.
    const bool waits = parts().barrier.marker_waits() > marker_wait_told_after &&
                       !state_.sessions().patience().awaited();
    if (waits && !marker_waits_told_)
        state_.told.on_notice(
            "a COMMIT of one row takes long, and everything waits for it: is the server reachable, "
            "is its disk full, or does a semi-synchronous replica not acknowledge?");
    marker_waits_told_ = waits;
    pause_for(tick, threads_.token());
}

// Another run drops our tables as well, and is told of in other words.
void runner::throw_if_taken_over() {
    try {
        with_session([&](db::session& on) { parts().checkpoint.check_still_owner(on); });
    } catch (const error& failure) {
        // The table that would tell is gone, or is another one: that is for the caller to say.
        if (!db::is_about_a_table(failure)) throw;
    }
}

void runner::throw_for_change_of_ours() {
    throw_if_taken_over();
    throw error(parts().feed.change_of_ours(), {.spoils_run = true});
}

void runner::look_at_tables_of_ours() {
    constexpr std::chrono::seconds every{1};
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_at_ours_ < every) return;
    looked_at_ours_ = now;
    const preflight::plan& made = state_.plan();
    const auto say = [&](const table_name& table, std::string_view what) {
        throw error(fmt::format("{}{} was {} by somebody else while the migration ran",
                                table == made.tables.ghost ? "the new table " : "", table.quoted(),
                                what));
    };
    throw_if_taken_over();
    with_session([&](db::session& on) {
        for (const table_name& one :
             {made.tables.ghost, made.tables.changelog, made.tables.checkpoint})
            if (!servers::exists(on, one)) say(one, "dropped");
        if (servers::was_changed(on, made.target)) say(made.tables.ghost, "changed");
    });
}

void runner::let_the_stream_tell(const error& failure, const std::stop_token& stop) {
    const bool swapped = state_.swap_record().now() != swap::swap_state::not_made;
    if (swapped || !db::is_about_a_table(failure)) return;
    for (const auto until = std::chrono::steady_clock::now() + carry::stream_tells_within;
         std::chrono::steady_clock::now() < until;)
        look_after(stop);
}

void runner::look_at_definition() {
    try {
        with_session([&](db::session& on) { preflight::throw_if_changed(on, state_.plan()); });
    } catch (const error&) {
        // What changed the table may have come after what made us look; the stream, which ends the
        // migration as well, then names the statement.
        pause_for(carry::stream_tells_within, threads_.token());
        throw;
    }
}

void runner::end_threads() {
    threads_.request_stop();
    threads_.wait();
}

void runner::end_sign_of_life() {
    sign_of_life_.request_stop();
    sign_of_life_.wait();
}

void runner::throw_cause(failed_run& failed) {
    try {
        throw_first_failure();
    } catch (const error& failure) {
        const error told = failed.in_words(failure);
        if (told.spoils_run()) failed.write_down_spoiled(told.what());
        throw told;
    }
}

// The first failure of a thread is the cause, but for a swap whose outcome is not known: then that
// is what the operator has to hear.
void runner::throw_first_failure() {
    const std::exception_ptr met = std::current_exception();
    if (state_.swap_record().now() == swap::swap_state::not_made) {
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
    const swap::own_statement_ender ender(state_.sessions(), state_.swap_record(), stop,
                                          milliseconds(0));
    try {
        drop_unneeded(unneeded, stop);
    } catch (const stopped&) {
        state_.told.on_notice("the clean-up was ended by a signal");
    }
    end_sign_of_life();
}

// One that stood still for long enough to be taken for dead may find its tables taken over, and
// others under their names.
bool runner::is_taken_over(db::retrying_session& session, const std::stop_token& stop) {
    earlier::owner seen = earlier::owner::this_run;
    try {
        session.run("look whose the tables are", stop,
                    [&](db::session& on) { seen = state_.owner_of_tables(on); });
    } catch (const error& failure) {
        log::info("whose the tables are was not seen: {}", failure.what());
    }
    if (seen == earlier::owner::this_run) return false;
    for (const table_name& table : state_.begin_clean_up()) state_.note_dropped(table);
    state_.told.on_notice(
        "the tables are swapped, and another run or `segue cleanup` has taken over what was left "
        "to be cleaned up: this one drops nothing");
    return true;
}

void runner::write_down_end(db::retrying_session& session, const std::stop_token& stop) {
    try {
        session.run("write down the end", stop, [&](db::session& on) {
            parts().checkpoint.record_progress(on, {.phase = std::string(name_of(phase::done))});
        });
    } catch (const error& failure) {
        log::info("the end of the run is not written down: {}", failure.what());
    }
}

// What is left of them state_ knows.
void runner::drop_unneeded(const std::vector<table_name>& tables, std::stop_token stop) {
    // The names are swapped, which no restart takes back.
    db::session_factory sessions = state_.sessions().unwatched();
    db::retrying_session session(sessions, state_.with.carrying.failures_max,
                                 db::lock_conflicts::failures, db::session_role::patient);
    if (state_.has_parts()) {
        if (is_taken_over(session, stop)) return;
        write_down_end(session, stop);
    }
    for (const table_name& table : tables) {
        try {
            fault::point("migration.before_drop");
            session.run("clean up after the swap", stop,
                        [&](db::session& on) { servers::drop_if_exists(on, table); });
            state_.note_dropped(table);
        } catch (const error& failure) {
            state_.told.on_notice(
                fmt::format("{} could not be dropped: {}", table.quoted(), failure.what()));
        }
    }
}

}  // namespace segue::migration
