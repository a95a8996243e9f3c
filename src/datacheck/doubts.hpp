#pragma once

#include "src/datacheck/value_conditions.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>
#include <vector>

/// What of the rows a new table may refuse.
namespace segue::datacheck {

/// A value of a column that may not fit into the new one.
struct value_doubt {
    std::string column;  ///< In the target.
    value_condition condition;
};

/// A unique index under which rows that are there may have one value.
struct unique_doubt {
    std::string index;  ///< In the target.
    /// In the source, in the index's order; and the expressions over them by which two are alike.
    std::vector<std::string> columns;
    std::vector<std::string> values;
    bool by_columns = true;  ///< Alike in the target is what is alike in the source.
    /// An index of the source that begins with these columns, in any order. Only where by_columns.
    std::optional<std::string> source_index;
};

struct doubts {
    std::vector<value_doubt> values;
    std::vector<unique_doubt> unique;
    /// What only rows that are tried can tell: "`c`", "its CHECK constraints". In words.
    std::vector<std::string> only_tried;

    bool none() const { return values.empty() && unique.empty() && only_tried.empty(); }
};

/// How columns of the source are named in SQL.
enum class column_names {
    bare,      ///< `c`
    qualified  ///< `s`.`t`.`c`
};

/// What rows of `source` may be refused for by `target`, which the projection fills: by what
/// differs between the two. Nothing differs: no doubts. Pure.
doubts doubts_of(const schema::table_definition& source, const schema::table_definition& target,
                 const schema::projection& by, column_names named);

}  // namespace segue::datacheck
