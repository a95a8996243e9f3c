#pragma once

#include "src/base/refusal.hpp"
#include "src/schema/row_key.hpp"
#include "src/schema/set_column.hpp"
#include "src/schema/table_definition.hpp"

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Which values depend on which, where columns of a table are set from others of the same row.
/// Pure.
namespace segue::backfill {

/// The columns whose values may change where these are written: they themselves, and generated ones
/// that read such a column, or may.
std::set<std::string> changed_with(std::span<const std::string> written,
                                   const schema::table_definition& table);

/// Columns of a key that would be set, and expressions that read what another one writes: what came
/// of these would depend on the order of assignments.
/// https://dev.mysql.com/doc/refman/8.4/en/update.html
std::vector<refusal> obstacles_in(std::span<const schema::set_column> sets,
                                  const schema::table_definition& table,
                                  const schema::row_key& key);

/// Values that differ each time, where no condition says which rows want one.
std::vector<refusal> obstacles_to_differing(std::span<const schema::set_column> sets,
                                            const schema::table_definition& table,
                                            std::string_view where, bool has_where);

/// Whether an expression reads the column that it sets, itself or over a generated column; or one
/// that sets itself with each update, where that is let (`touch`).
bool reads_what_it_writes(std::span<const schema::set_column> sets,
                          const schema::table_definition& table, bool touch);

}  // namespace segue::backfill
