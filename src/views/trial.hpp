#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/schema/table_definition.hpp"
#include "src/views/view_design.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace segue::views {

/// Whether rows can be inserted, changed and deleted through a view of these columns over the
/// table, and whether an INSERT sets LAST_INSERT_ID(): tried on an empty copy of the table, which
/// is dropped again; the table itself is not touched. `session` is used by nobody else, and is in
/// no transaction. Returns why not; empty: it can. Throws segue::error where it cannot be tried.
/// Blocks.
std::vector<refusal> try_view(db::session& session, const schema::table_definition& table,
                              std::span<const view_column> columns);

/// The view that a trial left whose process was killed; unset: there is none, or it is somebody's.
std::optional<table_name> view_left_by_trial(db::session& session, const table_name& table);

/// Drops what a trial left whose process was killed. Throws refusals for a table or view of these
/// names that Segue has not made.
void clear_left_by_trial(db::session& session, const table_name& table);

}  // namespace segue::views
