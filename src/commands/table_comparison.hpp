#pragma once

#include "src/base/table_name.hpp"
#include "src/migration/settings.hpp"
#include "src/verify/verified.hpp"
#include "throttle/throttler.hpp"

#include <cstdint>
#include <exception>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

/// Two tables that nobody writes to, compared: `segue verify`.
namespace segue::commands {

/// What came of it.
struct compared_tables {
    table_name source;
    table_name target;
    verify::verified rows = {};
    std::vector<std::string> differences = {};             ///< Of rows: a sentence for each.
    std::vector<std::string> definition_differences = {};  ///< The same of the target's definition.
    bool definition_compared = false;  ///< With what the ALTER makes: there is one.
    /// Why not all rows were compared that were to be: `stopped`, or a failure. nullptr: they were.
    std::exception_ptr ended_by = {};

    bool differ() const { return !differences.empty() || !definition_differences.empty(); }
};

/// How far a comparison is.
struct comparison_progress {
    const verify::verified& rows;
    std::uint64_t rows_estimate = 0;  ///< Of the source, by the server.
    throttle::throttle_state throttled;
};

/// What is told on the way.
struct comparison_observer {
    /// One sentence that the operator should know.
    std::function<void(const std::string&)> on_notice;
    std::function<void(const comparison_progress&)> on_progress;  ///< Again and again.
};

/// Compares `with.request.original` with `target`, on the server that `with.connection` names: what
/// the ALTER and --set, if there are any, make of the former is to be what the latter holds, and
/// its definition what the ALTER makes. Neither is locked or written to; the change is tried on
/// empty tables beside the former. Throttled as a run is, but for the lag of replicas. What ends it
/// once rows are compared is in what it returns. Throws segue::error where they cannot be compared,
/// and `stopped`. Blocks.
compared_tables compare_tables(const migration::settings& with, const table_name& target,
                               const comparison_observer& told, const std::stop_token& stop);

}  // namespace segue::commands
