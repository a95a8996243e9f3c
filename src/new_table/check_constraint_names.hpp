#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/schema/table_definition.hpp"
#include "src/sql/alter_text.hpp"

#include <optional>
#include <string>
#include <vector>

/// The names that CHECK constraints have in the new table, before and after the swap. They are
/// unique in a schema, follow the names of their tables, and have at most 64 characters.
/// https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html
namespace segue::preflight {

/// Throws refusals if a CHECK constraint would get a name of more than 64 characters with a table
/// that is made like the original: the server would refuse that at a later statement, in words of
/// its own.
void refuse_long_check_names(const schema::table_definition& original, const table_name& name,
                             const migration_tables& tables);

/// Throws refusals if a CHECK constraint would get a name that another table's constraint has, or
/// another one of the original's own: with a table that is made like the original under one of the
/// names `made`.
void refuse_held_check_names(db::session& session, const schema::table_definition& original,
                             const std::vector<table_name>& made, const migration_tables& tables);

/// Throws refusals if a constraint of the new table `made` would, under the names that the table
/// has later, get a name that another table's has. `names`: of the original's.
void refuse_names_held_by_others(db::session& session, const schema::table_definition& made,
                                 const migration_tables& tables,
                                 const std::vector<schema::check_name>& names);

/// Why RENAME TABLE would fail over a CHECK constraint's name that another table has got since the
/// plan was made; nullopt: none is taken. Throws segue::error.
std::optional<refusal> check_name_taken_since(db::session& session,
                                              const schema::table_definition& original,
                                              const schema::table_definition& target,
                                              const migration_tables& tables);

/// Gives the CHECK constraints of the new table, which is empty and was just made LIKE the
/// original, the names `names[i].ghost`, in the order of the original's. Throws refusals if the
/// server would keep one with another text, and segue::error.
void remake_check_constraints(db::session& session, const table_name& table,
                              const std::vector<schema::check_name>& names);

/// Maps the names that the ALTER gives CHECK constraints to those that they get on the table
/// `target`, an unqualified name as is `original`.
sql::names_of_constraints check_names_in_alter(const sql::alter_statement& alter,
                                               const std::vector<schema::check_name>& names,
                                               const std::string& original,
                                               const std::string& target);

/// Which CHECK constraints of the new table `made` will have another name than the original's after
/// the swap, a sentence each. `names`: of the original's.
std::vector<std::string> notes_on_check_names(const schema::table_definition& made,
                                              const std::vector<schema::check_name>& names);

}  // namespace segue::preflight
