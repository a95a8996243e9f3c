#pragma once

#include "src/base/table_name.hpp"
#include "src/schema/table_definition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html
struct check_constraint {
    std::string name;
    std::string text;  ///< As SHOW CREATE TABLE prints it: "CHECK ((`a` > 0))".
    bool operator==(const check_constraint&) const = default;
};

/// Those of a table, in the order of SHOW CREATE TABLE.
std::vector<check_constraint> check_constraints_of(const table_definition& table);

/// The name that a constraint of `from` has when that table has been renamed `to`: the server
/// renames those that begin with the table's name and "_chk_".
std::string check_name_after_rename(std::string_view name, std::string_view from,
                                    std::string_view to);

/// What becomes of the name of one of the original's constraints.
struct check_name {
    std::string original;
    std::string ghost;      ///< On the ghost table, so that
    std::string swapped;    ///< this is its name once the names are swapped.
    std::string old;        ///< The name that stays with the old table.
    bool too_long = false;  ///< One of them has more than 64 characters.
};

/// A name that the server made up stays as it is. Another one cannot: the old table holds it, and
/// the server cannot rename a constraint; it gets one of the kind that follows the table, made of
/// the old one where that fits into 64 characters. In the order of `constraints`.
std::vector<check_name> check_names(const std::vector<check_constraint>& constraints,
                                    std::string_view original, std::string_view ghost,
                                    std::string_view old);

/// SHOW CREATE TABLE line by line without the names of the table and its CHECK constraints and
/// without AUTO_INCREMENT: two tables with the same lines are of one definition.
std::vector<std::string> nameless_definition(const table_definition& table);

}  // namespace segue::schema
