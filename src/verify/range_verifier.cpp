#include "src/verify/range_verifier.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/rows/bound_finder.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

namespace segue::verify {
namespace {

constexpr std::size_t keys_at_once = 500;
// A row that changes all the time is never seen at rest; that it is carried over is enough then.
constexpr int later_looks = 1;
constexpr std::chrono::seconds flush_patience{1};
// So long a range may be open for rows that are to be looked at again.
constexpr std::chrono::seconds later_patience{5};

}  // namespace

std::size_t range_verifier::keys_max() const {
    return std::min(keys_at_once, with_.how.texts().keys_max());
}

void range_verifier::run(std::stop_token stop) {
    session_.emplace(with_.sessions, with_.failures_max, with_.locks_are);
    for (;;) {
        if (with_.throttler != nullptr) with_.throttler->wait_until_clear(stop);
        const auto taken = next_range(stop);
        if (!taken) break;
        const auto began = std::chrono::steady_clock::now();
        look_at(*taken, stop);
        if (with_.progressed) with_.progressed();
        const auto rest = with_.sizer.rest_after(std::chrono::steady_clock::now() - began);
        if (rest.count() > 0 && taken->keys.up_to) pause_for(rest, stop);
    }
    judge_later_ones(stop);
    end_open_ranges();
    if (with_.progressed) with_.progressed();
}

void range_verifier::ask(std::string_view what, std::stop_token stop,
                         const std::function<void(db::session&)>& question) {
    session_->run(what, std::move(stop), [&](db::session& on) {
        carry::naming_holders(on, with_.holders, [&] { question(on); });
    });
}

std::optional<range_walk::range> range_verifier::next_range(std::stop_token stop) {
    if (stop.stop_requested()) throw stopped();
    const auto find_end = [&](const std::optional<keys::key_value>& after) {
        std::optional<keys::key_value> end;
        ask("find the bound of a range", stop, [&](db::session& on) {
            end = rows::find_bound(on, with_.how.texts(), {.after = after, .up_to = std::nullopt},
                                   with_.sizer.rows());
        });
        return end;
    };
    return with_.walk.take(find_end, stop);
}

void range_verifier::look_at(const range_walk::range& taken, std::stop_token stop) {
    open_.push_back({.taken = taken, .of = {}});
    if (taken.todo == range_walk::work::compare) compare(taken.keys, stop);
    // Where no range tells what is in the target alone.
    if (taken.todo == range_walk::work::look_for_surplus) look_for_surplus({}, stop);
    const auto waited = std::chrono::steady_clock::now() - later_since_;
    if (!later_.empty() && waited >= later_patience) judge_later_ones(stop);
    if (later_.empty()) end_open_ranges();
}

void range_verifier::end_open_ranges() {
    for (const open_range& one : open_) with_.walk.ended(one.taken, one.of);
    open_.clear();
}

range_verifier::counted range_verifier::count(const keys::key_range& range, std::stop_token stop) {
    counted found;
    ask("compare a range", stop, [&](db::session& on) {
        const db::row row = on.query_row(with_.how.counts(range));
        found = {.source = db::to_uint64(row[0], "rows of the source"),
                 .equal = db::to_uint64(row[1], "rows that are equal"),
                 .target = db::to_uint64(row[2], "rows of the target")};
    });
    return found;
}

void range_verifier::compare(const keys::key_range& range, std::stop_token stop) {
    const auto began = std::chrono::steady_clock::now();
    const counted found = count(range, stop);
    with_.sizer.copied(found.source, std::chrono::steady_clock::now() - began);
    range_walk::outcome& of = open_.back().of;
    of.rows = found.source;
    of.rows_in_target = found.target;
    if (found.all_equal()) return;
    of.looked_into = true;
    look_into(range, stop);
    if (with_.how.by_ranges()) look_for_surplus(range, stop);
}

std::vector<keys::key_value> range_verifier::keys_of(const std::string& query,
                                                     std::stop_token stop) {
    std::vector<keys::key_value> found;
    ask("look for rows that differ", stop, [&](db::session& on) {
        found.clear();
        for (const db::row& one : on.query(query))
            found.push_back(with_.how.texts().codec().from_row(one));
    });
    return found;
}

void range_verifier::look_into(const keys::key_range& range, std::stop_token stop) {
    for (keys::key_range rest = range; !with_.walk.has_enough();) {
        const auto keys = keys_of(with_.how.differing(rest, keys_max()), stop);
        if (!keys.empty()) judge(keys, stop);
        if (keys.size() < keys_max() || keys.back() == rest.up_to) return;
        rest.after = keys.back();
    }
}

void range_verifier::look_for_surplus(const keys::key_range& range, std::stop_token stop) {
    for (keys::key_range rest = range; !with_.walk.has_enough();) {
        const auto keys = keys_of(with_.how.surplus(rest, keys_max()), stop);
        if (!keys.empty()) judge(keys, stop);
        // Without ranges the same ones would come again.
        if (keys.size() < keys_max() || !with_.how.by_ranges()) return;
        rest.after = keys.back();
    }
}

// Those that wait to be carried over are put together, since the wait is the same for many.
void range_verifier::judge(std::span<const keys::key_value> keys, std::stop_token stop) {
    const auto again = judge_once(keys, /*await=*/false, stop);
    if (later_.empty()) later_since_ = std::chrono::steady_clock::now();
    later_.insert(later_.end(), again.begin(), again.end());
    if (later_.size() >= keys_max()) judge_later_ones(stop);
}

void range_verifier::judge_later_ones(std::stop_token stop) {
    for (int looks = 0; looks < later_looks && !later_.empty() && !with_.walk.has_enough();
         ++looks) {
        std::vector<keys::key_value> again;
        for (std::size_t i = 0; i < later_.size(); i += keys_max()) {
            const auto some = std::span(later_).subspan(i, std::min(keys_max(), later_.size() - i));
            const auto still = judge_once(some, /*await=*/true, stop);
            again.insert(again.end(), still.begin(), still.end());
        }
        later_ = std::move(again);
    }
    if (!open_.empty()) open_.back().of.changed_meanwhile += later_.size();
    later_.clear();
}

// Returns the keys that are to be looked at again. `await`: that are waiting are carried over
// first.
std::vector<keys::key_value> range_verifier::judge_once(std::span<const keys::key_value> keys,
                                                        bool await, std::stop_token stop) {
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
    const auto differing = ask_for_verdict(settled, stop);
    if (look && !differing.empty()) look->await_stream(stop);
    // At rest no row should be another one at a second look.
    if (!look && settled.size() > differing.size())
        open_.back().of.changed_meanwhile += settled.size() - differing.size();
    for (const difference& one : differing) {
        if (look && look->may_be_pending(one.key)) {
            again.insert(one.key);
            continue;
        }
        // Of which of them it is does not matter: none of them is settled then.
        for (open_range& range : open_) range.of.differs = true;
        with_.walk.found(one);
    }
    return {again.begin(), again.end()};
}

std::vector<difference> range_verifier::ask_for_verdict(std::span<const keys::key_value> keys,
                                                        std::stop_token stop) {
    std::vector<difference> found;
    if (keys.empty()) return found;
    ask("compare rows", stop, [&](db::session& on) { found = with_.verdict(on, keys); });
    return found;
}

}  // namespace segue::verify
