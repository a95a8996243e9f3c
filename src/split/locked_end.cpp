#include "src/split/locked_end.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/db/retry.hpp"
#include "src/holders/foresight.hpp"
#include "src/split/in_step_end.hpp"
#include "src/swap/attempt_pauses.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::split {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds quiet_patience{2'000};
constexpr milliseconds beyond_budget{5'000};

}  // namespace

void locked_end::reach(outcome& done) {
    swap::attempt_pauses pauses({.attempts_max = std::max(1U, with_.of.with.failures_max)});
    for (;;) {
        with_.look_after();
        ++done.attempts;
        const attempt made = try_once();
        done.stall = made.stall.value_or(milliseconds(0));
        done.stall_max = std::max(done.stall_max, done.stall);
        if (!made.place.empty()) {
            done.place = made.place;
            done.locked = true;
            return;
        }
        quiet_.reset();
        unwritten_.reset();
        with_.of.flushing.hurry(false);
        with_.tell(fmt::format(
            "attempt {} to lock both tables gave way: {}{}", done.attempts, made.gave_way_because,
            made.stall ? fmt::format("; writes waited for {} ms", made.stall->count()) : ""));
        pauses.gave_way();
        for (const auto until = steady_clock::now() + pauses.pause(); steady_clock::now() < until;)
            with_.look_after();
    }
}

locked_end::sessions locked_end::connect() {
    db::session spare = with_.sessions.connect(db::session_role::control);
    db::session lookout = with_.sessions.connect(db::session_role::control);
    // Given up by the client, its request would go on in the server.
    db::session locker =
        with_.sessions.connect(db::session_role::control, with_.stall_budget + beyond_budget);
    lookout.execute("SET SESSION lock_wait_timeout=1, innodb_lock_wait_timeout=1");
    return {.spare = std::move(spare), .lookout = std::move(lookout), .locker = std::move(locker)};
}

swap::caught_up_with locked_end::caught_up() const {
    carry::engine& of = with_.of;
    return {.writer = of.writer,
            .barrier = of.barrier,
            .router = of.router,
            .feed = of.feed,
            .changes = of.changes,
            .stall_budget = with_.stall_budget,
            .from_replica_by_gtids = with_.from_replica && with_.made.server.gtids};
}

std::string locked_end::foresee(sessions& on) {
    const std::vector<servers::locked_table> beside;
    holders::foresight ahead(on.lookout, with_.sessions, with_.made.server, with_.made.tables,
                             beside, {.long_held = with_.stall_budget / 10});
    const auto found = ahead.wait_for_no_blockers(with_.of.stop_token());
    return found.empty() ? "" : describe(found);
}

// If this process, or the network, stands still, the server frees the tables by itself.
void locked_end::prepare(sessions& on) const {
    const int seconds = db::whole_seconds(with_.stall_budget);
    with_.of.writer.introduce(on.locker);
    on.locker.execute(fmt::format(R"(SET SESSION wait_timeout={0}, lock_wait_timeout={1},
                                       innodb_lock_wait_timeout={1}, autocommit=0)",
                                  seconds + 1, seconds));
}

bool locked_end::end_lost_locker(db::session& spare) {
    try {
        if (lost_ && swap::end_lost_connection(spare, *lost_, with_.of.stop_token())) lost_.reset();
    } catch (const error&) {
        // The next attempt tries again.
    }
    return !lost_;
}

