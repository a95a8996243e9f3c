#pragma once

#include "src/keys/key_encoding.hpp"
#include "src/schema/key_column.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace segue::keys {

/// The forms of one column of a key; key_codec puts them together. Pure. Errors: segue::error for
/// what the column cannot hold, and for values by which no row is named ('0000-00-00').

/// Appends the bytes of a value to a key value, from the value's bytes in a row image.
void append_image(std::string& out, const schema::key_column& column, std::string_view bytes);
/// Appends the bytes of a value to a key value, from what the server printed for printed() or
/// printed_in_target().
void append_text(std::string& out, const schema::key_column& column, const std::string& text);

/// What to SELECT for a column of this name in the original, so that append_text() reads it.
std::string printed(const schema::key_column& column, const std::string& name);
/// What to SELECT for a column of this name in the new table, so that append_text() reads it: its
/// value converted back to the original's type.
std::string printed_in_target(const schema::key_column& column, const std::string& name);

/// Whether a value of the new table's column of this name is that of the expression `value`, which
/// has the original's type, character set and collation. The index on the column serves.
std::string found_in_target(const schema::key_column& column, const std::string& name,
                            const std::string& value);

/// Takes the column's value out of a key value again: its bytes, or the text of a number or a time.
std::string taken(key_reader& from, const schema::key_column& column);
/// A value that taken() gave, as a literal of the column's type, character set and collation.
std::string literal(const schema::key_column& column, const std::string& value);
/// A value that taken() gave, as messages show it.
std::string shown(const schema::key_column& column, const std::string& value);

/// An upper bound of the bytes that literal() makes of a value of the column.
std::size_t literal_bytes_max(const schema::key_column& column);

}  // namespace segue::keys
