#include "src/backfill/walker.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/rows/bound_finder.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

using keys::key_value;
using std::chrono::steady_clock;

// Beyond it what is locked is come back to before more is walked over.
constexpr std::uint64_t locked_max = 10'000;
constexpr std::chrono::milliseconds pause_first{100};
constexpr std::chrono::milliseconds pause_max{5'000};
constexpr std::chrono::seconds quiet_interval{1};

}  // namespace

walker::walker(parts with)
    : with_(std::move(with)),
      setter_(with_.made, with_.texts),
      session_(with_.sessions, with_.failures_max, db::lock_conflicts::failures),
      ranges_(with_.pace),
      transactions_(with_.pace, with_.texts.keys_max()) {}

void walker::walk(const std::optional<saved>& from, std::stop_token stop) {
    if (from) {
        take(*from);
        with_.count.walked_before = from->rows_walked;
        with_.count.walked = from->rows_walked;
    }
    left_.after = state_.done.up_to;
    while (!state_.walked) {
        const part work = next_part(stop);
        set(work, stop);
        left_.after = work.up_to;
        if (work.up_to)
            write_down_quietly(stop);
        else
            state_.walked = true;
        if (with_.count.locked >= locked_max) come_back(stop);
    }
    session_.run("write down how far it is", stop, [&](db::session& on) {
        on.execute("START TRANSACTION");
        with_.state.check_owner(on);
        with_.state.record_walked(on);
        on.execute("COMMIT");
    });
}

walker::part walker::next_part(std::stop_token stop) {
    with_.throttler.wait_until_clear(stop);
    part found;
    const std::uint64_t rows = ranges_.rows();
    const auto began = steady_clock::now();
    session_.run("look for rows to set", stop, [&](db::session& on) {
        keys::key_range range = left_;
        range.up_to = rows::find_bound(on, with_.texts.walk(), left_, rows);
        try {
            found.keys = setter_.read_keys(on, with_.texts.candidates(range));
        } catch (const error& failure) {
            if (failure.connection_lost() || !db::may_be_the_rows(failure)) throw;
            throw setter_.named_in(on, range, failure);
        }
        found.up_to = std::move(range.up_to);
    });
    const auto took = steady_clock::now() - began;
    ranges_.copied(found.up_to ? rows : found.keys.size(), took);
    with_.count.walked += found.up_to ? rows : found.keys.size();
    if (found.keys.empty()) rest_after(ranges_, took, stop);
    return found;
}

// Among the first `suspects` rows there is one that waits for somebody's lock: it is searched for
// by halves, so that all others are set, and it alone is passed over.
void walker::set(const part& work, std::stop_token stop) {
    std::size_t suspects = 0;
    std::span<const key_value> rest = work.keys;
    while (!rest.empty()) {
        with_.throttler.wait_until_clear(stop);
        std::size_t rows = std::min(with_.texts.keys_max(), std::size_t(transactions_.rows()));
        if (suspects > 0) rows = std::max<std::size_t>(1, std::min(rows, suspects / 2));
        const auto some = rest.first(std::min(rest.size(), rows));
        const bool last = some.size() == rest.size();
        step one{.keys = some, .number = state_.done.chunks_below + 1};
        one.up_to = last && work.up_to ? work.up_to : some.back();
        if (done(one, stop)) {
            suspects -= std::min(suspects, some.size());
        } else {
            ++with_.count.conflicts;
            transactions_.was_too_large();
            suspects = some.size();
            if (suspects > 1) continue;
            one.lets_all_be = true;
            require(done(one, stop), "what sets no row waits for no lock of a row");
            suspects = 0;
        }
        rest = rest.subspan(some.size());
    }
}

bool walker::done(const step& one, std::stop_token stop) {
    bool in_the_way = false;
    bool commit_sent = false;
    std::chrono::nanoseconds took{0};
    saved next;
    session_.run("set rows", stop, [&](db::session& on) {
        if (commit_sent && done_before(on)) {
            next = state_;
            return;
        }
        commit_sent = false;
        try {
            transact(on, one, next, took);
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            on.execute("ROLLBACK");
            if (one.lets_all_be) throw;
            if (db::is_conflict(failure) || (db::is_too_large(failure) && one.keys.size() > 1)) {
                log::info("a chunk comes back with half its rows: {}", failure.what());
                in_the_way = true;
                return;
            }
            if (!db::may_be_the_rows(failure) || failure.mysql_errno() == 0) throw;
            throw setter_.named(on, one.keys, failure);
        }
        fault::point("backfill.before_commit");
        commit_sent = true;
        on.execute("COMMIT");
    });
    if (in_the_way) return false;
    fault::point("backfill.committed");
    take(std::move(next));
    if (!one.lets_all_be) transactions_.copied(one.keys.size(), took);
    rest_after(transactions_, took, stop);
    return true;
}

// The answer to COMMIT was lost: what the table says is true.
bool walker::done_before(db::session& on) {
    auto found = with_.state.read(on);
    if (!found || found->done.chunks_below <= state_.done.chunks_below) return false;
    take(std::move(*found));
    return true;
}

