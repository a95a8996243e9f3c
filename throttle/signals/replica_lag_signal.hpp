#pragma once

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "throttle/pace.hpp"
#include "throttle/signal.hpp"
#include "throttle/signals/reading_session.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace segue::throttle {

/// The reason to throttle, if any, when a replica holds this heartbeat at `now`.
/// Throws segue::error when it is NULL or no heartbeat, or lies in the future by more than a
/// second: then this machine's clock was set back, and the difference tells nothing.
/// `replica`: as the reason names it; empty for the server that the stream comes from.
std::optional<std::string> lag_reason(std::string_view replica, const db::value& heartbeat,
                                      std::chrono::system_clock::time_point now,
                                      std::chrono::milliseconds lag_max);

/// Throttles while a replica lags behind by more than a limit (--throttle-control-replicas,
/// --max-lag-millis), by the heartbeat that the migration writes on the primary. Replication that
/// stands still, or leaves the table out, shows as a lag that grows. That it cannot be read, why,
/// and that it can be again, is told by a warning; a table that is not there yet only when it has
/// not come for longer than the limit.
class replica_lag_signal final : public signal {
  public:
    /// What helps where reading it fails by what the server says of the table or the account: whole
    /// sentences; empty where the failure says it all. Throws segue::error.
    using advice = std::function<std::string(db::session&, const error&)>;

    struct settings {
        table_name changelog;
        std::chrono::milliseconds heartbeat_interval;
        /// own_lag: of the replica that the stream comes from.
        signal_rank rank = signal_rank::control_replica;
        advice what_helps = {};  ///< Empty: nothing is known to help.
    };
    /// The limit is `pace`'s of the moment. `pace` outlives it.
    replica_lag_signal(const wire::connection_options& replica, const live_pace& pace,
                       settings with);

    /// host:port of the replica.
    std::string_view name() const noexcept override { return name_; }
    signal_rank rank() const noexcept override { return settings_.rank; }
    /// The heartbeat's interval, but 100 ms at least.
    std::chrono::milliseconds period() const noexcept override;
    std::optional<std::string> evaluate() override;

  private:
    std::optional<std::string> read();
    void tell_failure(const error& failure);
    std::string what_helps(const error& failure);
    void tell_again_readable();

    const live_pace& pace_;
    const settings settings_;
    const std::string name_;
    const std::string sql_;
    reading_session session_;
    std::string told_;  ///< Of the failure that began this outage; empty: there is none.
    std::optional<std::chrono::steady_clock::time_point> missing_since_;
};

}  // namespace segue::throttle
