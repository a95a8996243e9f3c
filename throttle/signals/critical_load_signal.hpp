#pragma once

#include "src/base/clock.hpp"
#include "throttle/critical_load.hpp"
#include "throttle/outage_notice.hpp"
#include "throttle/pace.hpp"
#include "throttle/signal.hpp"
#include "throttle/signals/reading_session.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace segue::throttle {

/// Ends the run, or has it hibernate, when a server's status variables reach their limits
/// (--critical-load). A load that cannot be read throttles, and ends nothing.
class critical_load_signal final : public signal {
  public:
    /// The limits are `pace`'s of the moment; without any it asks nothing. `pace` and `clock`
    /// outlive it.
    critical_load_signal(const wire::connection_options& server, const live_pace& pace,
                         critical_load_settings with, const clock_source& clock);

    /// The names of the variables that it began with, with commas; "critical-load" without any.
    std::string_view name() const noexcept override { return name_; }
    signal_rank rank() const noexcept override { return signal_rank::hibernation; }
    std::chrono::milliseconds period() const noexcept override { return period_; }
    /// Why to throttle, as of any signal. Throws must_end where the run has to end.
    std::optional<std::string> evaluate() override;

  private:
    const live_pace& pace_;
    const std::string name_;
    const std::chrono::milliseconds period_;
    const clock_source& clock_;
    reading_session session_;
    outage_notice outage_{"--critical-load"};
    critical_load load_;
};

}  // namespace segue::throttle
