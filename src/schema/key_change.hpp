#pragma once

#include "src/schema/key_column.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>

namespace segue::schema {

/// What stands in the way of an index, a column or a key; nothing if it serves.
using obstacle = std::optional<std::string>;

/// Notes in `of`, which read_key_column() made of `from`, how `to` in the new table holds its
/// values. An obstacle where a row of the new table could not be found by its value in the
/// original: where two values that differ in the original may have the same bytes, or members, or
/// digits, in the new table. Where two of them are only equal there (another collation) the column
/// serves, by_bytes; that values fit is the server's to say.
obstacle carry_into_target(key_column& of, const column& from, const column& to);

}  // namespace segue::schema
