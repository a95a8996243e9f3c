#include "src/migration/cut_over.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/migration/foresight.hpp"
#include "src/migration/retry.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t backlog_keys_max = 500;
constexpr milliseconds drain_patience{5'000};
constexpr milliseconds drain_interval{10};
constexpr int lock_wait_timeout = 1205;

// Batches taken for the flush under the lock go back if it does not end in a swap.
class pending_keys {
  public:
    pending_keys(change_set& changes, std::vector<key_value> keys)
        : changes_(changes), keys_(std::move(keys)) {}
    pending_keys(const pending_keys&) = delete;
    pending_keys& operator=(const pending_keys&) = delete;
    ~pending_keys() {
        if (!kept_) changes_.put_back(keys_);
    }
    void flushed() {
        changes_.flushed(keys_);
        kept_ = true;
    }
    const std::vector<key_value>& keys() const { return keys_; }

  private:
    change_set& changes_;
    std::vector<key_value> keys_;
    bool kept_ = false;
};

}  // namespace

// Until what is left to flush under the lock is little, and the stream is at the log's end.
std::optional<std::string> cut_over::drain(std::stop_token stop) {
    const auto give_up = steady_clock::now() + drain_patience;
    while (with_.changes.backlog() > backlog_keys_max) {
        if (steady_clock::now() >= give_up)
            return fmt::format("{} changed rows are still to be carried over",
                               with_.changes.backlog());
        pause_for(drain_interval, stop);
    }
    const std::uint64_t marker = with_.barrier.pass(stop);
    if (!with_.feed.wait_for_marker(marker, steady_clock::now() + with_.stall_budget, stop))
        return "the stream is behind the binary log's end";
    return std::nullopt;
}

