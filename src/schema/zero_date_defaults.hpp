#pragma once

#include "src/base/refusal.hpp"
#include "src/schema/column_conversion.hpp"
#include "src/schema/row_key.hpp"
#include "src/schema/table_definition.hpp"

#include <vector>

namespace segue::schema {

/// Columns of the new table to which the ALTER gives a DEFAULT that is a zero date which `rules`
/// forbid: ALTER TABLE in a session of the server's own sql_mode would refuse it. One whose column
/// has such a default already is the operator's, and is let be. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_no_zero_date
std::vector<refusal> new_zero_date_defaults(const table_definition& original,
                                            const table_definition& target,
                                            const source_of& source_of_target,
                                            const conversion_rules& rules);

}  // namespace segue::schema
