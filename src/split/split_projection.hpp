#pragma once

#include "src/schema/projection.hpp"
#include "src/schema/row_key.hpp"
#include "src/schema/table_definition.hpp"
#include "src/split/columns.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::split {

/// How rows of the source become rows of the target.
struct projected {
    schema::projection how;
    std::string key_explanation;
    schema::table_definition compared_target;  ///< As plan::compared_target.
    std::vector<std::string> own_columns;      ///< As plan::own_columns.
};

/// `where`: as projection::where. Throws segue::error with refusals: columns that are not there, a
/// target without a key exactly over the mapped key, or one whose own columns could not be kept.
/// Pure.
projected project(const schema::table_definition& source, const schema::table_definition& target,
                  std::span<const mapped_column> columns, const std::string& where,
                  const schema::key_conditions& under, const schema::value_rules& rules);

}  // namespace segue::split
