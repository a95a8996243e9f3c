#pragma once

#include "src/base/error.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace segue {

/// Blocks the calling thread for `duration`. Throws `stopped` as soon as `stop` is asked.
inline void pause_for(std::chrono::milliseconds duration, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, duration, [] { return false; });
    if (stop.stop_requested()) throw stopped();
}

}  // namespace segue
