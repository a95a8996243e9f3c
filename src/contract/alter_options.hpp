#pragma once

#include "src/base/refusal.hpp"
#include "src/contract/task.hpp"
#include "src/schema/table_definition.hpp"

#include <string>
#include <string_view>
#include <vector>

/// By which ALTER TABLE one of two names goes. Pure. Why: docs/decisions/0031.
namespace segue::contract {

/// What it is made from.
struct alter_parts {
    const schema::table_definition& table;
    std::string goes;   ///< The column that is dropped,
    std::string stays;  ///< and the other one.
    /// How the one that stays is to be: what follows its name. Empty: it is left as it is.
    std::string definition;
    index_use indexes = index_use::refused;
};

/// The options of ALTER TABLE. Where the column that stays gets a definition, it also gets the
/// place of the one that goes, so that whoever counts columns counts as before.
std::string alter_options(const alter_parts& of);

/// What follows the name in a column's definition, as SHOW CREATE TABLE has it.
std::string definition_of(const schema::table_definition& table, const std::string& column);

/// The names of the indexes over the column, alone or with others.
std::vector<std::string> indexes_over(const schema::table_definition& table,
                                      const std::string& column);

/// Whether the text names the column, in quotes or not. What cannot be read does.
bool names_column(std::string_view text, std::string_view column);

}  // namespace segue::contract
