#pragma once

#include "src/base/clock.hpp"

#include <chrono>

namespace segue::swap {

/// How long the application may be kept waiting by one attempt to swap: from the request for the
/// lock, which is when this is made, to UNLOCK.
/// Lifetime: the clock outlives it. Threads: any.
class stall_budget {
  public:
    using time_point = clock_source::time_point;
    stall_budget(const clock_source& clock, std::chrono::milliseconds length)
        : clock_(clock), began_(clock.now()), deadline_(began_ + length) {}

    time_point deadline() const noexcept { return deadline_; }
    bool spent() const { return clock_.now() >= deadline_; }
    std::chrono::milliseconds used() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - began_);
    }
    const clock_source& clock() const noexcept { return clock_; }

  private:
    const clock_source& clock_;
    const time_point began_;
    const time_point deadline_;
};

}  // namespace segue::swap
