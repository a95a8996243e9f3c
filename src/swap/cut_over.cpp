#include "src/swap/cut_over.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/db/table_failure.hpp"
#include "src/holders/blocker_ender.hpp"
#include "src/holders/deadlock_count.hpp"
#include "src/holders/foresight.hpp"
#include "src/new_table/check_constraint_names.hpp"
#include "src/preflight/inspection.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/sight.hpp"
#include "src/servers/tables_there.hpp"
#include "src/swap/auto_increment.hpp"
#include "src/swap/rename_outcome.hpp"
#include "src/views/views_over_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::swap {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds quiet_patience{2'000};
constexpr milliseconds foresight_good_for{50};
constexpr milliseconds look_interval{5};
constexpr milliseconds snapshot_patience_max{500};
constexpr milliseconds beyond_budget{5'000};
constexpr unsigned trigger_tries_max = 60;

std::string in_words(const error& failure, std::string_view interrupted_by) {
    if (failure.mysql_errno() != er::query_interrupted) return failure.what();
    return fmt::format("{}: {}", failure.what(), interrupted_by);
}

constexpr std::string_view others_kill = "somebody else's KILL QUERY";

// Not a lock, nor what passes by itself, nor the watchdog's interrupt; and not our own words.
bool is_counted(const error& failure) {
    return (db::may_be_the_rows(failure) || db::is_about_a_table(failure)) &&
           !rows::is_duplicate(failure) && failure.mysql_errno() != er::query_interrupted;
}

}  // namespace

caught_up_with cut_over::caught_up() const {
    return {.writer = with_.writer,
            .barrier = with_.barrier,
            .router = with_.router,
            .feed = with_.feed,
            .changes = with_.changes,
            .stall_budget = with_.set.stall_budget,
            .from_replica_by_gtids = with_.set.from_replica && with_.plan.server.gtids};
}

cut_over::swap_sessions cut_over::connect() {
    db::session spare = with_.sessions.connect(db::session_role::control);
    db::session lookout = with_.sessions.connect(db::session_role::control);
    // Given up by the client, its request would go on in the server.
    db::session locker = with_.sessions.connect(
        db::session_role::control, with_.set.stall_budget + 2 * rename_time_ + beyond_budget);
    lookout.execute("SET SESSION lock_wait_timeout=1, innodb_lock_wait_timeout=1");
    return {.spare = std::move(spare), .lookout = std::move(lookout), .locker = std::move(locker)};
}

// Nothing is asked for that would be in vain, or that would make somebody wait for long.
std::optional<std::string> cut_over::foresee(swap_sessions& sessions,
                                             holders::snapshot_lookout& snapshots, result& made,
                                             std::stop_token stop) {
    const milliseconds patience = holders::foresight::limits().patience;
    if (!with_.set.ignore_old_snapshots) {
        if (auto who = foresee_blockers(sessions, made, patience, stop)) return who;
        holders::foresight ahead(sessions.lookout, with_.sessions, server_, with_.plan.tables,
                                 locked_along_, {});
        const auto found = ahead.wait_for_no_old_snapshot(
            snapshots, [this] { return with_.changes.target_written_at(); }, stop);
        if (!found.empty()) return describe(found);
        // Under the lock there is no time to wait.
        snapshots.wait_until_fresh(stop);
    }
    // The lock is asked for when nobody holds the table.
    return foresee_blockers(sessions, made, patience, stop);
}

