#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"
#include "src/sql/rename_map.hpp"

#include <optional>
#include <string>
#include <vector>

/// What a change of a table, and an exchange of its name, means to views over it.
namespace segue::views {

/// Whether Segue has made a view over the table. Blocks; throws segue::error.
bool has_views(db::session& session, const table_name& table);

/// The views of Segue's that could not be read or written through any more once `target` stands in
/// the place of `original`, each with what would break it. `renames`: unset: columns go on under
/// their names. Reads `_segue_views` alone, so that
/// nothing is needed on the schema of the views. Blocks; throws segue::error.
std::vector<refusal> views_broken_by(db::session& session, const schema::table_definition& original,
                                     const schema::table_definition& target,
                                     const std::optional<sql::rename_map>& renames);

/// What is to be known of the others that the account can see, and of those of Segue's that cannot
/// be locked along with the table: a sentence each. Blocks; throws segue::error.
std::vector<std::string> notices_of_views(db::session& session,
                                          const schema::table_definition& original,
                                          const sql::rename_map& renames);

/// The views of Segue's over the table that are there, and that the account may lock. RENAME TABLE
/// of the table excludes who uses a view over it: a transaction that has opened the view and waits
/// for the table then is ended by a deadlock (1213). LOCK TABLES of the view locks the view first
/// and the table with it, so that such a transaction waits for the view, and holds nothing. Blocks;
/// throws segue::error. https://dev.mysql.com/doc/refman/8.4/en/metadata-locking.html
std::vector<table_name> views_to_lock(db::session& session, const table_name& table);

}  // namespace segue::views
