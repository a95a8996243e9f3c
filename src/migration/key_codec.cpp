#include "src/migration/key_codec.hpp"

#include "src/base/error.hpp"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace segue::migration {
namespace {

constexpr std::size_t encoded_integer_bytes = 8;
constexpr std::uint64_t sign_bit = 1ULL << 63U;

// https://dev.mysql.com/doc/refman/8.4/en/integer-types.html
bool is_integer_length(std::size_t bytes) {
    return (bytes >= 1 && bytes <= 4) || bytes == encoded_integer_bytes;
}

void append_ordered(std::string& out, std::uint64_t ordered) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>((ordered >> static_cast<unsigned>(shift)) & 0xFFU));
}

std::uint64_t ordered_at(const std::string& encoded, std::size_t column) {
    std::uint64_t ordered = 0;
    for (std::size_t i = 0; i < encoded_integer_bytes; ++i)
        ordered =
            ordered << 8U | static_cast<unsigned char>(encoded[column * encoded_integer_bytes + i]);
    return ordered;
}

// Little-endian, in the width of the column's type, two's complement where it is signed.
std::uint64_t ordered_from_image(std::span<const std::byte> bytes, schema::key_type type) {
    std::uint64_t raw = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        raw = raw << 8U | std::to_integer<std::uint64_t>(bytes[i]);
    if (type == schema::key_type::unsigned_integer) return raw;
    const unsigned bits = static_cast<unsigned>(bytes.size()) * 8U;
    if (bits < 64U && (raw >> (bits - 1U) & 1U) != 0) raw |= ~0ULL << bits;
    return raw ^ sign_bit;
}

template <typename Integer>
Integer parsed(const std::string& text) {
    Integer number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped_at, failure] = std::from_chars(text.data(), end, number);
    require(failure == std::errc() && stopped_at == end, "an integer key column prints an integer");
    return number;
}

}  // namespace

key_codec::key_codec(const schema::row_key& key) : key_(key) {
    require(!key_.columns.empty(), "a key has columns");
}

key_value key_codec::from_images(std::span<const binlog::column_image> columns) const {
    require(columns.size() == key_.columns.size(), "a row image has each key column once");
    key_value made;
    made.encoded.reserve(columns.size() * encoded_integer_bytes);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& column = key_.columns[i];
        if (columns[i].is == binlog::column_image::state::absent)
            throw error(
                fmt::format("a row event in the binary log does not hold the key column {}. Let "
                            "binlog_row_image be FULL in every session that writes the table.",
                            quoted_name(column.source)));
        if (columns[i].is == binlog::column_image::state::null)
            throw error(
                fmt::format("a row event holds NULL in the key column {}: the table was "
                            "changed while it was migrated",
                            quoted_name(column.source)));
        const auto bytes = columns[i].bytes;
        if (!is_integer_length(bytes.size()))
            throw error(fmt::format("a row event holds {} bytes for the integer key column {}",
                                    bytes.size(), quoted_name(column.source)));
        append_ordered(made.encoded, ordered_from_image(bytes, column.type));
    }
    return made;
}

key_value key_codec::from_row(std::span<const db::value> columns) const {
    require(columns.size() == key_.columns.size(), "a result has each key column once");
    key_value made;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        require(columns[i].has_value(), "a key column is not NULL");
        if (key_.columns[i].type == schema::key_type::unsigned_integer) {
            append_ordered(made.encoded, parsed<std::uint64_t>(*columns[i]));
        } else {
            const auto number = parsed<std::int64_t>(*columns[i]);
            append_ordered(made.encoded, static_cast<std::uint64_t>(number) ^ sign_bit);
        }
    }
    return made;
}

std::vector<std::string> key_codec::literals(const key_value& key) const {
    require(key.encoded.size() == key_.columns.size() * encoded_integer_bytes,
            "a key value has the length of its columns");
    std::vector<std::string> made;
    made.reserve(key_.columns.size());
    for (std::size_t i = 0; i < key_.columns.size(); ++i) {
        const std::uint64_t ordered = ordered_at(key.encoded, i);
        made.push_back(key_.columns[i].type == schema::key_type::unsigned_integer
                           ? std::to_string(ordered)
                           : std::to_string(static_cast<std::int64_t>(ordered ^ sign_bit)));
    }
    return made;
}

std::string key_codec::describe(const key_value& key) const {
    const auto values = literals(key);
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i)
        text += fmt::format("{}{}={}", i == 0 ? "" : ", ", key_.columns[i].source, values[i]);
    return text;
}

}  // namespace segue::migration
