#include "src/expressions/day_dependence.hpp"

#include "src/base/error.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::expressions {
namespace {

struct sample {
    std::string_view data_type;
    std::string_view value;
};
// The dates lie between the two days.
constexpr std::array samples{sample{"time", "'10:11:12'"},
                             sample{"date", "'2000-06-15'"},
                             sample{"datetime", "'2000-06-15 12:00:00'"},
                             sample{"timestamp", "'2000-06-15 12:00:00'"},
                             sample{"year", "2000"},
                             sample{"json", "'1'"},
                             sample{"varchar", "'1'"},
                             sample{"char", "'1'"},
                             sample{"text", "'1'"},
                             sample{"int", "1"},
                             sample{"bigint", "1"},
                             sample{"smallint", "1"},
                             sample{"mediumint", "1"},
                             sample{"tinyint", "1"},
                             sample{"decimal", "1"},
                             sample{"double", "1"},
                             sample{"float", "1"}};
constexpr std::array days{"86400*400", "86400*24000"};

// As many columns as have a sample; the others get what the server gives.
std::string one_row(const schema::table_definition& source, const table_name& twin) {
    std::vector<std::string> names;
    std::vector<std::string_view> values;
    for (const schema::column& one : source.columns)
        for (const sample& of : samples)
            if (!one.generated && one.data_type == of.data_type) {
                names.push_back(quoted_name(one.name));
                values.push_back(of.value);
            }
    return fmt::format("INSERT IGNORE INTO {} ({}) VALUES ({})", twin.quoted(),
                       fmt::join(names, ", "), fmt::join(values, ", "));
}

// Its value, and what a DATETIME makes of that; nullopt: it has none.
std::optional<db::row> computed(db::session& session, const table_name& twin,
                                const std::string& expression, std::string_view day) {
    session.execute(fmt::format("SET SESSION timestamp={}", day));
    try {
        auto found = session.query(fmt::format("SELECT HEX({0}), CAST({0} AS DATETIME(6)) FROM {1}",
                                               expression, twin.quoted()));
        session.execute("SET SESSION timestamp=DEFAULT");
        if (found.empty()) return std::nullopt;
        return std::move(found.front());
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        session.execute("SET SESSION timestamp=DEFAULT");
        return std::nullopt;
    }
}

}  // namespace

day_dependence look_for_the_day(db::session& session, const schema::table_definition& source,
                                const table_name& twin, const std::string& over_twin) {
    try {
        session.execute(one_row(source, twin));
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return {};
    }
    const auto early = computed(session, twin, over_twin, days.front());
    const auto late = computed(session, twin, over_twin, days.back());
    session.execute(fmt::format("DELETE FROM {}", twin.quoted()));
    if (!early || !late) return {};
    const bool value = (*early)[0] != (*late)[0];
    return {.value = value, .as_a_date = value || (*early)[1] != (*late)[1]};
}

}  // namespace segue::expressions
