#include "src/schema/set_column.hpp"

#include "src/base/nearest_names.hpp"
#include "src/base/table_name.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::schema {
namespace {

bool has_date(const column& of) {
    return of.data_type == "date" || of.data_type == "datetime" || of.data_type == "timestamp" ||
           of.data_type == "year";
}

}  // namespace

std::vector<refusal> obstacles_to_setting(std::span<const set_column> sets,
                                          const table_definition& target, set_table is) {
    const bool anew = is == set_table::made_anew;
    std::vector<refusal> found;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        const std::string name = quoted_name(sets[i].target);
        const column* const to = target.find_column(sets[i].target);
        if (find_set(sets.first(i), sets[i].target) != nullptr)
            found.push_back({fmt::format("{} is set twice", name), "Leave one of the two out."});
        else if (to == nullptr)
            found.push_back({fmt::format("{} has no column {}",
                                         anew ? "the new table" : target.name.quoted(), name),
                             did_you_mean(sets[i].target, target.column_names()) +
                                 (anew ? "A new one is added by the ALTER: ADD COLUMN."
                                       : "Add it first, by a migration or an ALTER TABLE.")});
        else if (to->generated)
            found.push_back({fmt::format("{} is a generated column: the server computes it", name),
                             "Set the columns that it reads, or change its expression."});
        else if (sets[i].is_time && sets[i].deterministic && has_date(*to))
            found.push_back(
                {fmt::format("{} would get the date of the day on which a row is carried over, as "
                             "{} is a TIME",
                             name, sets[i].asked),
                 "Give it a date, as TIMESTAMP('2000-01-01', t) does. With "
                 "--allow-nondeterministic it is taken as it is, and verification leaves the "
                 "column "
                 "out."});
        else if (to->auto_increment)
            found.push_back({fmt::format("{} is AUTO_INCREMENT, which has its rows numbered", name),
                             "Set another column."});
    }
    return found;
}

const set_column* find_set(std::span<const set_column> sets, std::string_view target_column) {
    const auto found = std::ranges::find_if(
        sets, [&](const set_column& one) { return sql::same_name(one.target, target_column); });
    return found == sets.end() ? nullptr : &*found;
}

}  // namespace segue::schema
