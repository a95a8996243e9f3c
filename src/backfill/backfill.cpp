#include "src/backfill/backfill.hpp"

#include "src/backfill/verification.hpp"
#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/refusal.hpp"
#include "src/carry/engine.hpp"
#include "src/db/retry.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/job_claim.hpp"
#include "src/servers/start_failure.hpp"
#include "src/servers/unreadable_replica.hpp"
#include "throttle/signals/command_signal.hpp"
#include "throttle/signals/signal_set.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

constexpr std::chrono::seconds claim_awaited{10};
constexpr std::chrono::seconds claim_interval{5};

void claim_or_throw(db::session& session, const table_name& table) {
    if (earlier::claim(session, earlier::claimed_by::backfill, table, claim_awaited)) return;
    throw_refusals({{fmt::format("another backfill is at work on {}", table.quoted()),
                     "Nothing was changed. Let it finish, or end it first: `segue ctl panic`."}});
}

}  // namespace

std::string_view name_of(phase at) noexcept {
    switch (at) {
        case phase::inspect:
            return "inspect";
        case phase::walk:
            return "walk";
        case phase::come_back:
            return "come-back";
        case phase::verify:
            return "verify";
        case phase::done:
            return "done";
    }
    return "";
}

backfill::backfill(task asked, settings with, surroundings around)
    : asked_(std::move(asked)), with_(std::move(with)), around_(around) {
    around_.sessions.use_schema(asked_.table.schema);
    around_.sessions.look_at_each(
        [](db::session& made) { made.execute("SET SESSION innodb_lock_wait_timeout=1"); });
}

backfill::~backfill() = default;

void backfill::enter(phase next) {
    {
        const std::lock_guard lock(mutex_);
        at_ = next;
    }
    around_.told.on_phase(next);
}

plan backfill::inspected(db::session& session, const std::stop_token& stop) {
    const preflight::table_record nobody{.made = [](const table_name&) {},
                                         .dropped = [](const table_name&) {}};
    plan made;
    const throttle::pace pace = around_.pace.snapshot();
    try {
        made = inspect(
            {.session = session, .asked = asked_, .pace = pace, .record = nobody, .stop = stop});
    } catch (const error& failure) {
        if (stop.stop_requested()) throw stopped();
        throw servers::start_failure(failure, session, asked_.table);
    }
    const std::lock_guard lock(mutex_);
    made_ = made;
    return made;
}

backfill::rehearsal backfill::rehearse(std::stop_token stop) {
    db::session session = around_.sessions.connect(db::session_role::patient);
    rehearsal done{.made = inspected(session, stop), .tried = {}};
    around_.told.on_plan(done.made);
    done.tried = try_some(session, done.made, stop);
    return done;
}

outcome backfill::run(std::stop_token stop) {
    db::session session = around_.sessions.connect(db::session_role::patient);
    const plan made = inspected(session, stop);
    const state_table state(made.state, carry::new_run_token());
    around_.told.on_plan(made);
    around_.told.on_validated();
    begin(session, made, state);
    const std::stop_callback ask_threads(stop, [this] { threads_.request_stop(); });
    outcome done;
    std::exception_ptr met;
    try {
        done = reach_end(made, state, threads_.token());
    } catch (...) {
        met = std::current_exception();
    }
    threads_.request_stop();
    threads_.join();
    check_panic();
    if (met) std::rethrow_exception(met);
    db::retrying_session end(around_.sessions, with_.failures_max, db::lock_conflicts::outlasted,
                             db::session_role::patient);
    end.run("drop the state", stop, [&](db::session& on) { state.drop(on); });
    enter(phase::done);
    done.at = now();
    return done;
}

// The claims are the session's, which lives as long as the run does.
void backfill::begin(db::session& session, const plan& made, const state_table& state) {
    claim_or_throw(session, made.table.name);
    if (made.drops_state) state.drop(session);
    if (made.goes_on) {
        earlier::outlast_statements(session, made.state, threads_.token(),
                                    [&] { state.take_over(session); });
        around_.told.on_notice(fmt::format(
            "going on with what an earlier run left{}: {} rows are set. --no-resume begins anew.",
            made.goes_on->run.empty() ? "" : fmt::format(" ({})", made.goes_on->run),
            made.goes_on->done.rows));
    } else {
        state.make(session, made.asked);
    }
    earlier::release_start(session, made.table.name);
    fault::point("backfill.state_made");
}

