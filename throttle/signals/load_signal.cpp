#include "throttle/signals/load_signal.hpp"

#include <fmt/format.h>

namespace segue::throttle {

std::optional<std::string> load_reason(const std::vector<load_limit>& limits,
                                       const std::vector<db::row>& status) {
    const auto reached = first_reached(limits, status);
    if (!reached) return std::nullopt;
    return fmt::format("max-load {}={} >= {}", reached->which.variable, reached->value,
                       reached->which.limit);
}

load_signal::load_signal(const wire::connection_options& server, const live_pace& pace)
    : pace_(pace),
      name_(names_of(pace.snapshot().max_load, "max-load")),
      session_(server, reading_session::server_identity::fixed) {}

std::optional<std::string> load_signal::evaluate() {
    const auto limits = pace_.snapshot().max_load;
    if (limits.empty()) return std::nullopt;
    return outage_.watch([&] { return load_reason(limits, session_.query(status_query(limits))); });
}

}  // namespace segue::throttle
