#include "cli/display/run_record.hpp"

#include <algorithm>

namespace segue::display {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

milliseconds since(steady_clock::time_point then) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - then);
}

}  // namespace

run_record::run_record() : entered_(steady_clock::now()) {
    so_far_.began = system_clock::now();
    enter(at_);
}

recorded::phase_time& run_record::time_of(migration::phase at) {
    auto& phases = so_far_.phases;
    const auto found = std::ranges::find(phases, at, &recorded::phase_time::at);
    if (found != phases.end()) return *found;
    return phases.emplace_back(recorded::phase_time{.at = at, .began = system_clock::now()});
}

// The caller holds mutex_.
void run_record::enter(migration::phase next) {
    at_ = next;
    entered_ = steady_clock::now();
    ++time_of(next).times;
    if (next != migration::phase::cut_over) return;
    ++so_far_.attempts;
    if (++attempts_.begun == 1) first_attempt_ = entered_;
}

recorded run_record::contents() const {
    const std::lock_guard lock(mutex_);
    recorded made = so_far_;
    made.now = system_clock::now();
    for (auto& one : made.phases)
        if (one.at == at_) one.total += since(entered_);
    return made;
}

attempt_counts run_record::attempts() const {
    const std::lock_guard lock(mutex_);
    attempt_counts made = attempts_;
    if (made.begun > 0 && !made.swapped) made.since_first = since(first_attempt_);
    return made;
}

void run_record::on_phase(migration::phase now) {
    const std::lock_guard lock(mutex_);
    time_of(at_).total += since(entered_);
    enter(now);
}

void run_record::on_attempt(const migration::attempt& made) {
    const std::lock_guard lock(mutex_);
    so_far_.last_attempts.push_back({.ended = system_clock::now(), .made = made});
    if (so_far_.last_attempts.size() > attempts_kept) so_far_.last_attempts.pop_front();
    const auto stall = made.stall.value_or(milliseconds(0));
    so_far_.stall_max = std::max(so_far_.stall_max, stall);
    so_far_.stall_total += stall;
    if (!made.swapped) {
        ++attempts_.gave_way;
        return;
    }
    attempts_.swapped = true;
    attempts_.since_first = since(first_attempt_);
}

void run_record::on_swapped(const migration::outcome& made) {
    const std::lock_guard lock(mutex_);
    so_far_.swapped = made;
}

}  // namespace segue::display
