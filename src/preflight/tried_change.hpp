#pragma once

#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"
#include "src/sql/alter_text.hpp"

#include <optional>
#include <stop_token>
#include <vector>

namespace segue::preflight {

/// A table, and the one that came of it.
struct pair_of_tables {
    const schema::table_definition& source;
    const table_name& target;
};

/// What the server makes of a change, tried on empty tables.
struct tried_change {
    std::optional<schema::table_definition> wanted;  ///< By the ALTER; unset: there is none.
    std::vector<schema::set_column> sets;            ///< As --set asks for.
};

/// Tries the ALTER, if `request` has one, and its --set on empty tables that are made like the
/// source for a moment, in its schema: nothing is made where it has neither. Constraints whose
/// names follow the target's name in the ALTER are found by the source's. The session holds
/// earlier::claim_start() of the source afterwards. Throws segue::error: what the server refuses,
/// and what the account or the server does not let be made, with a remedy. Blocks.
tried_change try_change(db::session& session, const sql::alter_statement& alter,
                        const inspection_request& request, const pair_of_tables& of,
                        const std::stop_token& stop);

}  // namespace segue::preflight