std::optional<std::string> cut_over::foresee_blockers(swap_sessions& sessions, result& made,
                                                      milliseconds patience, std::stop_token stop) {
    const auto look = [&](milliseconds within) {
        holders::foresight ahead(sessions.lookout, with_.sessions, server_, with_.plan.tables,
                                 locked_along_,
                                 {.long_held = with_.set.stall_budget / 10, .patience = within});
        auto found = ahead.wait_for_no_blockers(stop);
        in_the_way_.see(found, with_.clock.now());
        return found;
    };
    const auto& after = with_.set.kill_blockers_after;
    if (!after) {
        const auto found = look(patience);
        return found.empty() ? std::nullopt : std::optional(describe(found));
    }
    // Who holds the table is looked at at once, and again when the first of them is due.
    const auto give_up = with_.clock.now() + patience;
    auto found = look(milliseconds(0));
    for (;;) {
        if (found.empty()) return std::nullopt;
        const auto now = with_.clock.now();
        const auto overdue = in_the_way_.overdue(now, *after);
        for (std::string& told :
             holders::end_blockers(sessions.lookout, overdue, with_.plan.server.account))
            made.notices.push_back(std::move(told));
        const auto due = in_the_way_.next_due(now, *after);
        if (due) made.again_within = std::chrono::ceil<milliseconds>(*due - now);
        if (overdue.empty() && now >= give_up) return describe(found);
        const auto until = due ? std::min(*due, give_up) : give_up;
        const auto within = std::chrono::ceil<milliseconds>(until - now);
        found = look(overdue.empty() ? std::max(within, milliseconds(0)) : patience);
        if (!overdue.empty() && !found.empty()) return describe(found);
    }
}

// Routines that triggers call may have become others since the last attempt.
void cut_over::see_what_is_locked_along(db::session& session) {
    const preflight::taken_along& along = with_.plan.along;
    locked_views_ = views::views_to_lock(session, with_.plan.original.name);
    if (!with_.plan.server.sees_locks) return;
    if (along.own_foreign_keys.empty() && !along.includes_triggers) return;
    const auto& columns = with_.plan.original.columns;
    const auto any = std::ranges::find(columns, false, &schema::column::generated);
    locked_along_ = servers::locked_beside(session, with_.plan.original.name, any->name);
    foreign_keys_.add_locked_along(session, locked_along_);
}

void cut_over::take_more_from_target(std::stop_token stop) {
    db::retrying_session session(with_.sessions, trigger_tries_max, db::lock_conflicts::outlasted);
    const auto what = fmt::format("drop the {} of the new table",
                                  target_may_have_triggers_ ? "triggers" : "foreign keys");
    session.run(what, stop, [&](db::session& on) {
        // What it had sent may be at work still.
        if (lost_locker_ && !end_lost_connection(on, *lost_locker_, stop))
            throw error(fmt::format("connection {}, which was lost, may still make triggers or "
                                    "foreign keys",
                                    lost_locker_->id),
                        {.retryable = true});
        lost_locker_.reset();
        // They keep the application from deleting rows of other tables.
        foreign_keys_.unmake(on);
        if (target_may_have_triggers_) preflight::drop_triggers(on, with_.plan.target.name);
    });
    target_may_have_triggers_ = false;
}

// If this process, or the network, stands still, the server frees the tables by itself.
// Without autocommit a transaction needs no BEGIN, which would release the locks.
void cut_over::prepare(swap_sessions& sessions) const {
    const int seconds = db::whole_seconds(with_.set.stall_budget);
    with_.writer.introduce(sessions.locker);
    sessions.locker.execute(fmt::format(R"(SET SESSION wait_timeout={0}, lock_wait_timeout={1},
                                             innodb_lock_wait_timeout={1}, autocommit=0)",
                                        seconds + 1, seconds));
}

std::optional<std::string> cut_over::catch_up_under_lock(db::session& locker, const watchdog& timer,
                                                         const stall_budget& budget) {
    if (auto why = swap::catch_up_under_lock(caught_up(), locker, timer, budget)) return why;
    preflight::throw_if_changed_under_lock(locker, with_.plan);
    if (with_.feed.possible_children() != children_seen_)
        return "a statement may have made a foreign key to the table: it is looked for";
    set_auto_increment(locker, with_.plan);
    if (with_.changes.backlog() != 0) return "a change came in under the lock";
    return std::nullopt;
}

