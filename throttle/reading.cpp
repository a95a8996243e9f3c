#include "throttle/reading.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds failure_pause_min = 1s;
constexpr std::chrono::milliseconds failure_pause_max = 30s;

reading failed_reading(clock_source::time_point taken, std::string_view name,
                       std::string_view failure, bool retryable) {
    return {.taken = taken,
            .reason = fmt::format("{} {}", name, failure),
            .failed = true,
            .retryable = retryable};
}

}  // namespace

reading take_reading(signal& from, const clock_source& clock) {
    const auto taken = clock.now();
    try {
        return {.taken = taken, .reason = from.evaluate()};
    } catch (const must_end&) {
        throw;
    } catch (const broken_invariant&) {
        throw;
    } catch (const error& failure) {
        return failed_reading(taken, from.name(), failure.what(), failure.retryable());
    } catch (const std::exception& failure) {
        return failed_reading(taken, from.name(), failure.what(), /*retryable=*/false);
    } catch (...) {
        return failed_reading(taken, from.name(), "cannot be read", /*retryable=*/false);
    }
}

std::chrono::milliseconds pause_after(const reading& last, std::chrono::milliseconds period,
                                      unsigned failures_in_row) {
    if (!last.failed) return period;
    auto pause = failure_pause_min;
    if (!last.retryable)
        for (unsigned i = 1; i < failures_in_row && pause < failure_pause_max; ++i) pause *= 2;
    return std::max(period, std::min(pause, failure_pause_max));
}

void keep_reading(signal& from, const clock_source& clock, const std::stop_token& stop,
                  const std::function<void(reading)>& hand_on) {
    unsigned failures_in_row = 0;
    while (!stop.stop_requested()) {
        auto last = take_reading(from, clock);
        failures_in_row = last.failed ? failures_in_row + 1 : 0;
        const auto pause = pause_after(last, from.period(), failures_in_row);
        hand_on(std::move(last));
        pause_for(pause, stop);
    }
}

}  // namespace segue::throttle
