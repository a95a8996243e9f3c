#pragma once

#include "src/base/clock.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace segue::swap {

/// Ends what takes too long: at the deadline, or when the owner is asked to stop, it asks
/// `out_of_time()` to stop and calls `interrupt`, and again every 50 ms, until it is disarmed.
/// Lifecycle: armed by the constructor; disarm() joins its thread, so that nothing is interrupted
/// after it has returned.
/// Threads: one of its own; `interrupt` is called there and must not throw.
/// Lifetime: the clock outlives it.
class watchdog {
  public:
    watchdog(const clock_source& clock, clock_source::time_point deadline,
             std::function<void()> interrupt, std::stop_token stop);
    ~watchdog() { disarm(); }

    /// Stops at the deadline, or when the owner's token does.
    std::stop_token out_of_time() const noexcept { return out_of_time_.get_token(); }

    /// Nothing is interrupted after it has returned. May be called again.
    void disarm() noexcept;

  private:
    void watch(clock_source::time_point deadline, std::stop_token disarmed);

    const clock_source& clock_;
    const std::function<void()> interrupt_;
    std::stop_source out_of_time_;
    std::stop_callback<std::function<void()>> owner_stops_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread thread_;
};

}  // namespace segue::swap