void walker::transact(db::session& on, const step& one, saved& next,
                      std::chrono::nanoseconds& took) {
    const auto began = steady_clock::now();
    on.execute("START TRANSACTION");
    with_.state.check_owner(on);
    rows_set made;
    if (!one.lets_all_be) made = setter_.set(on, one.keys);
    fault::point("backfill.rows_set");
    const auto locked = still_locked(on, one, made);
    next = state_;
    ++next.done.chunks_below;
    next.done.rows += made.changed;
    if (one.up_to) next.done.up_to = one.up_to;
    next.rows_walked = with_.count.walked;
    with_.state.record(on, next.done, next.rows_walked);
    if (!locked.empty() || state_.locked.contains(one.number)) {
        with_.state.record_locked(on, one.number, locked);
        next.locked.erase(one.number);
        if (!locked.empty()) next.locked.emplace(one.number, locked);
    }
    took = steady_clock::now() - began;
    with_.count.passed_over += locked.size() - one.beside.size();
    with_.count.overridden += made.overridden.size();
    if (made.overridden.empty() || std::exchange(overriding_told_, true)) return;
    with_.tell(
        fmt::format("a trigger gives the row {} another value than the expression, and maybe "
                    "others; they are counted",
                    with_.texts.codec().describe(made.overridden.front())));
}

// What a plain read has and the locking one had not; a row may also have ceased to want a value.
std::vector<key_value> walker::still_locked(db::session& on, const step& one,
                                            const rows_set& made) const {
    std::vector<key_value> locked(one.beside.begin(), one.beside.end());
    const std::set<key_value> got(made.got.begin(), made.got.end());
    std::vector<key_value> others;
    for (const key_value& key : one.keys)
        if (!got.contains(key)) others.push_back(key);
    if (others.empty()) return locked;
    if (one.lets_all_be) {
        locked.insert(locked.end(), others.begin(), others.end());
        return locked;
    }
    for (key_value& key : setter_.read_keys(on, with_.texts.still(others)))
        locked.push_back(std::move(key));
    return locked;
}

void walker::take(saved next) {
    state_ = std::move(next);
    with_.count.changed = state_.done.rows;
    std::uint64_t locked = 0;
    for (const auto& [number, keys] : state_.locked) locked += keys.size();
    with_.count.locked = locked;
}

// Ranges in which nothing is to be set: what is lost of that costs time alone.
void walker::write_down_quietly(std::stop_token stop) {
    const auto now = steady_clock::now();
    if (left_.after == state_.done.up_to || now - written_at_ < quiet_interval) return;
    written_at_ = now;
    saved next = state_;
    next.done.up_to = left_.after;
    next.rows_walked = with_.count.walked;
    session_.run("write down how far it is", stop, [&](db::session& on) {
        on.execute("START TRANSACTION");
        with_.state.check_owner(on);
        with_.state.record(on, next.done, next.rows_walked);
        on.execute("COMMIT");
    });
    take(std::move(next));
}

void walker::come_back(std::stop_token stop) {
    std::size_t at_once = with_.texts.keys_max();
    std::chrono::milliseconds pause = pause_first;
    while (!state_.locked.empty()) {
        const std::uint64_t before = with_.count.locked;
        std::vector<std::uint64_t> numbers;
        for (const auto& [number, keys] : state_.locked) numbers.push_back(number);
        for (const std::uint64_t number : numbers) come_back_to(number, at_once, stop);
        if (state_.locked.empty()) return;
        pause = with_.count.locked < before ? pause_first : std::min(2 * pause, pause_max);
        tell_waiting();
        pause_for(pause, stop);
    }
}

// The rows of one chunk, a part of them where some lock was in the way; what comes first once comes
// last then.
void walker::come_back_to(std::uint64_t number, std::size_t& at_once, std::stop_token stop) {
    with_.throttler.wait_until_clear(stop);
    const std::vector<key_value> all = state_.locked.at(number);
    const auto some = std::span(all).first(std::min(all.size(), at_once));
    step one{.keys = some, .number = number, .beside = std::span(all).subspan(some.size())};
    if (done(one, stop)) {
        at_once = std::min(2 * at_once, with_.texts.keys_max());
        return;
    }
    ++with_.count.conflicts;
    at_once = std::max<std::size_t>(1, some.size() / 2);
    if (some.size() > 1) return;
    one.lets_all_be = true;
    require(done(one, stop), "what sets no row waits for no lock of a row");
}

void walker::tell_waiting() {
    if (state_.locked.empty() || !waiting_told_.due(machine_clock().now())) return;
    with_.tell(fmt::format(
        "{} rows are locked by other sessions, the first is {}: this run comes back to them until "
        "they are free. Who holds them: SELECT * FROM performance_schema.data_locks",
        with_.count.locked.load(),
        with_.texts.codec().describe(state_.locked.begin()->second.front())));
}

void walker::rest_after(const carry::chunk_sizer& of, std::chrono::nanoseconds took,
                        std::stop_token stop) {
    const auto rest = of.rest_after(took);
    if (rest.count() > 0) pause_for(rest, stop);
}

}  // namespace segue::backfill
