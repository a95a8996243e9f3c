#include "src/schema/zero_date_defaults.hpp"

#include "src/base/table_name.hpp"

#include <string_view>

#include <fmt/format.h>

namespace segue::schema {
namespace {

// As the server prints dates: YYYY-MM-DD, and what else there is behind it.
bool is_forbidden(const column& of, const conversion_rules& rules) {
    constexpr std::size_t month_at = 5;
    constexpr std::size_t day_at = 8;
    constexpr std::size_t date_size = 10;
    const bool is_date =
        of.data_type == "date" || of.data_type == "datetime" || of.data_type == "timestamp";
    if (!is_date || of.default_is_expression || !of.default_text ||
        of.default_text->size() < date_size)
        return false;
    const std::string_view text = *of.default_text;
    if (text.starts_with("0000-00-00")) return rules.no_zero_date;
    const bool zero_in_it = text.substr(month_at, 2) == "00" || text.substr(day_at, 2) == "00";
    return zero_in_it && rules.no_zero_in_date;
}

}  // namespace

std::vector<refusal> new_zero_date_defaults(const table_definition& original,
                                            const table_definition& target,
                                            const source_of& source_of_target,
                                            const conversion_rules& rules) {
    std::vector<refusal> found;
    for (const column& to : target.columns) {
        if (!is_forbidden(to, rules)) continue;
        const auto source = source_of_target(to.name);
        const column* const from = source ? original.find_column(*source) : nullptr;
        if (from != nullptr && is_forbidden(*from, rules)) continue;
        found.push_back({fmt::format("the new default '{}' of {} is a zero date, which the "
                                     "server's sql_mode forbids (NO_ZERO_DATE, NO_ZERO_IN_DATE)",
                                     *to.default_text, quoted_name(to.name)),
                         "Give it another default, or say --allow-zero-in-date."});
    }
    return found;
}

}  // namespace segue::schema
