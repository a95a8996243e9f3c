#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace segue::test {

/// Ends waits that a broken rule would make endless, so that the test fails instead.
class patience {
  public:
    std::stop_token token() const { return over_.get_token(); }

  private:
    std::stop_source over_;
    std::jthread alarm_{[this](std::stop_token not_needed) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, not_needed, std::chrono::minutes(2), [] { return false; });
        if (!not_needed.stop_requested()) over_.request_stop();
    }};
};

}  // namespace segue::test
