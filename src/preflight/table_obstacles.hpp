#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/preflight/taken_along.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/server_facts.hpp"

#include <string>
#include <vector>

namespace segue::preflight {

/// Foreign keys on or to the table, and triggers: what a swap would leave behind, but for what is
/// taken along.
std::vector<refusal> table_obstacles(db::session& session, const table_name& table,
                                     const servers::server_facts& server,
                                     const taken_along& along = {});

/// Those of table_obstacles() that SHOW CREATE TABLE does not tell, at a cost that goes by the
/// table and not by the server: triggers, and foreign keys to it that the account may see.
std::vector<refusal> obstacles_beside_definition(db::session& session, const table_name& table,
                                                 const taken_along& along = {});

/// Whether the binary log tells what cascading foreign keys change: since 9.6 it does, unless
/// innodb_native_foreign_keys is ON. Throws as a session does.
bool cascades_are_logged(db::session& session);

/// The tables with foreign keys to this one that the account may see, as quoted names. Throws as a
/// session does.
std::vector<std::string> visible_children(db::session& session, const table_name& table);

/// What is wrong with the kind of the table: only InnoDB base tables can be migrated. Pure.
std::vector<refusal> shape_obstacles(const schema::table_definition& table);

/// Indexes of the new table under which rows could not be carried over, or conflicts not be told
/// apart. Pure.
std::vector<refusal> index_obstacles(const schema::table_definition& target);

}  // namespace segue::preflight
