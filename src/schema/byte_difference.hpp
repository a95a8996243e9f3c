#pragma once

#include "src/schema/table_definition.hpp"

#include <string>

namespace segue::schema {

/// A condition, never NULL, that is true where two values of the column's own type, charset among
/// it, are kept in other bytes, whatever their collation says of them; NULL is a value like any
/// other. `a`, `b`: expressions, which stand in it several times. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/cast-functions.html#function_cast
std::string differ_as_bytes(const column& of, const std::string& a, const std::string& b);

}  // namespace segue::schema
