#include "src/verify/range_verifier.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/base/stable_hash.hpp"
#include "src/carry/nice_pause.hpp"
#include "src/rows/bound_finder.hpp"
#include "src/verify/carried_anew.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace segue::verify {
namespace {

constexpr std::size_t keys_at_once = 500;
// A row that changes all the time is never seen at rest; that it is carried over is enough then.
constexpr int later_looks = 1;
constexpr std::chrono::seconds flush_patience{1};

}  // namespace

std::size_t range_verifier::keys_max() const {
    return std::min(keys_at_once, with_.how.texts().keys_max());
}

bool range_verifier::is_in_sample(std::uint64_t range) const {
    if (set_.sample_percent >= 100) return true;
    return stable_hash(fmt::format("{} {}", set_.sample_seed, range)) % 100 < set_.sample_percent;
}

verified range_verifier::run(verified from, std::stop_token stop) {
    session_.emplace(with_.sessions, with_.failures_max, db::lock_conflicts::outlasted);
    verified made = std::move(from);
    while (!made.done && !has_enough(made)) {
        if (with_.throttler != nullptr) with_.throttler->wait_until_clear(stop);
        if (stop.stop_requested()) throw stopped();
        const keys::key_range range = next_range(made, stop);
        const auto began = std::chrono::steady_clock::now();
        // One at least, however few there are.
        const bool is_the_last_chance = !range.up_to && made.ranges == 0;
        if (is_the_last_chance || is_in_sample(made.ranges + made.skipped))
            compare(range, made, stop);
        else
            ++made.skipped;
        if (has_enough(made)) break;
        made.up_to = range.up_to;
        made.done = !range.up_to;
        if (with_.progressed) with_.progressed(made);
        const auto rest = carry::nice_pause(std::chrono::steady_clock::now() - began,
                                            with_.pace.snapshot().nice_ratio);
        if (rest.count() > 0 && !made.done) pause_for(rest, stop);
    }
    // Where no range tells what is in the target alone.
    if (made.done && !with_.how.by_ranges() && !has_enough(made)) look_for_surplus({}, made, stop);
    judge_later_ones(made, stop);
    made.there_may_be_more = has_enough(made);
    return made;
}

// The last one is open, so that all that is in the target is in some range.
keys::key_range range_verifier::next_range(const verified& made, std::stop_token stop) {
    keys::key_range range{.after = made.up_to, .up_to = std::nullopt};
    session_->run("find the bound of a range", stop, [&](db::session& on) {
        range.up_to = rows::find_bound(on, with_.how.texts(), range, sizer_.rows());
    });
    return range;
}

range_verifier::counted range_verifier::count(const keys::key_range& range, std::stop_token stop) {
    counted found;
    session_->run("compare a range", stop, [&](db::session& on) {
        const db::row row = on.query_row(with_.how.counts(range));
        found = {.source = db::to_uint64(row[0], "rows of the source"),
                 .equal = db::to_uint64(row[1], "rows that are equal"),
                 .target = db::to_uint64(row[2], "rows of the target")};
    });
    return found;
}

void range_verifier::compare(const keys::key_range& range, verified& made, std::stop_token stop) {
    const auto began = std::chrono::steady_clock::now();
    const counted found = count(range, stop);
    sizer_.copied(found.source, std::chrono::steady_clock::now() - began);
    ++made.ranges;
    made.rows += found.source;
    if (found.all_equal()) return;
    ++made.ranges_looked_into;
    look_into(range, made, stop);
    if (with_.how.by_ranges()) look_for_surplus(range, made, stop);
}

std::vector<keys::key_value> range_verifier::keys_of(const std::string& query,
                                                     std::stop_token stop) {
    std::vector<keys::key_value> found;
    session_->run("look for rows that differ", stop, [&](db::session& on) {
        found.clear();
        for (const db::row& one : on.query(query))
            found.push_back(with_.how.texts().codec().from_row(one));
    });
    return found;
}

void range_verifier::look_into(const keys::key_range& range, verified& made, std::stop_token stop) {
    for (keys::key_range rest = range; !has_enough(made);) {
        const auto keys = keys_of(with_.how.differing(rest, keys_max()), stop);
        if (!keys.empty()) judge(keys, made, stop);
        if (keys.size() < keys_max() || keys.back() == rest.up_to) return;
        rest.after = keys.back();
    }
}

void range_verifier::look_for_surplus(const keys::key_range& range, verified& made,
                                      std::stop_token stop) {
    for (keys::key_range rest = range; !has_enough(made);) {
        const auto keys = keys_of(with_.how.surplus(rest, keys_max()), stop);
        if (!keys.empty()) judge(keys, made, stop);
        // Without ranges the same ones would come again.
        if (keys.size() < keys_max() || !with_.how.by_ranges()) return;
        rest.after = keys.back();
    }
}

// Those that wait to be carried over are put together, since the wait is the same for many.
void range_verifier::judge(std::span<const keys::key_value> keys, verified& made,
                           std::stop_token stop) {
    const auto again = judge_once(keys, /*await=*/false, made, stop);
    later_.insert(later_.end(), again.begin(), again.end());
    if (later_.size() >= keys_max()) judge_later_ones(made, stop);
}

void range_verifier::judge_later_ones(verified& made, std::stop_token stop) {
    for (int looks = 0; looks < later_looks && !later_.empty() && !has_enough(made); ++looks) {
        std::vector<keys::key_value> again;
        for (std::size_t i = 0; i < later_.size(); i += keys_max()) {
            const auto some = std::span(later_).subspan(i, std::min(keys_max(), later_.size() - i));
            const auto still = judge_once(some, /*await=*/true, made, stop);
            again.insert(again.end(), still.begin(), still.end());
        }
        later_ = std::move(again);
    }
    made.changed_meanwhile += later_.size();
    later_.clear();
}

// Returns the keys that are to be looked at again. `await`: that are waiting are carried over
// first.
std::vector<keys::key_value> range_verifier::judge_once(std::span<const keys::key_value> keys,
                                                        bool await, verified& made,
                                                        std::stop_token stop) {
    if (await && with_.pending != nullptr)
        pending_changes::look(*with_.pending, keys).await_flushes(flush_patience, stop);
    std::optional<pending_changes::look> look;
    if (with_.pending != nullptr) look.emplace(*with_.pending, keys);
    std::set<keys::key_value> again;
    std::vector<keys::key_value> settled;
    for (const keys::key_value& key : keys) {
        if (look && look->may_be_pending(key))
            again.insert(key);
        else
            settled.push_back(key);
    }
    const auto differing = carry_over_anew(settled, stop);
    if (look && !differing.empty()) look->await_stream(stop);
    for (const difference& one : differing) {
        if (look && look->may_be_pending(one.key))
            again.insert(one.key);
        else if (!has_enough(made))
            made.differences.push_back(one);
    }
    return {again.begin(), again.end()};
}

std::vector<difference> range_verifier::carry_over_anew(std::span<const keys::key_value> keys,
                                                        std::stop_token stop) {
    std::vector<difference> found;
    if (keys.empty()) return found;
    session_->run("compare rows", stop, [&](db::session& on) {
        found = changed_by_carrying_over(on, with_.how, with_.checkpoint, keys);
    });
    return found;
}

}  // namespace segue::verify
