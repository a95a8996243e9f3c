#pragma once

#include "src/base/clock.hpp"
#include "src/datacheck/doubts.hpp"
#include "src/datacheck/judge.hpp"
#include "src/db/session.hpp"
#include "src/rows/statements.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::datacheck {

/// Two tables, of which the target is empty, and what of the rows is in doubt.
struct subject {
    const schema::table_definition& source;
    const schema::projection& by;
    const rows::statements& texts;  ///< Without locking reads.
    const doubts& in_doubt;         ///< With qualified names.
};

struct look_limits {
    std::chrono::milliseconds budget{10'000};        ///< For all of it.
    std::chrono::milliseconds statement_max{1'000};  ///< For one SELECT (max_execution_time).
    const clock_source& clock = machine_clock();     ///< It outlives the look.
    /// Why the server should be left alone now, asked between two statements, at most once a
    /// second; nullopt: it is not. Unset: never.
    std::function<std::optional<std::string>(db::session&)> busy = {};
};

/// What was seen, and of how much.
struct look_result {
    std::optional<verdict> refused;
    bool whole = false;            ///< Every row was looked at.
    unsigned percent = 0;          ///< Of the rows, by the server's estimate; 100 only if whole.
    bool in_one_range = false;     ///< All of them were compared with one another.
    std::uint64_t rows_tried = 0;  ///< Inserted, and rolled back.
    std::chrono::milliseconds took{0};
    std::string ended_by;  ///< Why it ended before the budget did; empty: it did not.
};

/// Looks at the source, part by part of its key in turns, until all was seen, a row is refused, or
/// the budget is spent. What a SELECT of a range finds suspicious the server judges (judge.hpp).
/// Reads without locks; no statement but the judge's is longer than statement_max, and none sorts
/// or keeps more than a range of 50 000 rows. Changes settings of the session, which is of no other
/// use afterwards. A failure that is not about the rows ends the look (`ended_by`), and is no
/// verdict. Blocks; throws `stopped`.
look_result look_at_rows(db::session& session, const subject& of, const look_limits& within,
                         std::stop_token stop);

}  // namespace segue::datacheck