outcome backfill::reach_end(const plan& made, const state_table& state, std::stop_token stop) {
    {
        throttle::signal_surroundings watched{
            .pace = around_.pace,
            .primary = around_.sessions.options(),
            .stream_replica = {},
            .changelog = made.state,
            .heartbeat_interval = with_.heartbeat_interval,
            .clock = machine_clock(),
            .what_helps = [schema = made.table.name.schema](db::session& replica,
                                                            const error& failure) {
                return servers::what_helps_to_read(replica, schema, failure);
            }};
        const std::lock_guard lock(mutex_);
        throttler_ = std::make_unique<throttle::throttler>(
            throttle::make_signals(with_.throttling, watched), machine_clock());
    }
    threads_.spawn("heartbeat", [&](std::stop_token end) { beat(made, state, end); });
    throttler_->start(threads_);
    const statements texts(made);
    const walker::parts parts{
        .sessions = around_.sessions,
        .made = made,
        .texts = texts,
        .state = state,
        .pace = around_.pace,
        .throttler = *throttler_,
        .failures_max = with_.failures_max,
        .count = count_,
        .tell = [this](const std::string& text) { around_.told.on_notice(text); }};
    around_.told.on_before_rows();
    if (!asked_.only_looked_at) set_rows(parts, stop);
    fault::point("backfill.walked");
    around_.told.on_rows_complete();
    enter(phase::verify);
    outcome done;
    done.found = verify(parts, stop);
    if (made.back) done.back = look_back(parts, stop);
    done.rows_overridden = count_.overridden;
    return done;
}

void backfill::set_rows(const walker::parts& parts, const std::stop_token& stop) {
    enter(phase::walk);
    walker rows(parts);
    // What an earlier one wrote after the plan was made, too.
    std::optional<saved> from;
    if (parts.made.goes_on) {
        db::session session = around_.sessions.connect();
        from = parts.state.read(session);
    }
    rows.walk(from, stop);
    enter(phase::come_back);
    rows.come_back(stop);
}

// The other column is not touched, not even to be rolled back: the condition alone is asked.
verdict backfill::look_back(const walker::parts& with, const std::stop_token& stop) {
    plan back = with.made;
    back.sets = {*with.made.back};
    back.where = "TRUE";
    back.has_where = false;
    back.triggers_come_first = true;
    const statements texts(back);
    walker::parts parts{.sessions = with.sessions,
                        .made = back,
                        .texts = texts,
                        .state = with.state,
                        .pace = with.pace,
                        .throttler = with.throttler,
                        .failures_max = with.failures_max,
                        .count = with.count,
                        .tell = with.tell};
    return verify(parts, stop);
}

// Also where the session that held the claim was lost: then this one has it.
void backfill::beat(const plan& made, const state_table& state, std::stop_token stop) {
    db::retrying_session session(around_.sessions, with_.failures_max,
                                 db::lock_conflicts::outlasted, db::session_role::beat);
    auto claimed = std::chrono::steady_clock::now();
    for (;;) {
        session.run("write the heartbeat", stop, [&](db::session& on) {
            if (const auto now = std::chrono::steady_clock::now(); now - claimed > claim_interval) {
                static_cast<void>(earlier::claim(on, earlier::claimed_by::backfill, made.table.name,
                                                 std::chrono::seconds(0)));
                claimed = now;
            }
            state.beat(on, std::chrono::system_clock::now());
        });
        pause_for(with_.heartbeat_interval, stop);
    }
}

progress backfill::now() const {
    const std::lock_guard lock(mutex_);
    progress at{.at = at_,
                .rows_estimate = made_ ? made_->table.rows_estimate : 0,
                .rows_walked = count_.walked,
                .rows_walked_before = count_.walked_before,
                .rows_changed = count_.changed,
                .rows_locked = count_.locked,
                .rows_passed_over = count_.passed_over,
                .conflicts = count_.conflicts,
                .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::steady_clock::now() - began_),
                .throttled = false,
                .throttle_reason = {}};
    at.rows_estimate = std::max(at.rows_estimate, at.rows_walked);
    if (at_ == phase::done) at.rows_walked = at.rows_estimate;
    if (!throttler_ || at_ == phase::done) return at;
    const throttle::throttle_state state = throttler_->state();
    const bool by_command = around_.pace.snapshot().throttled_by_command;
    at.throttled = state.throttled || by_command;
    at.throttle_reason = state.throttled ? state.reason
                         : by_command    ? std::string(throttle::commanded_by_user)
                                         : "";
    return at;
}

std::optional<plan> backfill::about() const {
    const std::lock_guard lock(mutex_);
    return made_;
}

std::vector<std::string> backfill::status_variables() const {
    const std::lock_guard lock(mutex_);
    return made_ ? made_->status_numbers : std::vector<std::string>();
}

throttle::throttle_counts backfill::throttled() const {
    const std::lock_guard lock(mutex_);
    return throttler_ ? throttler_->counts() : throttle::throttle_counts();
}

void backfill::panic(std::string why) {
    {
        const std::lock_guard lock(mutex_);
        if (!panic_) panic_ = std::move(why);
    }
    threads_.request_stop();
}

std::optional<std::string> backfill::panic_words() const {
    const std::lock_guard lock(mutex_);
    return panic_;
}

void backfill::check_panic() const {
    if (const auto words = panic_words()) throw error(*words);
}

}  // namespace segue::backfill
