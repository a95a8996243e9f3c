#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>

namespace segue::servers {

/// What the name stands for: "BASE TABLE", "VIEW", ...; nullopt: there is nothing of that name that
/// the account can see. Throws as the session does.
/// https://dev.mysql.com/doc/refman/8.4/en/information-schema-tables-table.html
std::optional<std::string> type_of_table(db::session& session, const table_name& name);

/// Whether the table is there, as far as the account can see. Throws as the session does.
bool exists(db::session& session, const table_name& name);

/// The table's definition. Throws a refusal where there is none that the account can see.
schema::table_definition read_or_refuse(db::session& session, const table_name& name);

/// Whether the table is there, and has another definition than it had. Throws as the session does.
bool was_changed(db::session& session, const schema::table_definition& before);

/// Drops a table of ours that may not be there. Waits for seconds for a lock that somebody else
/// holds; the error (1205, a explained_lock_wait) then says who.
void drop_if_exists(db::session& session, const table_name& name);

}  // namespace segue::servers
