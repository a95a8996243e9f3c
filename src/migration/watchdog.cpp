#include "src/migration/watchdog.hpp"

#include <pthread.h>
#include <utility>

namespace segue::migration {

watchdog::watchdog(clock::time_point deadline, std::function<void()> interrupt,
                   std::stop_token stop)
    : interrupt_(std::move(interrupt)),
      owner_stops_(std::move(stop), [this] { out_of_time_.request_stop(); }),
      thread_([this, deadline](std::stop_token disarmed) { watch(deadline, disarmed); }) {}

void watchdog::watch(clock::time_point deadline, std::stop_token disarmed) {
    pthread_setname_np(pthread_self(), "watchdog");
    constexpr std::chrono::milliseconds again{50};
    std::unique_lock lock(mutex_);
    const auto never = [] { return false; };
    changed_.wait_until(lock, disarmed, deadline, never);
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

}  // namespace segue::migration
