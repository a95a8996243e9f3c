#include "src/keys/key_column_codec.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/keys/decimal_bytes.hpp"
#include "src/keys/readable.hpp"
#include "src/keys/temporal_bytes.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace segue::keys {
namespace {

using schema::key_column;
using schema::key_type;

constexpr std::uint64_t sign_bit = 1ULL << 63U;
constexpr std::uint64_t first_year = 1900;
constexpr std::size_t literal_frame_bytes = 80;  // type, character set, collation, separators

// https://dev.mysql.com/doc/refman/8.4/en/integer-types.html
bool is_integer_length(std::size_t bytes) {
    return (bytes >= 1 && bytes <= 4) || bytes == 8;
}

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t raw = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        raw = raw << 8U | static_cast<unsigned char>(bytes[i]);
    return raw;
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t raw = 0;
    for (const char byte : bytes) raw = raw << 8U | static_cast<unsigned char>(byte);
    return raw;
}

// Two's complement in the width of the column's type, to a number whose order is the value's.
std::uint64_t ordered_number(std::string_view bytes) {
    std::uint64_t raw = little_endian(bytes);
    const unsigned bits = static_cast<unsigned>(bytes.size()) * 8U;
    if (bits < 64U && (raw >> (bits - 1U) & 1U) != 0) raw |= ~0ULL << bits;
    return raw ^ sign_bit;
}

template <typename Integer>
Integer parsed(const std::string& text) {
    Integer number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped_at, failure] = std::from_chars(text.data(), end, number);
    must_be_readable(failure == std::errc() && stopped_at == end,
                     "an integer key column prints an integer");
    return number;
}

std::string_view without_blanks(std::string_view text) {
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// A space of more than one byte does not matter here: collations of those character sets disregard
// spaces at the end.
std::string_view trimmed(const key_column& column, std::string_view text) {
    return column.blanks_cut && column.charset() == "utf8mb4" ? without_blanks(text) : text;
}

decimal_form form_of(const key_column& column) {
    return {.digits = column.length, .scale = column.scale};
}

// The length of an image of the column; 0 for those of several lengths.
std::size_t image_bytes(const key_column& column) {
    switch (column.type) {
        case key_type::year:
            return 1;
        case key_type::bits:
            return (column.length + 7) / 8;
        case key_type::decimal:
            return form_of(column).bytes();
        case key_type::date:
            return date_bytes;
        case key_type::datetime:
            return datetime_bytes(column.length);
        case key_type::time:
            return time_bytes(column.length);
        case key_type::timestamp:
            return timestamp_bytes(column.length);
        default:
            return 0;
    }
}

// How many bytes a value has in a key_value where all of its column have as many.
std::size_t encoded_bytes(const key_column& column) {
    return column.type == key_type::fixed_bytes ? column.length : image_bytes(column);
}

void check_image_length(const key_column& column, std::size_t bytes) {
    bool right = true;
    switch (column.type) {
        case key_type::signed_integer:
        case key_type::unsigned_integer:
            right = is_integer_length(bytes);
            break;
        case key_type::numbered:
            right = bytes >= 1 && bytes <= 8;
            break;
        case key_type::fixed_bytes:
        case key_type::variable_bytes:
        case key_type::text:
            right = bytes <= column.bytes_max();
            break;
        default:
            right = bytes == image_bytes(column);
    }
    if (!right)
        throw error(
            fmt::format("a row event holds {} bytes for the key column {}, which its type "
                        "does not have",
                        bytes, quoted_name(column.source)));
}

void append_padded(std::string& out, const key_column& column, std::string_view bytes) {
    std::string whole(bytes);
    whole.resize(column.length, '\0');
    append_fixed(out, whole);
}

bool can_be_shown(const key_column& column, const std::string& text) {
    const std::string charset = column.charset();
    const bool unicode = charset.starts_with("utf8");
    if (column.type != key_type::text || !(unicode || charset == "ascii" || charset == "latin1"))
        return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7F && (byte < 0x7F || unicode);
    });
}

}  // namespace

// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Rows__event.html
void append_image(std::string& out, const key_column& column, std::string_view bytes) {
    check_image_length(column, bytes.size());
    switch (column.type) {
        case key_type::signed_integer:
            return append_number(out, ordered_number(bytes));
        case key_type::unsigned_integer:
        case key_type::year:
        case key_type::numbered:
            return append_number(out, little_endian(bytes));
        case key_type::bits:
            return append_number(out, big_endian(bytes));
        case key_type::date: {
            const std::string turned(bytes.rbegin(), bytes.rend());
            date_to_text(turned);  // refuses a date that names no row
            return append_fixed(out, turned);
        }
        case key_type::datetime:
            datetime_to_text(bytes, column.length);
            return append_fixed(out, bytes);
        case key_type::timestamp:
            timestamp_to_text(bytes, column.length);
            return append_fixed(out, bytes);
        case key_type::decimal:
        case key_type::time:
            return append_fixed(out, bytes);
        case key_type::fixed_bytes:
            // Zeros at the end are not in the image.
            return append_padded(out, column, bytes);
        case key_type::variable_bytes:
            return append_variable(out, bytes);
        case key_type::text:
            return append_variable(out, trimmed(column, bytes));
    }
}

void append_text(std::string& out, const key_column& column, const std::string& text) {
    switch (column.type) {
        case key_type::signed_integer:
            return append_number(out,
                                 static_cast<std::uint64_t>(parsed<std::int64_t>(text)) ^ sign_bit);
        case key_type::unsigned_integer:
        case key_type::bits:
        case key_type::numbered:
            return append_number(out, parsed<std::uint64_t>(text));
        case key_type::year: {
            const auto year = parsed<std::uint64_t>(text);
            must_be_readable(year == 0 || year > first_year, "a YEAR is 0000 or after 1900");
            return append_number(out, year == 0 ? 0 : year - first_year);
        }
        case key_type::decimal:
            return append_fixed(out, form_of(column).from_text(text));
        case key_type::date:
            return append_fixed(out, date_from_text(text));
        case key_type::datetime:
            return append_fixed(out, datetime_from_text(text, column.length));
        case key_type::time:
            return append_fixed(out, time_from_text(text, column.length));
        case key_type::timestamp:
            return append_fixed(out, timestamp_from_text(text, column.length));
        case key_type::fixed_bytes: {
            const std::string bytes = from_hex(text);
            must_be_readable(bytes.size() == column.length,
                             "a BINARY has the length of its column");
            return append_fixed(out, bytes);
        }
        case key_type::variable_bytes:
            return append_variable(out, from_hex(text));
        case key_type::text: {
            const std::string bytes = from_hex(text);
            return append_variable(out, trimmed(column, bytes));
        }
    }
}

// A value taken out of a key_value again, as bytes or as the text that its type prints.
std::string taken(key_reader& from, const key_column& column) {
    switch (column.type) {
        case key_type::signed_integer:
            return std::to_string(static_cast<std::int64_t>(from.number() ^ sign_bit));
        case key_type::unsigned_integer:
        case key_type::bits:
        case key_type::numbered:
            return std::to_string(from.number());
        case key_type::year: {
            const std::uint64_t year = from.number();
            return std::to_string(year == 0 ? 0 : year + first_year);
        }
        case key_type::variable_bytes:
        case key_type::text:
            return from.variable();
        default:
            break;
    }
    std::string bytes = from.fixed(encoded_bytes(column));
    switch (column.type) {
        case key_type::decimal:
            return form_of(column).to_text(bytes);
        case key_type::date:
            return date_to_text(bytes);
        case key_type::datetime:
            return datetime_to_text(bytes, column.length);
        case key_type::time:
            return time_to_text(bytes, column.length);
        case key_type::timestamp:
            return timestamp_to_text(bytes, column.length);
        default:
            return bytes;
    }
}

