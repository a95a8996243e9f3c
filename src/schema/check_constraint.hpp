#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// A CHECK constraint of a table.
/// https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html
struct check_constraint {
    std::string name;
    std::string text;  ///< As SHOW CREATE TABLE prints it: "CHECK ((`a` > 0))".
    /// Whether the server checks it: its text does not say NOT ENFORCED.
    bool enforced() const;
    bool operator==(const check_constraint&) const = default;
};

/// The constraints in a text of SHOW CREATE TABLE, in its order.
std::vector<check_constraint> check_constraints_of(std::string_view create_statement);

/// The constraints of a table, with the bytes that the server keeps. It keeps a string in the
/// string's own character set, and elsewhere prints '?' for what is no UTF-8: such a text means
/// something else.
/// Blocks; throws segue::error.
std::vector<check_constraint> read_check_constraints(db::session& session, const table_name& name);

/// The constraints that CREATE TABLE ... LIKE made, in the order of the original's: it numbers them
/// in the order in which SHOW CREATE TABLE prints the original's, and that of the new table is by
/// name.
std::vector<check_constraint> in_order_of_numbers(std::vector<check_constraint> made);

/// Whether `made`, in the order of numbers, can be what CREATE TABLE ... LIKE made of `original`.
/// The server may print a clause otherwise once it has parsed it anew (a string in the column's
/// character set, names in backquotes), so that equal texts are not asked for.
bool may_be_made_like(const std::vector<check_constraint>& original,
                      const std::vector<check_constraint>& made);

/// The names that CREATE TABLE ... LIKE gives to so many constraints of a table.
std::vector<std::string> check_names_made_like(std::size_t constraints, std::string_view table);

/// The name that a constraint of `from` has when that table has been renamed `to`: the server
/// renames those that begin with the table's name and "_chk_", if more follows.
std::string check_name_after_rename(std::string_view name, std::string_view from,
                                    std::string_view to);

/// What becomes of the name of one of the original's constraints.
struct check_name {
    std::string original;
    std::string ghost;      ///< The name on the ghost table, which becomes `swapped`.
    std::string swapped;    ///< The name in the new table once the tables are swapped.
    std::string old;        ///< The name that stays with the old table.
    bool too_long = false;  ///< One of the names has more than 64 characters.
};

/// What becomes of the name of each of the constraints, in their order. A name that the server made
/// up stays as it is. Another one cannot: the old table holds it, and the server cannot rename a
/// constraint; it gets one of the kind that follows the table, made of the old one where that fits
/// into 64 characters.
std::vector<check_name> check_names(const std::vector<check_constraint>& constraints,
                                    std::string_view original, std::string_view ghost,
                                    std::string_view old);

/// SHOW CREATE TABLE line by line without the table's name, AUTO_INCREMENT, CHECK constraints and
/// foreign keys: two tables with the same lines are of one definition, but for the last two.
std::vector<std::string> definition_beside_checks(const table_definition& table);

}  // namespace segue::schema
