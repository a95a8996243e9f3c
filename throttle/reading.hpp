#pragma once

#include "src/base/clock.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::throttle {

/// What one evaluation of a signal told.
struct reading {
    clock_source::time_point taken;     ///< When the evaluation began.
    std::optional<std::string> reason;  ///< Why to throttle; nullopt: all was well.
    bool failed = false;                ///< The signal could not be read; then there is a reason.
    bool retryable = false;  ///< The failure is one after which trying again may well succeed.
};

/// Evaluates the signal. Throws must_end if evaluate() does; all else that it throws is a failed
/// reading.
reading take_reading(signal& from, const clock_source& clock);

/// The time from a reading to the next one. After a failure it is a second at least, and doubles up
/// to half a minute with each of `failures_in_row` (this one included) that is not retryable: a
/// login that is refused over and over makes a server block this host for everybody.
std::chrono::milliseconds pause_after(const reading& last, std::chrono::milliseconds period,
                                      unsigned failures_in_row);

/// Takes readings of the signal, at its pace, until it is asked to stop, and hands each one on.
/// Throws as take_reading() does, and `stopped`.
void keep_reading(signal& from, const clock_source& clock, const std::stop_token& stop,
                  const std::function<void(reading)>& hand_on);

}  // namespace segue::throttle
