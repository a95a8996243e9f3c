#pragma once

#include "src/base/server_errors.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"
#include "src/sql/alter_text.hpp"

#include <string>
#include <vector>

namespace segue::preflight {

/// The empty new table.
struct target_table {
    schema::table_definition definition;  ///< As the server made it.
    /// What cannot be as ALTER TABLE would make it, and becomes true at the swap, one sentence
    /// each.
    std::vector<std::string> notes;
};

/// Has the server run the ALTER on `name`, which was just made like the original: nobody guesses
/// what an ALTER does. A table that is marked as one for a moment stays so, and the definition is
/// told as it would be without. `other_names`: of constraints in the ALTER what they are called on
/// `name`, where that does not follow from the original: its foreign keys, where `name` has them.
/// Throws segue::error, with the server's words or with refusals.
/// https://dev.mysql.com/doc/refman/8.4/en/create-table-like.html
target_table alter_target(db::session& session, const schema::table_definition& original,
                          const table_name& name, const migration_tables& tables,
                          const sql::alter_statement& alter,
                          const sql::words_on_target& other_names = {});

/// The notes of a new table that was altered by an earlier run.
std::vector<std::string> notes_on_target(const schema::table_definition& original,
                                         const schema::table_definition& target,
                                         const migration_tables& tables);

}  // namespace segue::preflight
