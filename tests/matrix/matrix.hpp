#pragma once

#include "src/schema/column_conversion.hpp"
#include "src/schema/projection.hpp"
#include "tests/matrix/conversion_trial.hpp"
#include "tests/support/sandbox_server.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::matrix {

/// The sql_mode that a server has by default.
constexpr std::string_view strict_mode =
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/// What became of the values of one pair of types.
struct pair_result {
    std::string from;
    std::string to;
    std::string from_data_type;
    std::string to_data_type;
    bool impossible = false;  ///< ALTER TABLE refuses the types as such.
    bool not_listed = false;  ///< Segue does.
    std::optional<schema::conversion> how;
    unsigned equal = 0;
    unsigned refused_alike = 0;
    /// Zero dates that are carried on, where ALTER TABLE wants a sql_mode without NO_ZERO_DATE and
    /// NO_ZERO_IN_DATE for it, in which it gives the same.
    unsigned dates_carried_on = 0;
    /// Bytes of a BLOB that are no vector, and that ALTER TABLE takes into a VECTOR nevertheless.
    unsigned no_vectors = 0;
    std::vector<std::string> different;  ///< The value, and what both say.
    std::vector<std::string> accepted;   ///< Literals that both take.
};

struct matrix_options {
    /// In place of the list's: an expression for all pairs, in which {} is the column.
    std::optional<std::string> expression;
    unsigned sessions = 6;
    std::function<void(const std::string&)> tell = [](const std::string&) {};
};

/// Tries each value of each source type in each target type: ALTER TABLE beside INSERT ... SELECT
/// of the listed expression. Works in a schema of its own, which it drops.
std::vector<pair_result> try_all_pairs(const test::sandbox_server& server,
                                       const std::vector<source_type>& from,
                                       const std::vector<std::string>& to,
                                       const matrix_options& options);

/// A run of Segue itself.
struct whole_run {
    /// The table has a second unique index, so that rows are carried over by DELETE and INSERT.
    bool with_unique_index = false;
    /// It is killed in the copy, and started again by the same command.
    bool killed_in_copy = false;
};

/// Has Segue itself change a column of `pairs`' one source type into each target type, with the
/// values that both take, half of the rows copied and half written and changed after that, all of
/// them verified by Segue before the swap; compares with ALTER TABLE of the same table. Returns
/// what differs; empty: nothing.
std::vector<std::string> run_segue(const test::sandbox_server& server,
                                   const std::vector<pair_result>& pairs, whole_run how);

}  // namespace segue::matrix
