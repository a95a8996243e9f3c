#pragma once

#include "src/base/clock.hpp"

#include <atomic>
#include <chrono>

namespace segue::test {

/// Stands still unless it is stepped. Threads: any.
class stepped_clock final : public clock_source {
  public:
    time_point now() const override { return time_point(time_point::duration(ticks_.load())); }
    void step(std::chrono::milliseconds by) { ticks_ += time_point::duration(by).count(); }

  private:
    std::atomic<time_point::rep> ticks_{1'000'000'000'000};
};

}  // namespace segue::test
