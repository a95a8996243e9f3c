#pragma once

#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::schema {

/// The kinds of columns that a key can have.
enum class key_type {
    signed_integer,
    unsigned_integer,
    bits,  ///< BIT
    year,
    decimal,
    date,
    datetime,
    time,
    timestamp,
    fixed_bytes,     ///< BINARY
    variable_bytes,  ///< VARBINARY
    text,            ///< CHAR and VARCHAR
    numbered         ///< ENUM and SET, by number
};

struct key_column {
    std::string source;    ///< Name in the original.
    std::string target;    ///< Name in the new table.
    unsigned ordinal = 0;  ///< In the original, from 0.
    key_type type = key_type::signed_integer;
    /// Bytes of BINARY and VARBINARY, characters of CHAR and VARCHAR; digits of DECIMAL, and of a
    /// second of temporal types; the greatest number of ENUM and SET; bits of BIT; else 0.
    unsigned length = 0;
    unsigned scale = 0;          ///< Digits behind the point of DECIMAL; else 0.
    bool blanks_cut = false;     ///< It is CHAR: spaces at the end do not count.
    std::string collation = {};  ///< Of CHAR and VARCHAR; else empty.
    bool descending = false;     ///< In the original's index: the greatest value comes first.

    /// The collation in the new table, of CHAR and VARCHAR; else empty.
    std::string target_collation = {};
    /// The new table has another collation, so other values are equal there: its rows are told
    /// apart by the bytes of the value, converted back.
    bool by_bytes = false;
    bool target_cuts_blanks = false;  ///< It is CHAR in the new table.
    bool retyped = false;             ///< The new table prints its values in another way.

    /// Whether the order of its decoded values is the server's order.
    bool ordered() const;
    /// The character set of CHAR and VARCHAR as a literal's introducer has it: "utf8mb4".
    std::string charset() const;
    std::string target_charset() const;
    /// An upper bound of a value's bytes.
    unsigned bytes_max() const;
};

/// The character set that a collation is of: "latin1" for "latin1_swedish_ci".
std::string_view charset_of(std::string_view collation);

/// The column as part of a key, but for what the new table makes of it (key_change.hpp); nullopt
/// when it cannot be one, and then `reason` says why.
std::optional<key_column> read_key_column(const column& from, std::string& reason);

bool is_integer(const column& candidate);

/// The numbers in the first parentheses: {10, 2} of "decimal(10,2) unsigned".
std::vector<unsigned> numbers_of(const std::string& column_type);

}  // namespace segue::schema
