#pragma once

#include "src/base/clock.hpp"
#include "throttle/reading.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace segue::throttle {

/// A signal as the decision sees it.
struct watched_signal {
    std::string name;
    signal_rank rank = signal_rank::general;
    std::chrono::milliseconds period{0};
    std::optional<reading> last;  ///< nullopt: not yet read.
};

struct decision {
    bool throttled = false;
    bool first_reading_awaited = false;  ///< Throttled only as some signal was not read yet.
    bool hibernating = false;            ///< All that can wait must wait, not only copying.
    bool by_operator = false;            ///< By a command, or a flag file that is there.
    std::string reason;                  ///< Empty when not throttled.
    std::string by = {};                 ///< The name of the signal whose reason it is.
};

/// A reading that allowed copying is good for its signal's period and this long; then the signal
/// hangs, and throttles.
constexpr std::chrono::milliseconds reading_grace{1000};

/// Whether to throttle at `now`: yes, if any signal gave a reason, was not read yet, or was last
/// read too long ago. Without signals: no.
decision decide(std::span<const watched_signal> signals, clock_source::time_point now);

}  // namespace segue::throttle
