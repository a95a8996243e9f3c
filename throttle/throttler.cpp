#include "throttle/throttler.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::throttle {
namespace {

// How soon it is noted that a reading has grown stale; waits and state() see it at once.
constexpr std::chrono::milliseconds recheck_interval{100};

}  // namespace

throttler::throttler(std::vector<std::unique_ptr<signal>> signals, const clock_source& clock)
    : clock_(clock), signals_(std::move(signals)), since_(clock.now()) {
    for (const auto& signal : signals_)
        watched_.push_back({.name = std::string(signal->name()),
                            .rank = signal->rank(),
                            .period = signal->period(),
                            .last = std::nullopt});
    current_ = decide(watched_, since_);
}

void throttler::start(task_group& threads) {
    require(!std::exchange(started_, true), "a throttler is started once");
    for (std::size_t i = 0; i < signals_.size(); ++i)
        threads.spawn(fmt::format("throttle-{}", i + 1),
                      [this, i](std::stop_token stop) { read(i, std::move(stop)); });
    threads.spawn("throttle", [this](std::stop_token stop) { watch(std::move(stop)); });
}

throttle_state throttler::state() const {
    std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    auto latest = decide(watched_, now);
    return {.throttled = latest.throttled,
            .hibernating = latest.hibernating,
            .by_operator = latest.by_operator,
            .reason = std::move(latest.reason),
            .since = latest.throttled == current_.throttled ? since_ : now};
}

bool throttler::hibernating() const {
    std::lock_guard lock(mutex_);
    return decide(watched_, clock_.now()).hibernating;
}

throttle_counts throttler::counts() const {
    std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    auto counts = ended_;
    if (counted_since_) counts.total += now - *counted_since_;
    if (!counted_by_.empty()) counts.by_signal[counted_by_].total += now - counted_by_since_;
    return counts;
}

void throttler::wait_until_clear(std::stop_token stop) const {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (stop.stop_requested()) throw stopped();
        if (!decide(watched_, clock_.now()).throttled) return;
        changed_.wait(lock, stop, [this, seen = published_] { return published_ != seen; });
    }
}

void throttler::read(std::size_t index, std::stop_token stop) {
    const auto owned = std::move(signals_[index]);
    keep_reading(*owned, clock_, stop, [&](reading last) { publish(index, std::move(last)); });
}

void throttler::publish(std::size_t index, reading last) {
    std::unique_lock lock(mutex_);
    watched_[index].last = std::move(last);
    ++published_;
    changed_.notify_all();
    record_and_log(lock);
}

// Readings that come are recorded as they come; this is for those that do not.
void throttler::watch(std::stop_token stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            record_and_log(lock);
        }
        pause_for(recheck_interval, stop);
    }
}

// The lock is released for logging, and held again at the end.
void throttler::record_and_log(std::unique_lock<std::mutex>& lock) {
    if (!record(clock_.now())) return;
    const auto recorded = current_;
    lock.unlock();
    if (recorded.throttled) {
        log::info("copying is throttled: {}", recorded.reason);
    } else {
        log::info("copying is no longer throttled");
    }
    lock.lock();
}

// The caller holds mutex_. True when it went from clear to throttled or back, the wait for the
// first readings being neither.
bool throttler::record(clock_source::time_point now) {
    auto latest = decide(watched_, now);
    if (latest.throttled != current_.throttled) since_ = now;
    const bool counted = latest.throttled && !latest.first_reading_awaited;
    const bool changed = counted != counted_since_.has_value();
    if (counted && changed) {
        counted_since_ = now;
        ++ended_.times;
    } else if (changed) {
        ended_.total += now - *counted_since_;
        counted_since_.reset();
    }
    if (const std::string by = counted ? latest.by : ""; by != counted_by_) {
        if (!counted_by_.empty()) ended_.by_signal[counted_by_].total += now - counted_by_since_;
        if (!by.empty()) ++ended_.by_signal[by].times;
        counted_by_ = by;
        counted_by_since_ = now;
    }
    current_ = std::move(latest);
    return changed;
}

}  // namespace segue::throttle