std::optional<std::string> cut_over::look_under_lock(swap_sessions& sessions,
                                                     holders::snapshot_lookout& snapshots,
                                                     const watchdog& timer,
                                                     const stall_budget& budget) {
    const migration_tables& tables = with_.plan.tables;
    if (server_.sees_locks) {
        const auto others = servers::beside_locked_tables(servers::look_for_blockers(
            sessions.lookout, with_.sessions, server_, tables, locked_along_));
        if (!others.empty()) return describe(others);
    }
    if (with_.set.ignore_old_snapshots) return std::nullopt;
    // Most transactions are short, and end while the lock is held, unless they wait for it.
    const auto patience = std::min(
        budget.deadline(),
        budget.clock().now() + std::min(with_.set.stall_budget / 4, snapshot_patience_max));
    auto found = snapshots.look(with_.changes.target_written_at());
    while (!found.empty()) {
        if (budget.clock().now() >= patience) return describe(found);
        pause_for(look_interval, timer.out_of_time());
        found = snapshots.still_open(found);
    }
    return std::nullopt;
}

cut_over::result cut_over::attempt(std::stop_token stop) {
    struct hurried {
        explicit hurried(carry::flusher& held) : flusher(held) { flusher.hurry(true); }
        ~hurried() { flusher.hurry(false); }
        carry::flusher& flusher;
    } const hurry(with_.flusher);
    result made;
    const auto give_way = [&](std::string reason) {
        made.gave_way_because = std::move(reason);
        return std::move(made);
    };
    std::optional<changes::change_set::quiet_turn> turn;
    std::optional<carry::checkpointer::held_back> unwritten;
    std::optional<swap_sessions> sessions;
    std::optional<holders::snapshot_lookout> snapshots;
    std::optional<std::uint64_t> deadlocks_before;
    try {
        // All are connected before the lock is asked for.
        sessions.emplace(connect());
        if (!end_lost_locker(sessions->spare, stop))
            return give_way(fmt::format("connection {}, which was lost, may still ask for the lock",
                                        lost_locker_->id));
        if (auto reason = drain(caught_up(), stop)) {
            // Whoever holds the table may hold us up as well.
            const auto who = foresee_blockers(*sessions, made, milliseconds(0), stop);
            return give_way(who ? *who : *reason);
        }
        // Foreign keys to the table are looked for in the whole server, which takes its time. What
        // makes one from here on is in the stream before the marker (docs/decisions/0011).
        children_seen_ = with_.feed.possible_children();
        preflight::throw_if_changed(sessions->locker, with_.plan);
        // RENAME TABLE would fail over these, with writes waiting, at each attempt.
        if (servers::exists(sessions->locker, with_.plan.tables.old))
            return give_way(
                fmt::format("{} already exists, which is the old table's name after the swap. "
                            "Drop it, or give it another name.",
                            with_.plan.tables.old.quoted()));
        if (const auto taken = preflight::check_name_taken_since(
                sessions->locker, with_.plan.original, with_.plan.target, with_.plan.tables))
            return give_way(fmt::format("{}. {}", taken->problem, taken->remedy));
        if (const auto taken = preflight::key_name_taken(sessions->locker, with_.plan.tables,
                                                         with_.plan.along.own_foreign_keys,
                                                         with_.plan.along.foreign_keys))
            return give_way(fmt::format("{}. {}", taken->problem, taken->remedy));
        if (const auto held =
                preflight::held_trigger_name(sessions->locker, with_.plan.original.name,
                                             with_.plan.along.triggers, {with_.plan.original.name});
            !held.empty())
            return give_way(held + ". Drop that trigger.");
        if (auto reason = foreign_keys_.too_long_for(with_.set.stall_budget * 9 / 10))
            return give_way(*reason);
        see_what_is_locked_along(sessions->lookout);
        snapshots.emplace(sessions->lookout, with_.sessions, server_, with_.plan.tables);
        if (auto reason = foresee(*sessions, *snapshots, made, stop)) return give_way(*reason);
        const auto foreseen = steady_clock::now();
        // LOCK TABLES names the table of the state, too, and would wait for its COMMIT.
        auto held = with_.checkpointer.hold_back(foreseen + quiet_patience, stop);
        if (held) unwritten.emplace(std::move(*held));
        if (!unwritten) return give_way("the state of the run is still being written down");
        auto quiet = with_.changes.wait_for_quiet(foreseen + quiet_patience, stop);
        if (!quiet || with_.changes.in_flight() > 0) return give_way("a flush is still in flight");
        turn.emplace(std::move(*quiet));
        if (steady_clock::now() - foreseen > foresight_good_for)
            if (auto reason = foresee_blockers(*sessions, made, milliseconds(0), stop))
                return give_way(*reason);
        prepare(*sessions);
        deadlocks_before = holders::deadlocks_raised(sessions->lookout);
    } catch (const error& failure) {
        // Nothing was changed yet, so an unknown outcome does not matter here.
        const bool weaker = sessions && sees_less(sessions->spare, failure, made);
        if (weaker) return give_way(failure.what());
        if (!failure.retryable()) throw;
        if (stop.stop_requested()) throw stopped();
        if (is_counted(failure)) made.counted = failure;
        return give_way(in_words(failure, others_kill));
    }
    try {
        lock_swap_unlock(*sessions, *snapshots, made, stop);
        if (!made.swapped && target_may_have_more()) take_more_from_target(stop);
    } catch (...) {
        // Then the run ends, and until its threads have ended nothing is carried over.
        if (target_may_have_more()) kept_quiet_.emplace(std::move(*turn));
        throw;
    }
    if (made.swapped)
        made.foreign_keys_left = !foreign_keys_.finish(sessions->lookout, made.notices);
    holders::tell_deadlocks(sessions->lookout, deadlocks_before, made.notices);
    return made;
}

