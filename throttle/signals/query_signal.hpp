#pragma once

#include "src/db/session.hpp"
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

/// "throttle-query" where the first value of the answer is above zero. Throws segue::error for an
/// answer without rows, and for one that is neither a number nor NULL, which counts as zero.
std::optional<std::string> query_reason(const std::vector<db::row>& answer);

/// Throttles while a query of the operator's gives more than zero (--throttle-query). Asked once a
/// second, as gh-ost does.
class query_signal final : public signal {
  public:
    /// The query is `pace`'s of the moment; without one the server is not asked. `pace` outlives
    /// it.
    query_signal(const wire::connection_options& server, const live_pace& pace);

    std::string_view name() const noexcept override { return "throttle-query"; }
    signal_rank rank() const noexcept override { return signal_rank::general; }
    std::chrono::milliseconds period() const noexcept override { return std::chrono::seconds(1); }
    std::optional<std::string> evaluate() override;

  private:
    const live_pace& pace_;
    reading_session session_;
    outage_notice outage_{"--throttle-query"};
};

}  // namespace segue::throttle
