#pragma once

#include "src/base/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace segue::throttle {

/// Thrown by signal::evaluate(): its one failure that ends the run.
class must_end : public error {
  public:
    using error::error;
};

/// Of several reasons to throttle, the one of the first rank is told; within a rank, that of the
/// signal that was given first. gh-ost's order.
enum class signal_rank {
    hibernation,
    operators,  ///< The operator's command, then flag files.
    general,    ///< max-load, throttle-query, in this order.
    http,
    own_lag,
    control_replica
};

/// One thing that may ask copying to pause.
/// Threads: evaluate() is called, and the signal destroyed, by one thread of the throttler's; the
/// other functions return the same from construction on and may be called from any.
class signal {
  public:
    virtual ~signal() = default;

    /// Names it in reasons: `<name> <error>`.
    virtual std::string_view name() const noexcept = 0;
    virtual signal_rank rank() const noexcept = 0;
    /// The time from the end of one evaluation to the next.
    virtual std::chrono::milliseconds period() const noexcept = 0;

    /// nullopt: all is well; else the reason to throttle, as the status line shows it.
    /// Errors: anything thrown but must_end means that it could not be read, and so throttles; see
    /// pause_after() for when it is tried again. Blocks for a few seconds at the most.
    virtual std::optional<std::string> evaluate() = 0;
};

}  // namespace segue::throttle
