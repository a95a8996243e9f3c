#pragma once

#include "src/base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace segue {

/// When to tell of something that goes on: the first time it is met, and then at intervals that
/// double. What was not met for longer than the longest of them is told as new. Pure.
class growing_interval {
  public:
    using time_point = clock_source::time_point;

    static constexpr std::chrono::seconds first{10};
    static constexpr std::chrono::minutes longest{10};

    /// Notes that the thing was met at `now`, and answers whether to tell of it.
    bool due(time_point now) noexcept {
        const bool anew = !met_ || now - *met_ > longest;
        met_ = now;
        if (!anew && now < next_) return false;
        interval_ = anew ? first : std::min<std::chrono::seconds>(2 * interval_, longest);
        next_ = now + interval_;
        return true;
    }

  private:
    std::optional<time_point> met_;
    time_point next_{};
    std::chrono::seconds interval_ = first;
};

}  // namespace segue