// A view of ours in its place: the server locks the table along with it, and after it. Whoever
// comes by the view then waits for that, and holds nothing that RENAME TABLE would want.
std::string cut_over::locked_original() const {
    if (locked_views_.empty() || fault::rule_taken_out("cut_over.views_locked"))
        return with_.plan.tables.original.quoted() + " WRITE";
    std::string list;
    for (const table_name& view : locked_views_)
        list += fmt::format("{}{} WRITE", list.empty() ? "" : ", ", view.quoted());
    return list;
}

void cut_over::lock_and_rename(swap_sessions& sessions, holders::snapshot_lookout& snapshots,
                               watchdog& timer, const stall_budget& budget, result& made,
                               bool& locked) {
    const migration_tables& tables = with_.plan.tables;
    db::session& locker = sessions.locker;
    fault::point("cut_over.before_lock");
    locker.execute(fmt::format("LOCK TABLES {}, {} WRITE, {} READ{}", locked_original(),
                               tables.ghost.quoted(), with_.checkpoint.name().quoted(),
                               foreign_keys_.locked_with_the_table()));
    locked = true;
    fault::point("cut_over.locked");
    auto reason = catch_up_under_lock(locker, timer, budget);
    if (!reason) reason = look_under_lock(sessions, snapshots, timer, budget);
    if (!reason) reason = make_triggers_under_lock(locker, budget);
    if (!reason) reason = make_foreign_keys_under_lock(locker, budget);
    if (!reason) {
        locker.execute("SET SESSION lock_wait_timeout=1");
        // From here on nothing interrupts the locker, and it is asked for nothing late.
        timer.disarm();
        fault::point("cut_over.before_rename");
        const milliseconds needed = time_to_rename() + foreign_keys_.after_rename();
        made.before_rename = budget.used();
        if (budget.spent())
            reason = "the stall budget was spent before the swap";
        else if (*made.before_rename + needed > with_.set.stall_budget)
            reason = fmt::format(
                "RENAME TABLE{} takes some {} ms, which are not left of the stall budget",
                foreign_keys_.after_rename().count() > 0 ? " with what follows it" : "",
                needed.count());
    }
    if (reason) {
        made.gave_way_because = *reason;
        return;
    }
    made.position = with_.router.position();
    with_.feed.expect_swap();
    rename(locker);
    made.swapped = true;
    fault::point("cut_over.swapped");
    std::vector<std::string> not_told;  // It is tried once more.
    foreign_keys_.finish(locker, not_told);
}

