#include "src/split/split.hpp"

#include "src/base/clock.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/carry/stream_tells.hpp"
#include "src/db/table_failure.hpp"
#include "src/migration/log_watch.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/start_failure.hpp"
#include "src/split/rehearsal.hpp"
#include "src/split/verification.hpp"
#include "throttle/signals/command_signal.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds tick{50};

std::string goes_on_text(const tables::saved_state& left) {
    return fmt::format(
        "going on with what an earlier run left{}: {} rows are copied, and the changes since are "
        "read from {} on",
        left.run.empty() ? "" : fmt::format(" ({})", left.run), tables::rows_copied(left),
        text_of(left.resume_at->position));
}

}  // namespace

std::string_view name_of(phase at) noexcept {
    switch (at) {
        case phase::inspect:
            return "inspect";
        case phase::copy:
            return "copy";
        case phase::in_step:
            return "in-step";
        case phase::verify:
            return "verify";
        case phase::finish:
            return "finish";
        case phase::done:
            return "done";
    }
    return "";
}

split::split(task asked, settings with, surroundings around)
    : asked_(std::move(asked)),
      with_(std::move(with)),
      around_(around),
      restarts_([this](const std::string& text) { around_.told.on_notice(text); }) {
    around_.sessions.use_schema(asked_.from.schema);
    around_.sessions.look_at_each([this](db::session& made) { look_at_new(made); });
    if (!with_.finish_flag_file.empty()) finish_flag_.emplace(with_.finish_flag_file);
}

split::~split() = default;

// Nothing is written behind a loss that a restart of the server has brought.
void split::look_at_new(db::session& made) {
    restarts_.look_at_new(made);
    const unsigned restarts = restarts_.restarts();
    if (restarts == 0) return;
    const carry::engine* parts = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (!parts_) return;
        parts = parts_.get();
    }
    evidence_.look(made, parts->task.changelog, restarts, parts->newest_heartbeat());
}

void split::hold(plan made) {
    const std::lock_guard lock(mutex_);
    made_ = std::move(made);
}

plan split::inspected(db::session& session, const std::stop_token& stop) {
    const throttle::pace pace = around_.pace.snapshot();
    try {
        plan made = inspect({.session = session,
                             .roles = around_.roles,
                             .asked = asked_,
                             .pace = pace,
                             .stop = stop});
        hold(made);
        return made;
    } catch (const error& failure) {
        if (stop.stop_requested()) throw stopped();
        throw servers::start_failure(failure, session, asked_.from);
    }
}

split::rehearsal split::rehearse(std::stop_token stop) {
    db::session session = around_.sessions.connect(db::session_role::patient);
    rehearsal done{.made = inspected(session, stop), .tried = {}};
    around_.told.on_plan(done.made);
    const throttle::pace pace = around_.pace.snapshot();
    done.tried = try_rows(
        {.session = session, .roles = around_.roles, .asked = asked_, .pace = pace, .stop = stop},
        done.made);
    return done;
}

outcome split::run(std::stop_token stop) {
    const std::stop_callback ask_threads(stop, [this] { threads_.request_stop(); });
    plan made;
    {
        db::session session = around_.sessions.connect(db::session_role::patient);
        made = inspected(session, stop);
        around_.told.on_plan(made);
        around_.told.on_validated();
        claims_.emplace(around_.sessions, made.tables);
        if (made.begins == beginning::from_end) return end_of_before(session, made, stop);
        begin(session, stop);
    }
    threads_.spawn("claim", [this](std::stop_token end) { claims_->keep(std::move(end)); });
    outcome done;
    ends held;
    try {
        done = reach_end(held, stop);
    } catch (...) {
        end_threads();
        throw_cause();
    }
    end_threads();
    fault::point("split.ended");
    try {
        threads_.join();
    } catch (const error& late) {
        // What a worker met behind the end changes nothing.
        log::warning("behind the end: {}", late.what());
    }
    // Behind the drop nobody could tell any more.
    around_.told.on_notice(fmt::format("the split has ended, at {}", done.place));
    drop_state(stop);
    enter(phase::done);
    done.at = now();
    return done;
}

