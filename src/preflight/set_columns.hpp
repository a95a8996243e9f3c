#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/expressions/assignment.hpp"
#include "src/expressions/expression_judge.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/preflight/plan.hpp"
#include "src/preflight/planned_target.hpp"
#include "src/schema/set_column.hpp"

#include <span>
#include <stop_token>
#include <vector>

/// Columns whose values are asked for by --set.
namespace segue::preflight {

/// What the server makes of the expressions that are asked for, on an empty twin that is made for
/// it and dropped again; nothing is made where none is asked for. Throws segue::error with
/// refusals.
std::vector<schema::set_column> judged_sets(const workplace& at, const plan& made);

/// The table whose columns expressions read, and where it is judged what they are.
struct judged_by {
    db::session& session;
    const schema::table_definition& table;
    const migration_tables& tables;
    const table_record& record;
    const std::stop_token& stop;
};
/// The same for whoever has no plan. Precondition: some are given.
std::vector<schema::set_column> judge_on_twin(const judged_by& by,
                                              std::span<const expressions::assignment> sets,
                                              expressions::dependence allowed);

/// Columns of the table's own foreign keys that are set: what parent they would need nobody has
/// looked at.
std::vector<refusal> sets_in_foreign_keys(const plan& made);

}  // namespace segue::preflight
