#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"

#include <vector>

/// What keeps two tables from being split. docs/decisions/0032.
namespace segue::split {

/// Foreign keys of the source whose cascades no binary log tells. Blocks; throws segue::error.
std::vector<refusal> obstacles_on_source(db::session& session,
                                         const schema::table_definition& source);

/// Foreign keys of and to the target, and triggers on it. Blocks; throws segue::error.
std::vector<refusal> obstacles_on_target(db::session& session, const table_name& target);

}  // namespace segue::split
