#pragma once

#include "src/db/session.hpp"
#include "throttle/load_limits.hpp"
#include "throttle/outage_notice.hpp"
#include "throttle/pace.hpp"
#include "throttle/signal.hpp"
#include "throttle/signals/reading_session.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::throttle {

/// The reason to throttle, if any: that of the first limit reached. Throws as first_reached().
std::optional<std::string> load_reason(const std::vector<load_limit>& limits,
                                       const std::vector<db::row>& status);

/// Throttles while a server's status variables reach their limits (--max-load).
/// Read once a second, as gh-ost does: the server adds up the counters of all its sessions for it.
class load_signal final : public signal {
  public:
    /// The limits are `pace`'s of the moment; without any it asks nothing. `pace` outlives it.
    load_signal(const wire::connection_options& server, const live_pace& pace);

    /// The names of the variables that it began with, with commas; "max-load" without any.
    std::string_view name() const noexcept override { return name_; }
    signal_rank rank() const noexcept override { return signal_rank::general; }
    std::chrono::milliseconds period() const noexcept override { return std::chrono::seconds(1); }
    std::optional<std::string> evaluate() override;

  private:
    const live_pace& pace_;
    const std::string name_;
    reading_session session_;
    outage_notice outage_{"--max-load"};
};

}  // namespace segue::throttle
