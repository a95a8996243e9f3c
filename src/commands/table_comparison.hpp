#pragma once

#include "src/base/table_name.hpp"
#include "src/migration/settings.hpp"
#include "src/verify/verified.hpp"

#include <cstdint>
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
    verify::verified rows;
    std::vector<std::string> differences;  ///< A sentence for each.
};

/// How far it is, and what is told on the way.
struct comparison_observer {
    /// One sentence that the operator should know.
    std::function<void(const std::string&)> on_notice;
    /// Again and again: of about so many rows.
    std::function<void(const verify::verified& so_far, std::uint64_t rows_estimate)> on_progress;
};

/// Compares `with.request.original` with `target`, on the server that `with.connection` names: what
/// the ALTER, if there is one, makes of the former is to be what the latter holds. Neither is
/// locked or written to. Throws segue::error where they cannot be compared, and `stopped`. Blocks.
compared_tables compare_tables(const migration::settings& with, const table_name& target,
                               const comparison_observer& told, const std::stop_token& stop);

}  // namespace segue::commands
