#pragma once

#include "src/base/table_name.hpp"
#include "src/schema/table_definition.hpp"

#include <string>
#include <string_view>

namespace segue::schema {

/// A column's line in SHOW CREATE TABLE, from its name on and without the comma at its end; empty:
/// there is none. Points into the table's text.
inline std::string_view column_line(const table_definition& table, const std::string& column_name) {
    constexpr std::string_view indent = "\n  ";
    const std::string_view text = table.create_statement;
    const std::size_t start = text.find(std::string(indent) + quoted_name(column_name) + " ");
    if (start == text.npos) return {};
    std::string_view line = text.substr(start + indent.size());
    line = line.substr(0, line.find('\n'));
    if (line.ends_with(',')) line.remove_suffix(1);
    return line;
}

}  // namespace segue::schema
