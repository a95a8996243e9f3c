#pragma once

#include "src/db/session.hpp"
#include "src/expand/plan.hpp"
#include "src/schema/row_key.hpp"
#include "src/schema/set_column.hpp"

#include <stop_token>

namespace segue::expand {

/// What the pair is tried on.
struct tried_on {
    db::session& session;
    const schema::table_definition& table;
    /// An empty table with both columns, and the pair of triggers.
    const schema::table_definition& stand_in;
    const schema::row_key& key;
    /// Over the stand-in's columns.
    const schema::set_column& up;
    const schema::set_column& down;
    const std::stop_token& stop;
};

/// Carries some rows of the table into the stand-in, in a transaction that is rolled back, so that
/// the triggers make the new column, and looks what came of it. Throws segue::error where a row has
/// no way up, with its key, or where an expression depends on a session's settings; `stopped`.
trial try_pair(const tried_on& on);

}  // namespace segue::expand