std::optional<std::string> cut_over::foresee(std::stop_token stop) {
    if (!with_.migration.server.sees_locks) return std::nullopt;
    db::session session = with_.sessions.connect(db::session_role::control);
    return foresight::wait_for_quiet_table(
        session, with_.sessions, with_.migration.original.name,
        {.long_held = with_.stall_budget / 10, .patience = milliseconds(2'000)}, stop);
}

db::session cut_over::lock_session() {
    db::session session = with_.sessions.connect(db::session_role::control);
    const int seconds = db::whole_seconds(with_.stall_budget);
    // If this process, or the network, stands still, the server frees the table by itself.
    // Without autocommit a transaction needs no BEGIN, which would release the locks.
    session.execute(
        fmt::format("SET SESSION wait_timeout={0}, lock_wait_timeout={1}, "
                    "innodb_lock_wait_timeout={1}, autocommit=0",
                    seconds + 1, seconds));
    return session;
}

// As ALTER TABLE would leave it. When the highest rows were deleted, the copy alone would give
// their numbers out again. The server takes nothing below what the rows have.
void cut_over::set_auto_increment(db::session& locker) const {
    const plan& migration = with_.migration;
    const auto& columns = migration.target.columns;
    if (std::none_of(columns.begin(), columns.end(),
                     [](const schema::column& one) { return one.auto_increment; }))
        return;
    const auto next_of = [&](const table_name& table) {
        return schema::next_auto_increment(
                   locker.query_row("SHOW CREATE TABLE " + table.quoted())[1].value_or(""))
            .value_or(1);
    };
    const std::uint64_t wanted =
        migration.auto_increment.value_or(next_of(migration.original.name));
    if (wanted != next_of(migration.target.name))
        locker.execute(fmt::format("ALTER TABLE {} AUTO_INCREMENT={}",
                                   migration.target.name.quoted(), wanted));
}

// With the tables locked: reads the stream to its end, flushes the rest, checks. Returns why it
// gives way, if it does.
std::optional<std::string> cut_over::fill_under_lock(db::session& locker, const watchdog& timer,
                                                     time_point deadline) {
    // Committed by another connection after the lock was granted: all that changed the table
    // stands before it.
    const std::uint64_t marker = with_.barrier.pass(timer.out_of_time());
    if (!with_.feed.wait_for_marker(marker, deadline, timer.out_of_time()))
        return "the stream did not reach the marker in time";
    fault::point("cut_over.marker_seen");
    if (with_.feed.held_for_xa() > 0)
        return "a prepared XA transaction holds changed rows of the table";
    auto taken = with_.changes.take_all();
    if (!taken) return "a flush is still in flight";
    pending_keys rest(with_.changes, std::move(*taken));
    with_.writer.carry_over_under_lock(locker, rest.keys());
    fault::point("cut_over.flushed");
    throw_if_changed(locker, with_.migration);
    set_auto_increment(locker);
    if (with_.changes.backlog() != rest.keys().size()) return "a change came in under the lock";
    rest.flushed();
    return std::nullopt;
}

// After the connection was lost in RENAME: what is true?
// Not to be stopped: the answer is needed, and the tries are bounded.
bool cut_over::was_swapped(std::uint64_t lost_connection) {
    const std::stop_token stop;
    const plan& migration = with_.migration;
    log::warning("the connection was lost while the names were swapped; looking what is true");
    constexpr unsigned tries = 30;
    retrying_session session(with_.sessions, tries);
    std::vector<std::string> names;
    try {
        session.run("look whether the names were swapped", stop, [&](db::session& on) {
            on.execute("SET SESSION lock_wait_timeout=2");
            // LOCK TABLES of the lost connection, and a RENAME of its that still runs, end first.
            try {
                on.execute(fmt::format("KILL {}", lost_connection));
            } catch (const error&) {
                // Gone by itself.
            }
            with_.checkpoint.take_over(on);
            names.clear();
            for (const db::row& one : on.query(fmt::format(
                     "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA={}",
                     quoted_literal(migration.original.name.schema))))
                names.push_back(one[0].value_or(""));
        });
    } catch (const error& failure) {
        error_properties unknown = failure.properties();
        unknown.outcome_unknown = true;
        throw error(
            fmt::format("it is not known whether the tables were swapped: the connection was "
                        "lost in RENAME TABLE, and then: {}. Look which of {} and {} exists: "
                        "with the first the swap was not made, with the second it was.",
                        failure.what(), migration.tables.ghost.quoted(),
                        migration.tables.old.quoted()),
            unknown);
    }
    const auto is_there = [&](const table_name& table) {
        for (const std::string& name : names)
            if (migration.server.names_fold_case ? schema::same_name(name, table.name)
                                                 : name == table.name)
                return true;
        return false;
    };
    const bool original = is_there(migration.original.name);
    const bool ghost = is_there(migration.tables.ghost);
    const bool old = is_there(migration.tables.old);
    if (original && ghost && !old) return false;
    if (original && !ghost && old) return true;
    throw error(fmt::format("after the connection was lost in RENAME TABLE, the tables are neither "
                            "swapped nor as before. Look at {}, {} and {}.",
                            migration.original.name.quoted(), migration.tables.ghost.quoted(),
                            migration.tables.old.quoted()),
                {.outcome_unknown = true});
}

cut_over::result cut_over::attempt(std::stop_token stop) {
    struct hurried {
        explicit hurried(replayer& held) : flusher(held) { flusher.hurry(true); }
        ~hurried() { flusher.hurry(false); }
        replayer& flusher;
    } const hurry(with_.flusher);
    std::optional<change_set::quiet_turn> turn;
    std::optional<swap_sessions> sessions;
    try {
        if (auto reason = drain(stop)) return {.gave_way_because = *reason};
        if (auto reason = foresee(stop)) return {.gave_way_because = *reason};
        turn.emplace(with_.changes.wait_for_quiet(0, stop));
        if (with_.changes.in_flight() > 0)
            return {.gave_way_because = "a flush is still in flight"};
        // Both are connected before the lock is asked for.
        sessions.emplace(swap_sessions{.spare = with_.sessions.connect(db::session_role::control),
                                       .locker = lock_session()});
    } catch (const error& failure) {
        // Nothing was changed yet, so an unknown outcome does not matter here.
        if (!failure.retryable()) throw;
        if (stop.stop_requested()) throw stopped();
        return {.gave_way_because = failure.what()};
    }
    return swap(*sessions, stop);
}

cut_over::result cut_over::swap(swap_sessions& sessions, std::stop_token stop) {
    const plan& migration = with_.migration;
    db::session& locker = sessions.locker;
    const std::uint64_t locker_id = locker.connection_id();
    const std::string kill = fmt::format("KILL QUERY {}", locker_id);
    const auto interrupt = [&] {
        try {
            sessions.spare.execute(kill);
        } catch (const error&) {
            // Then wait_timeout and lock_wait_timeout end it.
        }
    };
    result made;
    const auto began = steady_clock::now();
    const auto deadline = began + with_.stall_budget;
    bool rename_sent = false;
    watchdog timer(deadline, interrupt, stop);
    std::optional<error> fatal;
    try {
        fault::point("cut_over.before_lock");
        locker.execute(
            fmt::format("LOCK TABLES {} WRITE, {} WRITE, {} READ", migration.original.name.quoted(),
                        migration.tables.ghost.quoted(), with_.checkpoint.name().quoted()));
        fault::point("cut_over.locked");
        if (auto reason = fill_under_lock(locker, timer, deadline)) {
            made.gave_way_because = *reason;
        } else if (steady_clock::now() >= deadline) {
            made.gave_way_because = "the stall budget was spent before the swap";
        } else {
            locker.execute("SET SESSION lock_wait_timeout=1");
            timer.disarm();
            fault::point("cut_over.before_rename");
            with_.feed.expect_swap();
            rename_sent = true;
            locker.execute(
                fmt::format("RENAME TABLE {0} TO {1}, {2} TO {0}", migration.original.name.quoted(),
                            migration.tables.old.quoted(), migration.tables.ghost.quoted()));
            made.swapped = true;
        }
    } catch (const stopped&) {
        made.gave_way_because = "the stall budget was spent";
    } catch (const error& failure) {
        if (rename_sent && failure.connection_lost()) {
            timer.disarm();
            made.swapped = was_swapped(locker_id);
            made.gave_way_because = made.swapped ? "" : "the connection was lost in RENAME TABLE";
        } else if (failure.connection_lost() || failure.retryable() || is_duplicate(failure) ||
                   failure.mysql_errno() == lock_wait_timeout) {
            made.gave_way_because = failure.what();
        } else {
            fatal = failure;
        }
    }
    timer.disarm();
    if (!made.swapped) with_.feed.expect_no_swap();
    try {
        // UNLOCK TABLES would commit what an attempt that failed had begun.
        if (!made.swapped) locker.execute("ROLLBACK");
        locker.execute("UNLOCK TABLES");
    } catch (const error&) {
        // Its end frees the tables too.
    }
    made.stall = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
    if (fatal) throw *fatal;
    return made;
}

}  // namespace segue::migration
