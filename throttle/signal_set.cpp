#include "throttle/signal_set.hpp"

#include "src/wire/login_failure.hpp"
#include "throttle/critical_load_signal.hpp"
#include "throttle/flag_file_signal.hpp"
#include "throttle/load_signal.hpp"
#include "throttle/replica_lag_signal.hpp"

namespace segue::throttle {

std::vector<std::unique_ptr<signal>> make_signals(const throttle_settings& settings,
                                                  const wire::connection_options& primary,
                                                  const table_name& changelog,
                                                  const clock_source& clock) {
    std::vector<std::unique_ptr<signal>> signals;

    if (!settings.critical_load.limits.empty())
        signals.push_back(
            std::make_unique<critical_load_signal>(primary, settings.critical_load, clock));

    std::vector<std::string> paths;
    for (const auto& path : settings.flag_files)
        if (!path.empty()) paths.push_back(path);
    if (!paths.empty()) signals.push_back(std::make_unique<flag_file_signal>(paths));

    if (!settings.max_load.empty())
        signals.push_back(std::make_unique<load_signal>(primary, settings.max_load));

    const replica_lag_signal::settings lag{.changelog = changelog,
                                           .lag_max = settings.lag_max,
                                           .heartbeat_interval = settings.heartbeat_interval};
    if (settings.stream_replica) {
        auto own = lag;
        own.rank = signal_rank::own_lag;
        signals.push_back(std::make_unique<replica_lag_signal>(*settings.stream_replica, own));
    }
    for (const auto& endpoint : settings.control_replicas) {
        auto replica = settings.stream_replica.value_or(primary);
        replica.server = endpoint;
        wire::given_by(endpoint, "--throttle-control-replicas");
        signals.push_back(std::make_unique<replica_lag_signal>(replica, lag));
    }
    return signals;
}

}  // namespace segue::throttle
