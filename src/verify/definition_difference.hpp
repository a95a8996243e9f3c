#pragma once

#include "src/schema/table_definition.hpp"

#include <string>
#include <vector>

namespace segue::verify {

/// In what a table differs from the definition that it is to have, a sentence for each line of SHOW
/// CREATE TABLE. Not compared are: the table's name, AUTO_INCREMENT, foreign keys, and the names of
/// CHECK constraints, which follow the table's. Pure.
std::vector<std::string> definition_differences(const schema::table_definition& wanted,
                                                const schema::table_definition& is);

}  // namespace segue::verify
