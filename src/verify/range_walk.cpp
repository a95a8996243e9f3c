#include "src/verify/range_walk.hpp"

#include "src/base/error.hpp"
#include "src/base/stable_hash.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::verify {
namespace {

void add(tables::verified_rows& to, range_walk::work done, const range_walk::outcome& of) {
    to.rows += of.rows;
    to.rows_in_target += of.rows_in_target;
    to.changed_meanwhile += of.changed_meanwhile;
    to.ranges_looked_into += of.looked_into ? 1 : 0;
    if (done == range_walk::work::compare) ++to.ranges;
    if (done == range_walk::work::skip) ++to.skipped;
}

}  // namespace

// For as long as one asks where the next range ends. Precondition: the mutex is not held.
class range_walk::turn {
  public:
    explicit turn(range_walk& of) : of_(of) {}
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
        std::lock_guard lock(of_.mutex_);
        of_.taking_ = false;
        of_.changed_.notify_all();
    }

  private:
    range_walk& of_;
};

range_walk::range_walk(tables::verified_rows from, settings set)
    : set_(set),
      taken_up_to_(from.up_to),
      next_number_(from.ranges + from.skipped),
      all_taken_(from.done),
      surplus_taken_(from.done || !set.surplus_apart),
      any_compared_(from.ranges > 0),
      next_to_settle_(next_number_),
      settled_(std::move(from)) {
    static_cast<tables::verified_rows&>(so_far_) = settled_;
}

bool range_walk::is_in_sample(std::uint64_t number) const {
    if (set_.sample_percent >= 100) return true;
    return stable_hash(fmt::format("{} {}", set_.sample_seed, number)) % 100 < set_.sample_percent;
}

std::optional<range_walk::range> range_walk::take_without_asking() {
    if (enough() || std::exchange(surplus_taken_, true)) return std::nullopt;
    ++in_hand_;
    return range{.number = next_number_++, .keys = {}, .todo = work::look_for_surplus};
}

std::optional<range_walk::range> range_walk::take(const end_finder& find_end,
                                                  std::stop_token stop) {
    std::optional<keys::key_value> after;
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, std::move(stop), [&] { return !taking_; })) throw stopped();
        if (all_taken_ || enough()) return take_without_asking();
        taking_ = true;
        after = taken_up_to_;
    }
    const turn mine(*this);
    std::optional<keys::key_value> end = find_end(after);
    std::lock_guard lock(mutex_);
    range next{.number = next_number_++,
               .keys = {.after = std::move(after), .up_to = std::move(end)}};
    // The last one is open, so that all that is in the target is in some range.
    taken_up_to_ = next.keys.up_to;
    all_taken_ = !next.keys.up_to;
    // One at least, however few there are.
    const bool compared = is_in_sample(next.number) || (all_taken_ && !any_compared_);
    any_compared_ = any_compared_ || compared;
    next.todo = compared ? work::compare : work::skip;
    ++in_hand_;
    return next;
}

void range_walk::ended(const range& taken, const outcome& of) {
    std::lock_guard lock(mutex_);
    --in_hand_;
    add(so_far_, taken.todo, of);
    // Where enough is found nobody looks to the end of a range.
    settles_ = settles_ && !of.differs && !enough();
    if (!settles_) return ended_.clear();
    ended_.emplace(taken.number, ended_range{.taken = taken, .of = of});
    settle();
}

// Of the last range and the look for surplus rows behind it, both or none.
void range_walk::settle() {
    for (auto at = ended_.begin(); at != ended_.end() && at->first == next_to_settle_;
         at = ended_.erase(at), ++next_to_settle_) {
        const range& taken = at->second.taken;
        const bool is_open = !taken.keys.up_to;
        const bool is_last =
            is_open && (!set_.surplus_apart || taken.todo == work::look_for_surplus);
        if (is_open && !is_last && !ended_.contains(next_to_settle_ + 1)) return;
        add(settled_, taken.todo, at->second.of);
        settled_.up_to = taken.keys.up_to;
        settled_.done = is_last;
    }
}

void range_walk::found(difference one) {
    std::lock_guard lock(mutex_);
    if (!enough()) so_far_.differences.push_back(std::move(one));
}

bool range_walk::has_enough() const {
    std::lock_guard lock(mutex_);
    return enough();
}

tables::verified_rows range_walk::settled() const {
    std::lock_guard lock(mutex_);
    return settled_;
}

verified range_walk::so_far() const {
    std::lock_guard lock(mutex_);
    verified made = so_far_;
    made.up_to = settled_.up_to;
    made.done = all_taken_ && surplus_taken_ && in_hand_ == 0 && !enough();
    made.there_may_be_more = enough();
    return made;
}

}  // namespace segue::verify
