#pragma once

#include "src/schema/row_key.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Table definitions as the server would tell them, for the tests of this folder.
namespace segue::schema {

/// A NOT NULL column without a DEFAULT; `type` as in SHOW CREATE TABLE.
inline column typed(const std::string& name, const std::string& type) {
    column made;
    made.name = name;
    made.column_type = type;
    made.data_type = type.substr(0, type.find_first_of("( "));
    return made;
}

inline column text(const std::string& name, const std::string& type, const std::string& collation) {
    column made = typed(name, type);
    made.collation = collation;
    return made;
}

inline column nullable(column made) {
    made.nullable = true;
    return made;
}

inline index unique(const std::string& name, const std::vector<std::string>& columns) {
    index made;
    made.name = name;
    made.unique = true;
    for (const std::string& column_name : columns) made.parts.push_back({.column = column_name});
    return made;
}

inline index primary(const std::vector<std::string>& columns) {
    return unique("PRIMARY", columns);
}

inline table_definition table_of(const std::string& name, std::vector<column> columns,
                                 std::vector<index> indexes) {
    table_definition made;
    made.name = {"s", name};
    made.table_type = "BASE TABLE";
    made.engine = "InnoDB";
    for (column& one : columns) one.ordinal = static_cast<unsigned>(&one - columns.data());
    made.columns = std::move(columns);
    made.indexes = std::move(indexes);
    return made;
}

/// Every column of the new table carries on the one of its name, but for those listed here.
struct renamed {
    std::string target;
    std::optional<std::string> source;  ///< nullopt: a new column.
};
inline source_of sources(std::vector<renamed> exceptions = {}) {
    return [exceptions =
                std::move(exceptions)](std::string_view target) -> std::optional<std::string> {
        for (const renamed& one : exceptions)
            if (one.target == target) return one.source;
        return std::string(target);
    };
}

}  // namespace segue::schema
