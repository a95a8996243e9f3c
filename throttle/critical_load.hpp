#pragma once

#include "src/base/clock.hpp"
#include "throttle/load_limits.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace segue::throttle {

/// What is done when a limit of pace::critical_load is reached.
struct critical_load_settings {
    /// --critical-load-interval-millis. Zero (the default): a limit that is reached once ends the
    /// run; else only if one is still, or again, reached so much later.
    std::chrono::milliseconds look_again_after{0};
    /// --critical-load-hibernate-seconds. Above zero: the run does not end, it hibernates for so
    /// long, and look_again_after is not used. Zero (the default): it does not hibernate.
    std::chrono::seconds hibernate_for{0};
};

/// What --critical-load says over time: when to look at the load, and what to do about it. Pure.
class critical_load {
  public:
    using time_point = clock_source::time_point;
    static constexpr std::chrono::seconds look_interval{1};

    explicit critical_load(critical_load_settings with) : with_(std::move(with)) {}

    /// Whether the load must be read now; else reason() is what holds. Times never go back.
    bool look_is_due(time_point now);

    /// Takes what was read, at a time when it was due. Throws must_end when the run has to end.
    /// Returns a line to log, empty if there is nothing to say. `today`: the same moment, to be
    /// printed.
    std::string looked(const std::optional<limit_reached>& reached, time_point now,
                       std::chrono::system_clock::time_point today);

    /// Why to throttle, and to let all that can wait do so; nullopt: nothing asks for it.
    /// "critical-load met once: ..." until the second look; "critical-load-hibernate until <time>",
    /// then "leaving hibernation" until the load was read again.
    const std::optional<std::string>& reason() const noexcept { return reason_; }

  private:
    const critical_load_settings with_;
    time_point next_look_ = time_point::min();
    bool hibernating_ = false;
    bool met_once_ = false;
    std::optional<std::string> reason_;
};

}  // namespace segue::throttle
