#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace segue::views {

/// A name that lives on in a view, and the column that it is made from.
struct column_map {
    std::optional<std::string> table;  ///< Unset: of the one table that is asked for.
    std::string name;                  ///< In the view, without quotes, as written.
    std::string made_from;             ///< In the table, without quotes, as written.

    /// "`users`.`name`=`full_name`", as messages have it.
    std::string text() const;
};

/// Reads "users.name=full_name", or "name=full_name": what a column is made from stands right of
/// the =. Names stand in backticks or not. Throws segue::error with a remedy. Pure.
column_map parse_column_map(std::string_view text);

}  // namespace segue::views
