#pragma once

#include "src/backfill/plan.hpp"
#include "src/db/session.hpp"
#include "src/preflight/plan.hpp"

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <vector>

namespace segue::backfill {

/// What a rehearsal found out by setting some rows, in transactions that were rolled back.
struct trial {
    std::uint64_t rows = 0;             ///< That match --where and may change,
    bool rows_are_counted = false;      ///< counted; else estimated by the part that was looked at.
    std::uint64_t sampled = 0;          ///< Rows that were set.
    std::uint64_t rows_per_second = 0;  ///< Of these; 0: none was set.
    std::uint64_t log_bytes = 0;        ///< Of all rows, about, in the binary log.
    std::vector<preflight::sampled_row> first;  ///< Ten at most, by the key.

    /// How long a run takes that nothing holds up; zero where nothing is to be done.
    std::chrono::seconds duration() const;
};

/// Sets the first rows, for some seconds at most, with every proof of a run, and leaves no trace.
/// Rows that are locked are passed over. Throws segue::error where a run would end: with the row's
/// key. The session's locks are waited for a second at most.
trial try_some(db::session& session, const plan& made, const std::stop_token& stop);

}  // namespace segue::backfill
