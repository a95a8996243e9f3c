#pragma once

#include "src/base/clock.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"
#include "throttle/critical_load.hpp"
#include "throttle/load_limits.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace segue::throttle {

/// What the operator asked to be throttled by.
struct throttle_settings {
    std::vector<std::string> flag_files;  ///< Empty paths are left out.
    std::vector<load_limit> max_load;
    critical_load_settings critical_load = {};
    std::vector<wire::endpoint> control_replicas;
    /// The replica that the stream comes from, if it does: its lag counts too.
    std::optional<wire::connection_options> stream_replica = {};
    std::chrono::milliseconds lag_max{1500};  ///< Of each control replica.
    std::chrono::milliseconds heartbeat_interval{100};
};

/// The signals for a throttler. Does not block: nothing is read yet. The load is read on `primary`;
/// replicas are logged in to with its user, password and TLS options (or those of the stream's
/// replica), and hold `changelog`.
/// `clock` outlives them.
std::vector<std::unique_ptr<signal>> make_signals(const throttle_settings& settings,
                                                  const wire::connection_options& primary,
                                                  const table_name& changelog,
                                                  const clock_source& clock);

}  // namespace segue::throttle
