#pragma once

#include "src/base/refusal.hpp"
#include "src/schema/table_definition.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// A column of the target whose value is asked for by an expression over the source row, in place
/// of what ALTER TABLE would give it.
struct set_column {
    std::string target;              ///< As written.
    std::string asked;               ///< The expression as written, for messages.
    std::string expression;          ///< As projected_column::expression.
    std::vector<std::string> reads;  ///< Columns of the source.
    bool deterministic = true;       ///< The same whenever it is computed for a row.
    bool is_time = false;            ///< A TIME: a column with a date makes the current one of it.
};

/// What the table is whose columns are set, for messages.
enum class set_table {
    made_anew,  ///< The new table, which an ALTER makes.
    in_place    ///< The table itself, as it is.
};

/// Why columns of `target` cannot be set: they are not there, stand twice, or get their value from
/// the server. Pure.
std::vector<refusal> obstacles_to_setting(std::span<const set_column> sets,
                                          const table_definition& target,
                                          set_table is = set_table::made_anew);

/// The one of this name; nullptr: there is none.
const set_column* find_set(std::span<const set_column> sets, std::string_view target_column);

}  // namespace segue::schema