outcome split::end_of_before(db::session& session, const plan& made, const std::stop_token& stop) {
    drop_own_tables(session, made, stop);
    enter(phase::done);
    outcome done;
    done.by_earlier_run = true;
    done.place = made.left->ended;
    done.at = now();
    return done;
}

void split::begin(db::session& session, const std::stop_token& stop) {
    plan made = *about();
    const begun_with at{.session = session,
                        .roles = around_.roles,
                        .asked = asked_,
                        .pace = around_.pace.snapshot(),
                        .run_token = run_token_,
                        .stop = stop};
    try {
        if (made.begins == beginning::from_earlier) {
            go_on(at, made);
            around_.told.on_notice(goes_on_text(*made.left));
        } else {
            begin_anew(at, made);
        }
        build_engine(made);
        hold(made);
        parts_->barrier.create(session);
        if (made.begins == beginning::anew) parts_->checkpoint.complete(session, made.asked);
    } catch (const error&) {
        if (made.begins == beginning::anew) take_back(at, made);
        throw;
    }
    release_start(session, made.tables);
    fault::point("split.state_complete");
}

void split::build_engine(const plan& made) {
    auto built = std::make_unique<carry::engine>(
        carry::engine_task{
            .source = made.source,
            .projection = made.projection,
            .changelog = made.tables.changelog,
            .checkpoint = made.tables.checkpoint,
            .server = made.server,
            .words = {.target = "the target",
                      .job = "the split",
                      .done = "split",
                      .of_a_conflict = "The source is as it was. Change or delete one of the two "
                                       "rows, or drop the target's index."},
            .run_token = run_token_},
        with_.carrying,
        carry::engine::surroundings{
            .sessions = around_.sessions,
            .roles = around_.roles,
            .restarts = restarts_,
            .threads = threads_,
            .pace = around_.pace,
            .clock = machine_clock(),
            .stream_from = with_.stream_from,
            .tell = [this](const std::string& text) { around_.told.on_notice(text); },
            .copy_failed = [this](const std::string& why) { around_.told.on_copy_failure(why); },
            .holders =
                [this, server = made.server, tables = made.tables](db::session& waited) {
                    return servers::who_holds_up_rows(waited, around_.sessions, server, tables);
                }});
    const std::lock_guard lock(mutex_);
    parts_ = std::move(built);
}

outcome split::reach_end(ends& held, const std::stop_token& stop) {
    try {
        follow(stop);
        around_.told.on_before_rows();
        enter(phase::copy);
        parts_->copy([&] { look_after(stop); });
        {
            const std::lock_guard lock(mutex_);
            all_copied_ = true;
        }
        fault::point("split.copied");
        around_.told.on_rows_complete();
        wait_until_finish_is_asked(stop);
        return verify_and_end(held, stop);
    } catch (const error& failure) {
        if (db::is_about_a_table(failure))
            for (const auto until = std::chrono::steady_clock::now() + carry::stream_tells_within;
                 std::chrono::steady_clock::now() < until;)
                look_after(stop);
        throw;
    }
}

