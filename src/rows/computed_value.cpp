#include "src/rows/computed_value.hpp"

#include "src/base/server_errors.hpp"
#include "src/base/table_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace segue::rows {
namespace {

// Out of range, truncated, a wrong value, a division by zero, a wrong value of a character set, too
// long, a wrong value for a function: errors in strict mode, else warnings.
// https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sql-mode-strict
constexpr std::array errors_of_strict_mode = {er::warn_data_out_of_range,
                                              er::warn_data_truncated,
                                              er::truncated_wrong_value,
                                              er::division_by_zero,
                                              er::truncated_wrong_value_for_field,
                                              er::data_too_long,
                                              er::wrong_value_for_type};

}  // namespace

std::string hint_on_computed(const error& failure, const std::vector<std::string>& computed) {
    if (computed.empty() || std::ranges::find(errors_of_strict_mode, failure.mysql_errno()) ==
                                errors_of_strict_mode.end())
        return {};
    const std::string_view words = failure.what();
    std::string named;
    for (const std::string& column : computed) {
        if (words.find(fmt::format("for column '{}'", column)) != words.npos) {
            named = quoted_name(column);
            break;
        }
        if (words.find("for column '") == words.npos)
            named += (named.empty() ? "" : " or ") + quoted_name(column);
    }
    if (named.empty()) return {};
    return fmt::format(
        ". It is about {}, which the server computes for each row that it writes, here in strict "
        "mode, as for an ALTER TABLE that copies the table. A session that was not strict may have "
        "written the row. Correct the row first, or the expression",
        named);
}

}  // namespace segue::rows
