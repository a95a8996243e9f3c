#include "throttle/signals/signal_set.hpp"

#include "src/wire/login_failure.hpp"
#include "throttle/signals/command_signal.hpp"
#include "throttle/signals/control_replicas_signal.hpp"
#include "throttle/signals/critical_load_signal.hpp"
#include "throttle/signals/flag_file_signal.hpp"
#include "throttle/signals/load_signal.hpp"
#include "throttle/signals/query_signal.hpp"

namespace segue::throttle {

std::vector<std::unique_ptr<signal>> make_signals(const throttle_settings& settings,
                                                  const signal_surroundings& around) {
    std::vector<std::unique_ptr<signal>> signals;
    signals.push_back(std::make_unique<critical_load_signal>(around.primary, around.pace,
                                                             settings.critical_load, around.clock));

    signals.push_back(std::make_unique<command_signal>(around.pace));

    std::vector<std::string> paths;
    for (const auto& path : {settings.flag_file, settings.additional_flag_file})
        if (!path.empty()) paths.push_back(path);
    if (!paths.empty()) signals.push_back(std::make_unique<flag_file_signal>(paths));

    signals.push_back(std::make_unique<load_signal>(around.primary, around.pace));
    signals.push_back(std::make_unique<query_signal>(around.primary, around.pace));
    signals.push_back(std::make_unique<http_signal>(around.pace, settings.http));

    const replica_lag_signal::settings lag{.changelog = around.changelog,
                                           .heartbeat_interval = around.heartbeat_interval,
                                           .what_helps = around.what_helps};
    if (around.stream_replica) {
        auto own = lag;
        own.rank = signal_rank::own_lag;
        signals.push_back(
            std::make_unique<replica_lag_signal>(*around.stream_replica, around.pace, own));
    }
    signals.push_back(std::make_unique<control_replicas_signal>(
        around.pace, around.clock,
        [&pace = around.pace, like = around.stream_replica.value_or(around.primary),
         lag](const wire::endpoint& endpoint) {
            auto replica = like;
            replica.server = endpoint;
            wire::given_by(endpoint, "--throttle-control-replicas");
            return std::make_unique<replica_lag_signal>(replica, pace, lag);
        }));
    return signals;
}

}  // namespace segue::throttle
