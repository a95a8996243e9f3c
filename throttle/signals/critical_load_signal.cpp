#include "throttle/signals/critical_load_signal.hpp"

#include "src/base/log.hpp"

#include <algorithm>

namespace segue::throttle {
namespace {

using std::chrono::milliseconds;

// So that the second look comes in time.
milliseconds period_for(const critical_load_settings& with) {
    constexpr milliseconds least{100};
    constexpr milliseconds most = critical_load::look_interval;
    return with.look_again_after.count() == 0 ? most
                                              : std::clamp(with.look_again_after, least, most);
}

}  // namespace

critical_load_signal::critical_load_signal(const wire::connection_options& server,
                                           const live_pace& pace, critical_load_settings with,
                                           const clock_source& clock)
    : pace_(pace),
      name_(names_of(pace.snapshot().critical_load, "critical-load")),
      period_(period_for(with)),
      clock_(clock),
      session_(server, reading_session::server_identity::fixed),
      load_(with) {}

std::optional<std::string> critical_load_signal::evaluate() {
    if (load_.look_is_due(clock_.now())) {
        const auto limits = pace_.snapshot().critical_load;
        const auto reached = outage_.watch([&]() -> std::optional<limit_reached> {
            if (limits.empty()) return std::nullopt;
            return first_reached(limits, session_.query(status_query(limits)));
        });
        const auto told = load_.looked(reached, clock_.now(), std::chrono::system_clock::now());
        if (!told.empty()) log::error("{}", told);
    }
    return load_.reason();
}

}  // namespace segue::throttle
