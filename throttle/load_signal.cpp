#include "throttle/load_signal.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::throttle {

std::optional<std::string> load_reason(const std::vector<load_limit>& limits,
                                       const std::vector<db::row>& status) {
    const auto reached = first_reached(limits, status);
    if (!reached) return std::nullopt;
    return fmt::format("max-load {}={} >= {}", reached->which.variable, reached->value,
                       reached->which.limit);
}

load_signal::load_signal(const wire::connection_options& server, std::vector<load_limit> limits)
    : limits_(std::move(limits)),
      name_(names_of(limits_)),
      sql_(status_query(limits_)),
      session_(server, reading_session::server_identity::fixed) {}

std::optional<std::string> load_signal::evaluate() {
    return load_reason(limits_, session_.query(sql_));
}

}  // namespace segue::throttle
