#pragma once

#include "src/base/clock.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"
#include "throttle/critical_load.hpp"
#include "throttle/pace.hpp"
#include "throttle/signal.hpp"
#include "throttle/signals/http_signal.hpp"
#include "throttle/signals/replica_lag_signal.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace segue::throttle {

/// What the operator asked to be throttled by, beside the limits of a pace; const from the start.
struct throttle_settings {
    /// --throttle-flag-file, --throttle-additional-flag-file: copying waits while one is there.
    /// Empty paths (the default): none.
    std::string flag_file = {};
    std::string additional_flag_file = {};
    critical_load_settings critical_load = {};
    http_settings http = {};
};

/// Where signals look, and by what.
struct signal_surroundings {
    const live_pace& pace;
    wire::connection_options primary;
    /// The replica that the stream comes from, if it does: its lag counts too.
    std::optional<wire::connection_options> stream_replica = {};
    table_name changelog;
    std::chrono::milliseconds heartbeat_interval;  ///< In which the changelog is written.
    const clock_source& clock;
    replica_lag_signal::advice what_helps = {};  ///< Where a replica cannot be read.
};

/// The signals for a throttler. Does not block: nothing is read yet. The load is read on the
/// primary; replicas are logged in to with its user, password and TLS options (or those of the
/// stream's replica), and hold the changelog. The pace and the clock outlive them.
std::vector<std::unique_ptr<signal>> make_signals(const throttle_settings& settings,
                                                  const signal_surroundings& around);

}  // namespace segue::throttle
