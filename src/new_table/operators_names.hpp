#pragma once

#include "src/base/table_name.hpp"
#include "src/schema/table_definition.hpp"

#include <map>
#include <string>
#include <string_view>

namespace segue::preflight {

/// Maps the names that something has in the new table, and in what the server says of it, to those
/// by which the operator knows it.
using operators_names = std::map<std::string, std::string>;

/// The operator's names for the new table, which is called `target.name`, and for its CHECK
/// constraints: the original's, and for constraints that the ALTER adds what they will be called.
operators_names operators_names_of(const schema::table_definition& original,
                                   const schema::table_definition& target,
                                   const migration_tables& tables);

/// The server's `words`, with names in single quotes, alone or before a dot, replaced, and names
/// that it gives to constraints without one: "Check
/// constraint '_t_gho_chk_1' is violated", "Duplicate entry '1' for key '_t_gho.b'". What is called
/// so for another reason is not told apart. Pure.
std::string in_operators_words(std::string_view words, const operators_names& names);

}  // namespace segue::preflight
