#include "src/swap/watchdog.hpp"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace segue::swap {

watchdog::watchdog(const clock_source& clock, clock_source::time_point deadline,
                   std::function<void()> interrupt, std::stop_token stop)
    : clock_(clock),
      interrupt_(std::move(interrupt)),
      owner_stops_(std::move(stop), [this] { out_of_time_.request_stop(); }),
      thread_([this, deadline](std::stop_token disarmed) { watch(deadline, disarmed); }) {}

void watchdog::watch(clock_source::time_point deadline, std::stop_token disarmed) {
    pthread_setname_np(pthread_self(), "watchdog");
    constexpr std::chrono::milliseconds again{50};
    std::unique_lock lock(mutex_);
    const auto never = [] { return false; };
    // In slices, since the clock may be one that a test steps.
    constexpr std::chrono::nanoseconds slice = std::chrono::milliseconds(20);
    const auto goes_on = [&] {
        return !disarmed.stop_requested() && !out_of_time_.stop_requested();
    };
    for (auto now = clock_.now(); now < deadline && goes_on(); now = clock_.now())
        changed_.wait_for(lock, disarmed, std::min<std::chrono::nanoseconds>(slice, deadline - now),
                          never);
    while (!disarmed.stop_requested()) {
        out_of_time_.request_stop();
        lock.unlock();
        interrupt_();
        lock.lock();
        changed_.wait_for(lock, disarmed, again, never);
    }
}

void watchdog::disarm() noexcept {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace segue::swap
