#include "throttle/critical_load_signal.hpp"

#include "src/base/log.hpp"

#include <algorithm>
#include <utility>

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
                                           critical_load_settings with, const clock_source& clock)
    : with_(std::move(with)),
      name_(names_of(with_.limits)),
      sql_(status_query(with_.limits)),
      period_(period_for(with_)),
      clock_(clock),
      session_(server, reading_session::server_identity::fixed),
      load_(with_) {}

std::optional<std::string> critical_load_signal::evaluate() {
    if (load_.look_is_due(clock_.now())) {
        const auto reached = first_reached(with_.limits, session_.query(sql_));
        const auto told = load_.looked(reached, clock_.now(), std::chrono::system_clock::now());
        if (!told.empty()) log::error("{}", told);
    }
    return load_.reason();
}

}  // namespace segue::throttle
