#pragma once

#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace segue::schema {

/// How a value of one type becomes one of another. ALTER TABLE has ways of its own, by which the
/// copy of a row goes through the value's text or its integer where INSERT ... SELECT of the column
/// takes its number or its bytes. Which way is ALTER's for two types stands in a list, and nothing
/// is on it that scripts/matrix has not compared with ALTER TABLE (docs/conversions.md).
enum class conversion {
    as_it_is,    ///< The column itself: INSERT ... SELECT does what ALTER TABLE does.
    as_text,     ///< By the value's text, with a number's own leading zeros and decimals.
    as_integer,  ///< By the integer to which a number, or a moment, is rounded.
    as_bits,     ///< By the integer that a text begins with.
    as_real,     ///< By the number, rounded to the decimals that the target has.
    as_decimal,  ///< By the number that a text begins with.
    as_today,    ///< As that time of the day on which the table is changed.
};

/// What of the server, besides the types, decides on the values that ALTER TABLE makes.
struct conversion_rules {
    /// NO_ZERO_DATE and NO_ZERO_IN_DATE of its sql_mode: no 0000-00-00, no month or day 0.
    /// https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_no_zero_date
    bool no_zero_date = false;
    bool no_zero_in_date = false;
    /// The day on which the table is changed, in the server's time zone: 2026-11-26.
    std::string today = {};
};

/// How ALTER TABLE goes from one type to the other; nullopt when the two are not on the list.
std::optional<conversion> conversion_of(const column& from, const column& to);

/// The expression over the source column `name`, which is quoted and qualified, that gives in
/// INSERT ... SELECT, in strict mode, what ALTER TABLE gives for `to`, or fails where that is
/// refused. A date that `rules` forbid is such a failure where it is made from what was none; one
/// that is there already is carried on.
std::string converted(const column& from, const column& to, conversion how, const std::string& name,
                      const conversion_rules& rules);

}  // namespace segue::schema
