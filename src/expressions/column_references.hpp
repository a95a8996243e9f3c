#pragma once

#include "src/schema/table_definition.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::expressions {

/// A place in an expression that may name a column: `a`, t.a, or s.t.a.
struct column_reference {
    std::size_t offset = 0;  ///< Of its first byte.
    std::size_t length = 0;
    std::string column;  ///< As the table has it.
    std::string
        written;  ///< As it stands there, without quotes: in other letters of the same name.
};

/// The places, in order, at which a name of a column of `table` stands, and no bracket behind it,
/// which would make a function of it. Some of them may be words of SQL (DAY in INTERVAL 1 DAY,
/// where a column is called so): only the server knows. Throws segue::error where a name stands
/// behind that of another table, which the server would not mind in a generated column. Pure.
std::vector<column_reference> references_in(std::string_view expression,
                                            const schema::table_definition& table);

/// The expression with these of its references written as the column's name in quotes, in the
/// letters that it has there, behind `prefix` ("NEW."). They are in order. Pure.
std::string prefixed(std::string_view expression, std::span<const column_reference> references,
                     std::string_view prefix);

/// The same, each written as `schema`.`table`.`column`. Pure.
std::string qualified(std::string_view expression, std::span<const column_reference> references,
                      const table_name& table);

}  // namespace segue::expressions
