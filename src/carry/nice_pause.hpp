#pragma once

#include <algorithm>
#include <chrono>

namespace segue::carry {

/// How long to rest after a chunk that took `took` (--nice-ratio, 0 to 100): that many times as
/// long, an hour at most. Pure.
inline std::chrono::milliseconds nice_pause(std::chrono::nanoseconds took,
                                            double nice_ratio) noexcept {
    constexpr std::chrono::milliseconds longest = std::chrono::hours(1);
    const auto wanted = std::chrono::duration<double, std::milli>(took) * nice_ratio;
    return wanted >= longest ? longest
                             : std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::max(wanted, decltype(wanted)::zero()));
}

}  // namespace segue::carry
