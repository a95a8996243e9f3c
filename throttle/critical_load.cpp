#include "throttle/critical_load.hpp"

#include "throttle/signal.hpp"

#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace segue::throttle {

bool critical_load::look_is_due(time_point now) {
    if (now < next_look_) return false;
    if (!std::exchange(hibernating_, false)) return true;
    reason_ = "leaving hibernation";
    next_look_ = now + look_interval;
    return false;
}

std::string critical_load::looked(const std::optional<limit_reached>& reached, time_point now,
                                  std::chrono::system_clock::time_point today) {
    const bool again = std::exchange(met_once_, false);
    reason_.reset();
    next_look_ = now + look_interval;
    if (!reached) return again ? "critical-load is not met any more" : "";
    const std::string load =
        fmt::format("{}={}, >={}", reached->which.variable, reached->value, reached->which.limit);
    if (with_.hibernate_for.count() > 0) {
        const auto until = std::chrono::system_clock::to_time_t(today + with_.hibernate_for);
        hibernating_ = true;
        next_look_ = now + with_.hibernate_for;
        reason_ = fmt::format("critical-load-hibernate until {:%Y-%m-%d %H:%M:%S %z}",
                              fmt::localtime(until));
        return fmt::format("critical-load met: {}. Hibernating for {} seconds", load,
                           with_.hibernate_for.count());
    }
    if (with_.look_again_after.count() == 0)
        throw must_end(fmt::format("critical-load met: {}", load));
    if (again)
        throw must_end(fmt::format("critical-load met again after {} millis: {}",
                                   with_.look_again_after.count(), load));
    met_once_ = true;
    next_look_ = now + with_.look_again_after;
    reason_ = fmt::format("critical-load met once: {}", load);
    return fmt::format("{}. Looking again in {} millis", *reason_, with_.look_again_after.count());
}

}  // namespace segue::throttle
