#pragma once

#include "src/schema/table_definition.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::datacheck {

/// What kind of values a column has, as far as conversions are alike.
enum class value_kind {
    integer,
    decimal,
    real,
    year,
    date,
    moment,  ///< DATETIME and TIMESTAMP
    time,
    text,
    bytes,
    enumeration,
    set,
    json,
    spatial,
    other
};

value_kind kind_of(const schema::column& of);

/// The least and the greatest number that the column takes, as SQL has them; nullopt: it is none
/// that has a range of its own (FLOAT and DOUBLE are compared by other means).
struct number_range {
    std::string least;
    std::string most;
    unsigned decimals = 0;  ///< To which a value is rounded first.
};
std::optional<number_range> range_of(const schema::column& of);

/// Whether each number of `inner` is within `outer`, for two integer columns.
bool is_within(const schema::column& inner, const schema::column& outer);

/// How many characters (of BINARY and BLOB: bytes) the column takes; nullopt: no number that is
/// worth looking at (LONGTEXT), or it is no text.
struct length_limit {
    std::uint64_t most = 0;
    bool in_bytes = false;  ///< Of the column's character set, for TEXT.
};
std::optional<length_limit> length_of(const schema::column& of);

/// The longest text that a value of the column can be, where it is no text; 0: not known.
std::uint64_t printed_length(const schema::column& of);

/// The members of an ENUM or a SET as SQL literals: "'a'", "'b'".
std::vector<std::string> members_of(const schema::column& of);

}  // namespace segue::datacheck
