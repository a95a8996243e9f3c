#include "throttle/load_signal.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::throttle {
namespace {

// Names of status variables are ASCII.
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

const db::value& value_of(const std::string& variable, const std::vector<db::row>& status) {
    for (const auto& row : status)
        if (row.size() == 2 && row[0] && same_name(*row[0], variable)) return row[1];
    throw error(fmt::format("the server has no status variable {}", variable));
}

template <typename Print>
std::string joined(const std::vector<load_limit>& limits, std::string_view between, Print print) {
    std::string all;
    for (const auto& limit : limits) {
        if (!all.empty()) all += between;
        all += print(limit.variable);
    }
    return all;
}

}  // namespace

std::optional<std::string> load_reason(const std::vector<load_limit>& limits,
                                       const std::vector<db::row>& status) {
    for (const auto& [variable, limit] : limits) {
        const auto value = db::to_uint64(value_of(variable, status), variable);
        if (std::cmp_greater_equal(value, limit))
            return fmt::format("max-load {}={} >= {}", variable, value, limit);
    }
    return std::nullopt;
}

load_signal::load_signal(const wire::connection_options& server, std::vector<load_limit> limits)
    : limits_(std::move(limits)),
      name_(joined(limits_, ",", [](const std::string& variable) { return variable; })),
      sql_(fmt::format(
          "SHOW GLOBAL STATUS WHERE Variable_name IN ({})",
          joined(limits_, ", ",
                 [](const std::string& variable) { return quoted_literal(variable); }))),
      session_(server, reading_session::server_identity::fixed) {
    require(!limits_.empty(), "a load signal has limits");
}

std::optional<std::string> load_signal::evaluate() {
    return load_reason(limits_, session_.query(sql_));
}

}  // namespace segue::throttle
