#pragma once

#include "src/schema/set_column.hpp"
#include "src/schema/table_definition.hpp"

#include <string>

namespace segue::backfill {

/// A condition that is true of every row in which assigning `expression` to the column would change
/// its bytes, or fail; where it is false or NULL, it is certain that nothing would change. It may
/// be true of a row that stays as it is, where no expression tells what an assignment makes of the
/// value. `name`: the column, as the statement names it. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/type-conversion.html
std::string may_change(const schema::column& of, const std::string& name,
                       const std::string& expression);

/// The same of a set of the table's column, named so in the statement: exactly what differs, where
/// the expression is another column of the same type alone. Pure.
std::string may_change(const schema::set_column& set, const schema::table_definition& table,
                       const std::string& name);

/// Whether a value of the set's expression may be assigned otherwise than its text is: an ENUM, SET
/// or BIT counts as a number for a column of numbers, and so does a literal in hexadecimal or
/// binary digits. No condition is certain then. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/hexadecimal-literals.html
bool is_more_than_its_text(const schema::set_column& set, const schema::table_definition& table);

}  // namespace segue::backfill