outcome split::verify_and_end(ends& held, const std::stop_token& stop) {
    const auto meanwhile = [this, &stop] { look_after(stop); };
    const auto tell = [this](const std::string& text) { around_.told.on_notice(text); };
    enter(phase::verify);
    const auto found = verify_rows({.of = *parts_,
                                    .sessions = around_.sessions,
                                    .made = *made_,
                                    .threads = threads_,
                                    .tell = tell,
                                    .progressed = [this](auto rows) { rows_verified_ = rows; },
                                    .look_after = meanwhile});
    outcome done;
    done.rows_verified = found.rows;
    done.rows_in_target = found.rows_in_target;
    around_.told.on_before_finish();
    enter(phase::finish);
    fault::point("split.verified");
    // A trigger of the target falsifies the rows that are compared, and is in no log where it was
    // made so.
    look_at_definitions();
    if (with_.end == ending::in_step) {
        held.in_step = std::make_unique<in_step_end>(*parts_, around_.sessions, meanwhile);
        done.place = held.in_step->reach();
        return done;
    }
    held.locked = std::make_unique<locked_end>(
        locked_end::parts{.of = *parts_,
                          .sessions = around_.sessions,
                          .made = *made_,
                          .stall_budget = with_.stall_budget,
                          .from_replica = around_.roles.stream_from().has_value(),
                          .tell = tell,
                          .look_after = meanwhile});
    held.locked->reach(done);
    return done;
}

void split::follow(const std::stop_token& stop) {
    const plan& made = *made_;
    carry::engine::start begin{.target = carry::engine::contents::nothing};
    if (made.begins == beginning::from_earlier)
        with_session([&](db::session& on) { begin = start_from(on, made, *parts_); });
    parts_->follow(std::move(begin), [&] { look_after(stop); });
    threads_.spawn("log-watch", [this](std::stop_token ended) {
        migration::watch_place_in_log(
            {.sessions = around_.sessions,
             .roles = around_.roles,
             .checkpoint = made_->tables.checkpoint,
             .tell = [this](const std::string& text) { around_.told.on_notice(text); }},
            ended);
    });
    // What was changed between the inspection and the place where the stream begins, it does not
    // tell.
    look_at_definitions();
    wait_for_place(stop);
}

// No row is written before there is a place that a later run can go on from: the target is never
// emptied.
void split::wait_for_place(const std::stop_token& stop) {
    for (bool there = false; !there;) {
        look_after(stop);
        with_session([&](db::session& on) {
            there = !on.query(fmt::format("SELECT 1 FROM {} WHERE kind='resume_point'",
                                          made_->tables.checkpoint.quoted()))
                         .empty();
        });
    }
}

bool split::is_asked_to_finish() {
    if (with_.when_copied || finish_asked_) return true;
    // What a file asks for that cannot be looked at is not known.
    if (!finish_flag_ || !is_known_to_be_there(finish_flag_->path())) return false;
    finish_asked_ = true;
    return true;
}

void split::wait_until_finish_is_asked(const std::stop_token& stop) {
    if (is_asked_to_finish()) return;
    enter(phase::in_step);
    around_.told.on_notice(fmt::format(
        "all rows are copied, and {} is kept in step until it is told to finish: `segue ctl "
        "finish`{}",
        made_->tables.ghost.quoted(),
        finish_flag_ ? fmt::format(", or the file {}", finish_flag_->path()) : ""));
    while (!is_asked_to_finish()) look_after(stop);
}

void split::look_after(const std::stop_token& stop) {
    if (threads_.failed() || stop.stop_requested() || threads_.token().stop_requested())
        throw stopped();
    throw_for_change_of_ours();
    if (parts_->feed.take_definition_seen()) look_at_definitions();
    pause_for(tick, threads_.token());
}

void split::throw_for_change_of_ours() {
    const std::string why = parts_->feed.change_of_ours();
    if (why.empty()) return;
    with_session([&](db::session& on) { throw_if_taken_over(on); });
    throw error(why, {.spoils_run = true});
}

// Another run drops our tables as well, and is told of in other words.
void split::throw_if_taken_over(db::session& session) {
    try {
        parts_->checkpoint.check_still_owner(session);
    } catch (const error& failure) {
        if (!db::is_about_a_table(failure)) throw;
    }
}

void split::look_at_definitions() {
    try {
        with_session([&](db::session& on) { throw_if_changed(on, *made_); });
    } catch (const error&) {
        // The stream names the statement, a moment later.
        for (const auto until = std::chrono::steady_clock::now() + carry::stream_tells_within;
             std::chrono::steady_clock::now() < until; pause_for(tick, threads_.token()))
            throw_for_change_of_ours();
        throw;
    }
}

