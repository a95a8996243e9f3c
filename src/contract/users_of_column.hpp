#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"

#include <string>
#include <vector>

/// What is kept in the server that uses a column: it would fail, or read something else, without
/// it.
namespace segue::contract {

/// What is bound to the column within the table: generated columns, expressions of defaults, CHECK
/// and foreign keys, partitions, the primary key, and triggers of the table's own. `pair_of`: whose
/// triggers are Segue's. Blocks; throws segue::error.
std::vector<refusal> bound_to_column(db::session& session, const schema::table_definition& table,
                                     const std::string& column, const std::string& pair_of);

/// Views, triggers of other tables, routines and events that name the table and the column, one
/// part of a sentence each. `unseen` grows by what may do so, and whose text the account does not
/// see. Blocks; throws segue::error.
std::vector<std::string> code_that_names(db::session& session,
                                         const schema::table_definition& table,
                                         const std::string& column,
                                         std::vector<std::string>& unseen);

}  // namespace segue::contract
