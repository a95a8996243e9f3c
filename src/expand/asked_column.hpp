#pragma once

#include "src/expand/task.hpp"

#include <string>
#include <string_view>

/// The new column, as an operator names it. Pure.
namespace segue::expand {

/// The name, and what follows it.
struct asked_column {
    std::string name;
    std::string definition;
};

/// Reads --column: "full_name VARCHAR(255) NOT NULL". Throws segue::error where it names no column,
/// or asks for more than the kind of its values, whether they may be NULL, a default, and a
/// comment.
asked_column parse_column(std::string_view text);

/// What --rename OLD=NEW stands for. Throws segue::error.
struct asked_rename {
    std::string from;
    std::string to;
};
asked_rename parse_rename(std::string_view text);

/// The definition that the column has as long as both names live: as this line of SHOW CREATE
/// TABLE, which begins with the column's name, with another name, NULL where nothing is given, and
/// INVISIBLE. Throws segue::error where the line cannot be read.
std::string definition_meanwhile(std::string_view line, const std::string& name);

/// The literal behind DEFAULT in such a line; empty: there is none, or it is NULL.
std::string default_literal(std::string_view line);

}  // namespace segue::expand
