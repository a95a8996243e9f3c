#pragma once

#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>
#include <vector>

namespace segue::verify {

/// How the values of one column of the target are compared. Both expressions hold no alias.
struct column_comparison {
    std::string target;  ///< The column's name.
    /// Over a row of each table: true where the target has the value, byte for byte, that copying
    /// the source's row gives; never NULL. Where types are converted it may be false although the
    /// value is right, as INSERT converts some values in a way that no expression has.
    std::string equal;
    /// Over the target's row: the value in a form in which different values differ.
    std::string value;
};

struct compared_columns {
    std::vector<column_comparison> columns;
    /// Columns of the target that are not compared, since the server computes them: "`c`: why".
    std::vector<std::string> left_out;
};

/// Compares what the projection writes, what it leaves to plain defaults, and generated columns
/// that both tables compute by the same definition, and from the same values. What is set by an
/// expression that differs each time is left out. Pure.
compared_columns compare_columns(const schema::projection& projection,
                                 const schema::table_definition& source,
                                 const schema::table_definition& target);

}  // namespace segue::verify