// On the ghost, just before RENAME, which takes them along: after it a write could come in between,
// if this process or its connection died, and no trigger would see it. Nothing else is carried over
// from here on, so that nothing of ours fires them.
std::optional<std::string> cut_over::make_triggers_under_lock(db::session& locker,
                                                              const stall_budget& budget) {
    const preflight::taken_along& along = with_.plan.along;
    if (along.triggers.empty()) return std::nullopt;
    if (preflight::has_triggers(locker, with_.plan.target.name))
        throw error(fmt::format("somebody else has made a trigger on the new table {}",
                                with_.plan.target.name.quoted()));
    if (budget.used() + triggers_time_ + time_to_rename() > with_.set.stall_budget) {
        const milliseconds known = triggers_time_;
        triggers_time_ = triggers_time_ * 3 / 4;  // a busy moment does not decide for ever
        return fmt::format(
            "making the triggers takes some {} ms, which are not left of the stall budget",
            known.count());
    }
    locker.execute("SET SESSION lock_wait_timeout=1");
    target_may_have_triggers_ = true;
    fault::point("cut_over.before_triggers");
    try {
        preflight::make_triggers(locker, with_.plan.target.name, along.triggers);
    } catch (const error& failure) {
        // It could be done at the start: what is in the way now may be mended.
        if (failure.connection_lost() || failure.retryable()) throw;
        return fmt::format("the new table's triggers cannot be made: {}", failure.what());
    }
    fault::point("cut_over.triggers_made");
    return std::nullopt;
}

milliseconds cut_over::time_to_rename() const {
    return with_.set.accept_slow_rename ? milliseconds(0) : rename_time_;
}

// Before RENAME, as triggers are, and for the same reason.
std::optional<std::string> cut_over::make_foreign_keys_under_lock(db::session& locker,
                                                                  const stall_budget& budget) {
    const milliseconds left = with_.set.stall_budget - budget.used() - time_to_rename();
    if (auto reason = foreign_keys_.too_long_for(left)) return reason;
    try {
        foreign_keys_.make(locker);
    } catch (const error& failure) {
        // It could be done at the start: what is in the way now may be mended.
        if (failure.connection_lost() || failure.retryable()) throw;
        return fmt::format("the new table's foreign keys cannot be made: {}", failure.what());
    }
    return std::nullopt;
}

// The server's answer, be it an error, says what is true: RENAME TABLE is atomic.
// https://dev.mysql.com/doc/refman/8.4/en/atomic-ddl.html
void cut_over::rename(db::session& locker) {
    const migration_tables& tables = with_.plan.tables;
    with_.record.rename_is_sent();
    try {
        locker.execute(fmt::format("RENAME TABLE {0} TO {1}, {2} TO {0}", tables.original.quoted(),
                                   tables.old.quoted(), tables.ghost.quoted()));
    } catch (const error& failure) {
        if (!failure.connection_lost() && failure.from_server()) with_.record.is_known(false);
        throw;
    }
    with_.record.is_known(true);
}

// What a run can do without from its start it can do without when it is taken away: the next
// attempt does.
bool cut_over::sees_less(db::session& session, const error& failure, result& made) {
    if (!db::is_denied(failure)) return false;
    try {
        auto weaker =
            servers::look_at_sight_again(session, with_.plan.original.name.schema, server_);
        if (weaker.empty()) return false;
        std::ranges::move(weaker, std::back_inserter(made.notices));
        return true;
    } catch (const error&) {
        return false;  // What was met is told.
    }
}

// That a request is waited for, and then the tables are held by a session that nobody uses: what
// prepare() sets.
milliseconds cut_over::longest_without_us() const {
    const std::chrono::seconds waits(db::whole_seconds(with_.set.stall_budget));
    return waits + (waits + std::chrono::seconds(1));
}

