#pragma once

#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"

#include <string>

namespace segue::expressions {

/// What of an expression depends on the day on which it is computed. The server makes a date of a
/// TIME by the current one, also where nobody asks for that: in a comparison with a DATETIME, or
/// where a TIME becomes the value of a DATETIME column.
/// https://dev.mysql.com/doc/refman/8.4/en/date-and-time-type-conversion.html
struct day_dependence {
    bool value = false;      ///< Its value does,
    bool as_a_date = false;  ///< or what a column with a date makes of that: it is a TIME.
};

/// Has the server compute it twice, as of two days that are decades apart, for a row of values that
/// are not NULL. `over_twin`: the expression over columns of `twin`, an empty table with those of
/// `source`, which is empty again afterwards. What only some values of a row lead to may not be
/// seen. Errors: where no such row can be made, or the expression has no value for it, nothing
/// depends; else as sessions do.
day_dependence look_for_the_day(db::session& session, const schema::table_definition& source,
                                const table_name& twin, const std::string& over_twin);

}  // namespace segue::expressions
