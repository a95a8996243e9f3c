#pragma once

#include <chrono>

namespace segue {

/// The time that decisions are made by. Production code passes machine_clock(); tests step a clock
/// of their own. Threads: implementations are safe to call from any thread.
class clock_source {
  public:
    using time_point = std::chrono::steady_clock::time_point;
    virtual ~clock_source() = default;
    virtual time_point now() const = 0;
};

/// The machine's monotonic clock.
class steady_clock_source final : public clock_source {
  public:
    time_point now() const override { return std::chrono::steady_clock::now(); }
};

inline const clock_source& machine_clock() {
    static const steady_clock_source clock;
    return clock;
}

}  // namespace segue