bool cut_over::end_lost_locker(db::session& spare, std::stop_token stop) {
    const auto end_by = [&](db::session& session) {
        try {
            if (end_lost_connection(session, *lost_locker_, stop)) lost_locker_.reset();
        } catch (const error&) {
            // The session is lost as well, perhaps.
        } catch (const stopped&) {
            // Then there is no other attempt.
        }
    };
    if (lost_locker_) end_by(spare);
    if (lost_locker_) {
        try {
            db::session another = with_.sessions.connect(db::session_role::control);
            end_by(another);
        } catch (const error&) {
            // The next attempt tries again.
        }
    }
    return !lost_locker_;
}

// Without the lock the application could delete no row of the parents while they are there. What
// cannot be done now is done before anything goes on (take_more_from_target).
void cut_over::unmake_foreign_keys_under_lock(db::session& locker) {
    try {
        foreign_keys_.unmake(locker);
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
    }
}

void cut_over::lock_swap_unlock(swap_sessions& sessions, holders::snapshot_lookout& snapshots,
                                result& made, std::stop_token stop) {
    db::session& locker = sessions.locker;
    const std::uint64_t locker_id = locker.connection_id();
    const auto asked_at = steady_clock::now();
    const auto interrupt = [&sessions,
                            ids = std::array{locker_id, sessions.lookout.connection_id()}] {
        for (const std::uint64_t id : ids) {
            try {
                sessions.spare.execute(fmt::format("KILL QUERY {}", id));
            } catch (const error&) {
                // Then wait_timeout and lock_wait_timeout end it.
            }
        }
    };
    const stall_budget budget(with_.clock, with_.set.stall_budget);
    watchdog timer(with_.clock, budget.deadline(), interrupt, stop);
    bool locked = false;
    std::optional<error> fatal;
    try {
        lock_and_rename(sessions, snapshots, timer, budget, made, locked);
    } catch (const stopped&) {
        made.gave_way_because = "the stall budget was spent";
    } catch (const error& failure) {
        timer.disarm();
        if (with_.record.now() == swap_state::answer_open) {
            made.swapped = take_over_and_look_whether_swapped(
                with_.sessions, with_.plan, with_.checkpoint, {.id = locker_id, .since = asked_at});
            with_.record.is_known(made.swapped);
            made.gave_way_because = made.swapped ? "" : "the connection was lost in RENAME TABLE";
        } else if (with_.record.now() == swap_state::made) {
            made.swapped = true;
        } else if (sees_less(sessions.spare, failure, made)) {
            made.gave_way_because = failure.what();
        } else if (failure.retryable() || rows::is_duplicate(failure)) {
            if (is_counted(failure)) made.counted = failure;
            const auto words =
                in_words(failure, !timer.out_of_time().stop_requested() ? others_kill
                                  : stop.stop_requested()
                                      ? "Segue's own KILL QUERY"
                                      : "Segue's own KILL QUERY, as the stall budget was spent");
            made.gave_way_because = locked ? words : "the lock was not granted: " + words;
        } else if (failure.mysql_errno() == er::table_exists_error) {
            made.gave_way_because =
                fmt::format("{}. Drop it, or give it another name.", failure.what());
        } else if (failure.mysql_errno() == er::check_constraint_dup_name) {
            // Taken since the look at it before the lock; the next one says by which table.
            made.gave_way_because = failure.what();
        } else {
            fatal = failure;
        }
    }
    timer.disarm();
    if (locked) in_the_way_.forget();
    if (!made.swapped) with_.feed.expect_no_swap();
    try {
        // UNLOCK TABLES would commit what an attempt that failed had begun.
        if (!made.swapped) {
            locker.execute("ROLLBACK");
            unmake_foreign_keys_under_lock(locker);
        }
        locker.execute("UNLOCK TABLES");
        made.stall = budget.used();
    } catch (const error&) {
        { const db::session ended = std::move(locker); }
        lost_locker_ = {.id = locker_id, .since = asked_at};
        end_lost_locker(sessions.spare, stop);
        made.stall = budget.used();
        // Where this process stood still, the server had freed the tables by itself before.
        if (!made.swapped) made.stall = std::min(*made.stall, longest_without_us());
    }
    if (fatal) throw *fatal;
}
}  // namespace segue::swap
