#pragma once

#include "src/backfill/state_table.hpp"
#include "src/backfill/task.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/set_column.hpp"
#include "src/schema/table_definition.hpp"
#include "throttle/pace.hpp"

#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::backfill {

/// Everything that is known before a row is changed; immutable once made.
struct plan {
    schema::table_definition table;
    table_name state;
    std::string host;     ///< As the server names itself, with its port.
    std::string version;  ///< As @@version has it.
    std::size_t packet_bytes_max = 0;
    bool images_are_full = true;           ///< binlog_row_image is FULL.
    std::vector<schema::set_column> sets;  ///< As the server judged them.
    std::string where;                     ///< With qualified columns, in brackets; "TRUE": all.
    bool has_where = false;
    std::optional<schema::set_column> back;  ///< task::back, as the server judged it.
    std::vector<std::string> kept;  ///< ON UPDATE columns that get the value that they have.
    /// Of the table to itself: by it rows are named, and ranges walked.
    schema::projection rows;
    std::string key_explanation;
    /// Some expression reads what is written, itself or over a generated column, so that it could
    /// give another value each time.
    bool reads_what_it_writes = false;
    /// Some value differs each time, so that it cannot be compared.
    bool differs_each_time = false;
    std::vector<std::string> triggers;  ///< That an UPDATE fires, as far as they can be seen.
    /// One of them comes BEFORE, and may give a column another value than the statement.
    bool triggers_come_first = false;
    std::vector<std::string> status_numbers;  ///< Status variables by which a load can be watched.
    facts asked;                              ///< What the state says of all that.
    std::optional<saved> goes_on;             ///< What an earlier run left, to be gone on with.
    bool drops_state = false;                 ///< What one left is of no use, and is dropped.
    std::vector<std::string> notices;         ///< A sentence each.
};

/// What inspect() works with.
struct inspected_at {
    db::session& session;
    const task& asked;
    const throttle::pace& pace;
    const preflight::table_record& record;
    const std::stop_token& stop;
};

/// Every check, and the plan. Makes an empty table for a moment, on which expressions are tried.
/// The session claims the start: nobody else begins on the table as long as it lives. Throws
/// segue::error that lists what stands in the way, with remedies. Blocks.
plan inspect(const inspected_at& at);

}  // namespace segue::backfill
