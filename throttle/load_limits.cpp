#include "throttle/load_limits.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/base/table_name.hpp"

#include <algorithm>
#include <string_view>
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

const db::value* find_value(const std::string& variable, const std::vector<db::row>& status) {
    for (const auto& row : status)
        if (row.size() == 2 && row[0] && same_name(*row[0], variable)) return &row[1];
    return nullptr;
}

error no_such_variable(const std::string& variable) {
    return error(fmt::format("the server has no status variable {}", variable));
}

const db::value& value_of(const std::string& variable, const std::vector<db::row>& status) {
    const auto* found = find_value(variable, status);
    if (found == nullptr) throw no_such_variable(variable);
    return *found;
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

std::optional<limit_reached> first_reached(const std::vector<load_limit>& limits,
                                           const std::vector<db::row>& status) {
    for (const auto& one : limits) {
        const auto value = db::to_uint64(value_of(one.variable, status), one.variable);
        if (std::cmp_greater_equal(value, one.limit))
            return limit_reached{.which = one, .value = value};
    }
    return std::nullopt;
}

std::vector<unreadable_limit> unreadable_limits(const std::vector<load_limit>& limits,
                                                const std::vector<db::row>& status) {
    constexpr std::size_t nearest_max = 3;
    std::vector<std::string> names;
    for (const auto& row : status)
        if (!row.empty() && row[0]) names.push_back(*row[0]);
    std::vector<unreadable_limit> found;
    for (const auto& one : limits) {
        const auto* value = find_value(one.variable, status);
        if (value == nullptr) {
            found.push_back({.variable = one.variable,
                             .why = no_such_variable(one.variable).what(),
                             .nearest = nearest_names(one.variable, names, nearest_max)});
            continue;
        }
        try {
            static_cast<void>(db::to_uint64(*value, one.variable));
        } catch (const error& failure) {
            found.push_back({.variable = one.variable, .why = failure.what(), .nearest = {}});
        }
    }
    return found;
}

std::string status_query(const std::vector<load_limit>& limits) {
    require(!limits.empty(), "a load has limits");
    return fmt::format(
        "SHOW GLOBAL STATUS WHERE Variable_name IN ({})",
        joined(limits, ", ", [](const std::string& variable) { return quoted_literal(variable); }));
}

std::string names_of(const std::vector<load_limit>& limits, std::string_view flag) {
    if (limits.empty()) return std::string(flag);
    return fmt::format("{} {}", flag,
                       joined(limits, ",", [](const std::string& variable) { return variable; }));
}

}  // namespace segue::throttle
