#pragma once

#include "src/schema/table_definition.hpp"

#include <optional>
#include <string>

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
    /// Of BINARY and VARBINARY in bytes, of CHAR and VARCHAR in characters; digits of DECIMAL, and
    /// of a second of temporal types; the greatest number of ENUM and SET; bits of BIT; else 0.
    unsigned length = 0;
    unsigned scale = 0;          ///< Of DECIMAL.
    bool blanks_cut = false;     ///< CHAR: spaces at the end do not count.
    std::string collation = {};  ///< Of CHAR and VARCHAR.
    bool descending = false;     ///< In the original's index: the greatest value comes first.

    /// Whether the order of its decoded values is the server's order.
    bool ordered() const;
    /// Of CHAR and VARCHAR: "utf8mb4", as a literal's introducer has it.
    std::string charset() const;
    /// An upper bound of a value's bytes.
    unsigned bytes_max() const;
};

/// The column as part of a key, but for `target`; nullopt when it cannot be one, and then `reason`
/// says why.
std::optional<key_column> read_key_column(const column& from, std::string& reason);

/// Whether two values that differ in `from` differ in `to` as well, in the same order. One integer
/// type may be widened to another; all else must be of one type, length and collation.
bool keeps_keys_apart(const column& from, const column& to);

}  // namespace segue::schema
