#pragma once

#include "src/sql/sql_tokenizer.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace segue::sql {

/// What the text of a column's definition says, as far as Segue must know it before the server
/// does.
struct column_definition {
    bool auto_increment = false;
    bool primary_key = false;
    bool references = false;                  ///< An inline foreign key.
    std::vector<sql_token> constraint_names;  ///< Of its CHECK constraints, those that have one.
    std::optional<std::string> unknown_word;  ///< The first attribute that is not on the list.
};

/// Reads what follows the column's name: type, attributes, FIRST or AFTER.
column_definition read_column_definition(std::span<const sql_token> tokens);

}  // namespace segue::sql
