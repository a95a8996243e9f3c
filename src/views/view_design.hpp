#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/schema/table_definition.hpp"
#include "src/views/column_map.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::views {

/// A column of a view, and the table's column that it is made from.
struct view_column {
    std::string name;
    std::string made_from;
    bool operator==(const view_column&) const = default;
};

/// Which columns a view over a table has, in their order.
struct view_design {
    std::vector<view_column> columns;
    std::vector<refusal> refusals;     ///< Why it could not be written through.
    std::vector<std::string> notices;  ///< A sentence each.
};

/// A view over the table in which the names of `maps` live on. Each column of the table has its
/// place, under its own name or that of its map; left out are those whose name another column has
/// taken, which stands in their place, and invisible ones that no map names. The AUTO_INCREMENT
/// column is never left out. Pure.
view_design design_view(const schema::table_definition& table, std::span<const column_map> maps);

/// Whether a row can be inserted that gives the column no value. Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html
bool may_be_left_out(const schema::column& one);

/// The SELECT of the view, letter for letter as the server keeps and prints it
/// (information_schema.VIEWS.VIEW_DEFINITION). Pure.
/// https://dev.mysql.com/doc/refman/8.4/en/information-schema-views-table.html
std::string select_of(const table_name& table, std::span<const view_column> columns);

/// The columns of a text of select_of(); nullopt for another text. Pure.
std::optional<std::vector<view_column>> columns_in(std::string_view select);

/// What one has that the other has not, as "`name` is made from `full_name`, and was from `name`".
/// Pure.
std::vector<std::string> changes_between(std::span<const view_column> before,
                                         std::span<const view_column> now);

}  // namespace segue::views
