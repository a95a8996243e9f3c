#pragma once

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/rename_cost.hpp"
#include "src/preflight/plan.hpp"
#include "src/sql/alter_text.hpp"

#include <stop_token>
#include <string>

/// The plan, completed by what comes of the empty new table.
namespace segue::preflight {

/// What inspect() works with, from step to step.
struct workplace {
    db::session& session;
    const sql::alter_statement& alter;
    const inspection_request& request;
    const table_record& record;
    std::stop_token stop;

    void throw_if_stopped() const {
        if (stop.stop_requested()) throw stopped();
    }
};

/// Adds the key, the projection and what else the definition of the new table tells, once it is
/// read. Throws segue::error that lists what stands in the way.
void complete(plan& made, db::session& session, const sql::alter_statement& alter,
              const inspection_request& request);

/// Makes the empty new table under the name, and completes the plan by what came of it. `cost`:
/// with the twin's. Throws segue::error, and then leaves nothing but what is on the record.
plan with_target(const workplace& at, const plan& made, const table_name& name,
                 const rename_cost& cost);

/// The same under the rehearsal's name, which is made free before.
plan rehearse(const workplace& at, const plan& made, const rename_cost& cost);

/// That others did something with the original while the start looked at it; `how` as "dropped".
error changed_while_starting(const table_name& original, std::string_view how);

}  // namespace segue::preflight
