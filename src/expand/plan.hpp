#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/expand/pair_sql.hpp"
#include "src/expand/task.hpp"
#include "src/preflight/plan.hpp"
#include "src/schema/table_definition.hpp"
#include "src/schema/trigger.hpp"
#include "src/servers/server_facts.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::expand {

/// What a rehearsal found out by the triggers themselves, on an empty table with some of the rows.
struct trial {
    std::uint64_t sampled = 0;                  ///< Rows of the table.
    std::vector<preflight::sampled_row> first;  ///< Ten at most, by the key.
    /// Rows whose old column the way back from the new one does not give, and the first of them.
    std::uint64_t not_back = 0;
    std::vector<preflight::sampled_row> first_not_back;  ///< `after`: what the way back gives.
    /// What new code will be refused, one part of a sentence each.
    std::vector<std::string> refused_of_new_code;
};

/// Everything that is known before the table is touched; immutable once made.
struct plan {
    schema::table_definition table;
    migration_tables tables;
    table_name state;
    servers::server_facts server;
    pair_parts pair;
    std::string definition;       ///< For ADD COLUMN.
    earlier::expand_facts facts;  ///< As they are written down.
    std::string sql_mode;         ///< Of the sessions that make the triggers.
    std::string definer;          ///< As CREATE takes it.
    std::string update_trigger;   ///< Their names,
    std::string insert_trigger;
    std::string update_order;  ///< and where they come: "FOLLOWS `x`", or empty.
    std::string insert_order;
    /// What an earlier run has written down of this column.
    std::optional<earlier::expanded_column> goes_on;
    bool column_is_there = false;
    bool update_is_there = false;
    bool insert_is_there = false;
    trial tried;
    std::vector<std::string> notices;  ///< A sentence each.
};

/// What inspect() works with.
struct inspected_at {
    db::session& session;
    const task& asked;
    const preflight::table_record& record;
    const std::stop_token& stop;
};

/// Every check, and the plan. Makes two empty tables for a moment, on which expressions and
/// triggers are tried. The session claims the start: nobody else begins on the table as long as it
/// lives. Throws segue::error that lists what stands in the way, with remedies. Blocks.
plan inspect(const inspected_at& at);

}  // namespace segue::expand
