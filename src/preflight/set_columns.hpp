#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/preflight/plan.hpp"
#include "src/preflight/planned_target.hpp"
#include "src/schema/set_column.hpp"

#include <vector>

/// Columns whose values are asked for by --set.
namespace segue::preflight {

/// What the server makes of the expressions that are asked for, on an empty twin that is made for
/// it and dropped again; nothing is made where none is asked for. Throws segue::error with
/// refusals.
std::vector<schema::set_column> judged_sets(const workplace& at, const plan& made);

/// Columns of the table's own foreign keys that are set: what parent they would need nobody has
/// looked at.
std::vector<refusal> sets_in_foreign_keys(const plan& made);

}  // namespace segue::preflight