// Never a number where the column holds characters, and always of the column's collation.
// https://dev.mysql.com/doc/refman/8.4/en/hexadecimal-literals.html
// https://dev.mysql.com/doc/refman/8.4/en/date-and-time-literals.html
std::string literal(const key_column& column, const std::string& value) {
    switch (column.type) {
        case key_type::decimal:
            return fmt::format("CAST({} AS DECIMAL({},{}))", value, column.length, column.scale);
        case key_type::date:
            return fmt::format("DATE'{}'", value);
        case key_type::datetime:
            return fmt::format("TIMESTAMP'{}'", value);
        case key_type::time:
            return fmt::format("TIME'{}'", value);
        case key_type::timestamp:
            return fmt::format("FROM_UNIXTIME({})", value);
        case key_type::fixed_bytes:
        case key_type::variable_bytes:
            return fmt::format("_binary X'{}'", to_hex(value));
        case key_type::text:
            return fmt::format("_{} X'{}' COLLATE {}", column.charset(), to_hex(value),
                               column.collation);
        default:
            return value;
    }
}

std::string shown(const key_column& column, const std::string& value) {
    switch (column.type) {
        case key_type::text:
        case key_type::fixed_bytes:
        case key_type::variable_bytes:
            return can_be_shown(column, value) ? quoted_literal(value)
                                               : fmt::format("X'{}'", to_hex(value));
        case key_type::date:
        case key_type::datetime:
        case key_type::time:
            return "'" + value + "'";
        case key_type::timestamp:
            return fmt::format("FROM_UNIXTIME({})", value);
        default:
            return value;
    }
}

std::size_t literal_bytes_max(const key_column& column) {
    switch (column.type) {
        case key_type::signed_integer:
        case key_type::unsigned_integer:
        case key_type::bits:
        case key_type::year:
        case key_type::numbered:
            return 24;
        case key_type::decimal:
            return column.length + literal_frame_bytes;
        default:
            return 2 * std::size_t{column.bytes_max()} + literal_frame_bytes +
                   2 * column.collation.size();
    }
}

std::string printed(const key_column& column, const std::string& name) {
    switch (column.type) {
        case key_type::bits:
        case key_type::numbered:
            return name + "+0";
        case key_type::fixed_bytes:
        case key_type::variable_bytes:
        case key_type::text:
            return "HEX(" + name + ")";
        case key_type::timestamp:
            return "UNIX_TIMESTAMP(" + name + ")";
        default:
            return name;
    }
}

namespace {

std::string in_original_charset(const key_column& column, const std::string& name) {
    return column.charset() == column.target_charset()
               ? name
               : fmt::format("CONVERT({} USING {})", name, column.charset());
}

std::string in_original_type(const key_column& column, const std::string& name) {
    switch (column.type) {
        case key_type::decimal:
            return fmt::format("CAST({} AS DECIMAL({},{}))", name, column.length, column.scale);
        case key_type::date:
            return fmt::format("CAST({} AS DATE)", name);
        case key_type::datetime:
            return fmt::format("CAST({} AS DATETIME({}))", name, column.length);
        case key_type::time:
            return fmt::format("CAST({} AS TIME({}))", name, column.length);
        default:
            return name;
    }
}

}  // namespace

std::string printed_in_target(const key_column& column, const std::string& name) {
    if (column.type == key_type::text && column.by_bytes)
        return printed(column, in_original_charset(column, name));
    if (!column.retyped) return printed(column, name);
    if (column.type == key_type::timestamp)
        return fmt::format("CAST({} AS DECIMAL(20,{}))", printed(column, name), column.length);
    return printed(column, in_original_type(column, name));
}

// The bytes are those in the original's character set: of a name that the new one does not have,
// conversion makes others ('?'), and these may be another row's. Equality by the new column's
// collation comes first, for its index; equal bytes are equal in every collation.
std::string found_in_target(const key_column& column, const std::string& name,
                            const std::string& value) {
    if (!column.by_bytes) return fmt::format("{}={}", name, value);
    const bool trimmed = column.blanks_cut || column.target_cuts_blanks;
    const auto without_blanks = [&](const std::string& text) {
        return trimmed ? fmt::format("RTRIM({})", text) : text;
    };
    const std::string converted =
        column.charset() == column.target_charset()
            ? value
            : fmt::format("CONVERT({} USING {})", value, column.target_charset());
    return fmt::format("{}={} COLLATE {} AND CAST({} AS BINARY)=CAST({} AS BINARY)", name,
                       without_blanks(converted), column.target_collation,
                       without_blanks(in_original_charset(column, name)), without_blanks(value));
}

}  // namespace segue::keys
