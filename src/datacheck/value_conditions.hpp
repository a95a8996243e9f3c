#pragma once

#include "src/schema/table_definition.hpp"

#include <string>
#include <vector>

namespace segue::datacheck {

/// What of a column's values its new type may refuse.
struct value_condition {
    std::string sql;  ///< True, in a SELECT, for the values that are meant.
    /// Whether all of these are refused. Else it is for the server to say, of each.
    bool exact = false;
};

struct value_conditions {
    std::vector<value_condition> conditions;
    /// Whether no other value is refused, but for rounding at the edge of a range.
    bool complete = true;
};

/// The conditions under which a value of `from`, called `name` in SQL, may not become one of `to`.
/// None, and `complete`: every value fits. Conditions fail for no value, at worst they warn. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/data-types.html
value_conditions conditions_of(const schema::column& from, const schema::column& to,
                               const std::string& name);

}  // namespace segue::datacheck