void split::with_session(const std::function<void(db::session&)>& operation) {
    db::retrying_session session(around_.sessions, with_.carrying.failures_max,
                                 db::lock_conflicts::outlasted);
    session.run("look after the split", threads_.token(), operation);
}

void split::enter(phase next) {
    {
        const std::lock_guard lock(mutex_);
        at_ = next;
    }
    around_.told.on_phase(next);
    if (parts_ && next != phase::done) parts_->checkpointer.note_phase(std::string(name_of(next)));
}

void split::end_threads() {
    threads_.request_stop();
    threads_.wait();
}

// The first failure of a thread is the cause.
void split::throw_cause() {
    const std::exception_ptr met = std::current_exception();
    try {
        if (const auto words = panic_words()) throw error(*words);
        threads_.join();
        std::rethrow_exception(met);
    } catch (const error& failure) {
        if (failure.spoils_run()) write_down_spoiled(failure.what());
        throw;
    }
}

void split::write_down_spoiled(const std::string& why) {
    try {
        db::session_factory sessions = around_.sessions.unwatched();
        db::session session = sessions.connect(db::session_role::control);
        parts_->checkpoint.record_spoiled(session, why);
    } catch (const error& failure) {
        log::info("that the run is spoiled is not written down: {}", failure.what());
    }
}

void split::drop_state(const std::stop_token& stop) {
    try {
        db::session_factory sessions = around_.sessions.unwatched();
        db::session session = sessions.connect(db::session_role::patient);
        parts_->checkpoint.check_still_owner(session);
        drop_own_tables(session, *made_, stop);
    } catch (const stopped&) {
        around_.told.on_notice("the clean-up was ended by a signal");
    } catch (const error& failure) {
        around_.told.on_notice(
            fmt::format("the split has ended, and its tables could not be "
                        "dropped; the same command does that: {}",
                        failure.what()));
    }
}

progress split::now() const {
    const std::lock_guard lock(mutex_);
    progress at;
    at.at = at_;
    at.all_copied = all_copied_;
    at.finish_asked = with_.when_copied || finish_asked_;
    at.rows_verified = rows_verified_;
    at.elapsed =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began_);
    if (made_) at.rows_estimate = made_->source.rows_estimate;
    if (!parts_) return at;
    if (made_->begins == beginning::from_earlier)
        at.rows_copied_before = tables::rows_copied(*made_->left);
    at.rows_copied = at.rows_copied_before + parts_->copying.rows_copied();
    at.keys_flushed = parts_->flushing.keys_flushed();
    at.backlog = parts_->changes.backlog();
    at.stream_position = binlog::text_of(parts_->router.position());
    if (at_ == phase::done) return at;
    if (const auto beat = parts_->router.last_heartbeat())
        at.heartbeat_lag = std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(
                                                         std::chrono::system_clock::now() - *beat));
    const auto state = parts_->throttler.state();
    const bool by_command = around_.pace.snapshot().throttled_by_command;
    at.throttled = state.hibernating ||
                   ((state.throttled || by_command) && (!all_copied_ || at_ == phase::verify));
    at.throttle_reason = state.throttled ? state.reason
                         : by_command    ? std::string(throttle::commanded_by_user)
                                         : "";
    return at;
}

std::optional<plan> split::about() const {
    const std::lock_guard lock(mutex_);
    return made_;
}

std::vector<std::string> split::status_variables() const {
    const std::lock_guard lock(mutex_);
    return made_ ? made_->status_numbers : std::vector<std::string>();
}

void split::panic(std::string why) {
    {
        const std::lock_guard lock(mutex_);
        if (!panic_) panic_ = std::move(why);
    }
    threads_.request_stop();
}

std::optional<std::string> split::panic_words() const {
    const std::lock_guard lock(mutex_);
    return panic_;
}

}  // namespace segue::split