locked_end::attempt locked_end::try_once() {
    attempt made;
    std::optional<sessions> on;
    try {
        on.emplace(connect());
        const auto give_way = [&](std::string why) {
            made.gave_way_because = std::move(why);
            return std::move(made);
        };
        if (!end_lost_locker(on->spare))
            return give_way(fmt::format("connection {}, which was lost, may still ask for the lock",
                                        lost_->id));
        with_.of.flushing.hurry(true);
        if (auto why = swap::drain(caught_up(), with_.of.stop_token()))
            return give_way(std::move(*why));
        throw_if_changed(on->locker, with_.made);
        if (auto why = foresee(*on); !why.empty()) return give_way(std::move(why));
        const auto until = steady_clock::now() + quiet_patience;
        // LOCK TABLES names the table of the state, too, and would wait for its COMMIT.
        auto held = with_.of.checkpointer.hold_back(until, with_.of.stop_token());
        if (!held) return give_way("the state of the run is still being written down");
        unwritten_.emplace(std::move(*held));
        auto quiet = with_.of.changes.wait_for_quiet(until, with_.of.stop_token());
        if (!quiet || with_.of.changes.in_flight() > 0)
            return give_way("a flush is still in flight");
        quiet_.emplace(std::move(*quiet));
        prepare(*on);
    } catch (const error& failure) {
        if (!failure.retryable()) throw;
        made.gave_way_because = failure.what();
        return made;
    }
    lock_and_unlock(*on, made);
    return made;
}

void locked_end::lock_and_unlock(sessions& on, attempt& made) {
    const std::uint64_t locker_id = on.locker.connection_id();
    const auto asked_at = steady_clock::now();
    const auto interrupt = [&on, locker_id] {
        try {
            on.spare.execute(fmt::format("KILL QUERY {}", locker_id));
        } catch (const error&) {
            // Then wait_timeout and lock_wait_timeout end it.
        }
    };
    const swap::stall_budget budget(machine_clock(), with_.stall_budget);
    swap::watchdog timer(machine_clock(), budget.deadline(), interrupt, with_.of.stop_token());
    std::optional<error> fatal;
    bool commits = false;
    try {
        lock_and_end(on.locker, timer, budget, made, commits);
    } catch (const stopped&) {
        made.gave_way_because = "the stall budget was spent";
    } catch (const error& failure) {
        timer.disarm();
        made.gave_way_because = failure.what();
        if (!failure.retryable() && !rows::is_duplicate(failure)) fatal = failure;
        // It may be written down that the split has ended, and nothing may be carried over then.
        if (commits && failure.connection_lost())
            fatal =
                error(fmt::format("the connection was lost while the end was written down: the "
                                  "same command tells, or comes to the end anew ({})",
                                  failure.what()));
    }
    timer.disarm();
    try {
        // UNLOCK TABLES would commit what an attempt that failed had begun.
        if (made.place.empty()) on.locker.execute("ROLLBACK");
        on.locker.execute("UNLOCK TABLES");
    } catch (const error&) {
        { const db::session ended = std::move(on.locker); }
        lost_ = {.id = locker_id, .since = asked_at};
        end_lost_locker(on.spare);
    }
    made.stall = budget.used();
    if (fatal) throw *fatal;
}

void locked_end::lock_and_end(db::session& locker, swap::watchdog& timer,
                              const swap::stall_budget& budget, attempt& made, bool& commits) {
    fault::point("split.before_lock");
    locker.execute(fmt::format("LOCK TABLES {} WRITE, {} WRITE, {} WRITE",
                               with_.made.source.name.quoted(), with_.made.target.name.quoted(),
                               with_.of.checkpoint.name().quoted()));
    fault::point("split.locked");
    made.gave_way_because = catch_up_under_lock(locker, timer, budget);
    if (!made.gave_way_because.empty()) return;
    const std::string place = place_now(locker, with_.made.server.gtids);
    with_.of.checkpoint.record_ended(locker, place);
    // From here on nothing interrupts the locker.
    timer.disarm();
    if (budget.spent()) {
        made.gave_way_because = "the stall budget was spent";
        return;
    }
    commits = true;
    locker.execute("COMMIT");
    made.place = place;
    fault::point("split.end_is_committed");
}

std::string locked_end::catch_up_under_lock(db::session& locker, const swap::watchdog& timer,
                                            const swap::stall_budget& budget) {
    if (auto why = swap::catch_up_under_lock(caught_up(), locker, timer, budget)) return *why;
    throw_if_changed_under_lock(locker, with_.made);
    if (with_.of.changes.backlog() != 0) return "a change came in under the lock";
    return "";
}

}  // namespace segue::split
