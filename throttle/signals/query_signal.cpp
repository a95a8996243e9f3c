#include "throttle/signals/query_signal.hpp"

#include "src/base/error.hpp"

#include <charconv>

#include <fmt/format.h>

namespace segue::throttle {

std::optional<std::string> query_reason(const std::vector<db::row>& answer) {
    if (answer.empty() || answer.front().empty())
        throw error("--throttle-query gives no value: it has to give a number");
    const auto& value = answer.front().front();
    if (!value) return std::nullopt;
    double number = 0;
    const auto read = std::from_chars(value->data(), value->data() + value->size(), number);
    if (read.ec != std::errc() || read.ptr != value->data() + value->size())
        throw error(fmt::format("--throttle-query gives '{}': it has to give a number", *value));
    return number > 0 ? std::optional<std::string>("throttle-query") : std::nullopt;
}

query_signal::query_signal(const wire::connection_options& server, const live_pace& pace)
    : pace_(pace), session_(server, reading_session::server_identity::fixed) {}

std::optional<std::string> query_signal::evaluate() {
    const auto query = pace_.snapshot().throttle_query;
    if (query.empty()) return std::nullopt;
    return outage_.watch([&] { return query_reason(session_.query(query)); });
}

}  // namespace segue::throttle
