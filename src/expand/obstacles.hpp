#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/expand/task.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/schema/set_column.hpp"
#include "src/schema/table_definition.hpp"
#include "src/schema/trigger.hpp"
#include "src/servers/server_facts.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What an expand is refused for.
namespace segue::expand {

/// Of the server: what it logs, whether it applies another one's changes, what the account lacks.
/// Fills `facts` with what bounded DDL needs of it. Throws segue::error.
std::vector<refusal> server_obstacles(db::session& session, const std::string& schema,
                                      servers::server_facts& facts);

/// Of the old column: there is none, or it cannot be told whether it was given. Pure.
std::vector<refusal> column_obstacles(const task& asked, const schema::table_definition& table);

/// Of the two expressions, once the server has judged them: `expanded` has both columns. Pure.
std::vector<refusal> expression_obstacles(const schema::set_column& up,
                                          const schema::set_column& down,
                                          const schema::table_definition& expanded);

/// Of the table's own foreign keys: one whose parent changes one of these columns fires no trigger.
/// Pure.
std::vector<refusal> foreign_key_obstacles(std::span<const schema::foreign_key> keys,
                                           std::span<const std::string> columns);

/// Of the user's BEFORE triggers: one that names either column, where nothing says which comes
/// first. Pure.
std::vector<refusal> trigger_obstacles(std::span<const schema::trigger> triggers,
                                       const task& asked);

/// Of what was expanded before: the same columns in another pair, or the same new column in another
/// way. Pure.
std::vector<refusal> other_expands(std::span<const earlier::expanded_column> all,
                                   const earlier::expand_facts& now,
                                   std::span<const std::string> reads);

}  // namespace segue::expand
