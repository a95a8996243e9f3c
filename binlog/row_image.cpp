#include "binlog/row_image.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace segue::binlog {

namespace {

using wire::byte_reader;

// https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html
enum column_type : std::uint8_t {
    type_tiny = 1,
    type_short = 2,
    type_long = 3,
    type_float = 4,
    type_double = 5,
    type_null = 6,
    type_timestamp = 7,
    type_longlong = 8,
    type_int24 = 9,
    type_date = 10,
    type_time = 11,
    type_datetime = 12,
    type_year = 13,
    type_newdate = 14,
    type_varchar = 15,
    type_bit = 16,
    type_timestamp2 = 17,
    type_datetime2 = 18,
    type_time2 = 19,
    type_vector = 242,
    type_typed_array = 244,
    type_json = 245,
    type_newdecimal = 246,
    type_enum = 247,
    type_set = 248,
    type_tiny_blob = 249,
    type_medium_blob = 250,
    type_long_blob = 251,
    type_blob = 252,
    type_string = 254,
    type_geometry = 255
};

bool bit(std::span<const std::byte> bitmap, std::size_t index) {
    return (std::to_integer<unsigned>(bitmap[index / 8]) >> (index % 8) & 1U) != 0;
}

std::size_t count_bits(std::span<const std::byte> bitmap, std::size_t bits) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < bits / 8; ++i)
        count += static_cast<unsigned>(std::popcount(std::to_integer<std::uint8_t>(bitmap[i])));
    for (std::size_t i = bits / 8 * 8; i < bits; ++i) count += bit(bitmap, i) ? 1 : 0;
    return count;
}

/// Nine digits take four bytes; those left over on either side of the point take fewer.
std::uint16_t decimal_bytes(unsigned precision, unsigned scale) {
    constexpr std::uint8_t bytes_of_rest[9] = {0, 1, 1, 2, 2, 3, 3, 4, 4};
    const unsigned whole = precision - scale;
    return static_cast<std::uint16_t>(whole / 9 * 4 + bytes_of_rest[whole % 9] + scale / 9 * 4 +
                                      bytes_of_rest[scale % 9]);
}

std::uint16_t fraction_bytes(byte_reader& in, unsigned digits) {
    if (digits > 6) in.fail("metadata", fmt::format("{} digits of a second", digits));
    return static_cast<std::uint16_t>((digits + 1) / 2);
}

std::uint8_t checked_length_bytes(byte_reader& in, unsigned bytes) {
    if (bytes < 1 || bytes > 4) in.fail("metadata", fmt::format("a length in {} bytes", bytes));
    return static_cast<std::uint8_t>(bytes);
}

}  // namespace

row_layout::column row_layout::read_column(std::uint8_t type, byte_reader& in) {
    column c;
    c.type = type;
    const auto fixed = [&c](unsigned bytes) {
        c.fixed_bytes = static_cast<std::uint16_t>(bytes);
        return c;
    };
    switch (type) {
        case type_null:
            return fixed(0);
        case type_tiny:
        case type_year:
            return fixed(1);
        case type_short:
            return fixed(2);
        case type_int24:
        case type_date:
        case type_newdate:
        case type_time:
            return fixed(3);
        case type_long:
        case type_timestamp:
            return fixed(4);
        case type_longlong:
        case type_datetime:
            return fixed(8);
        case type_float:
        case type_double:
            c.metadata = in.u8("size of a number");
            return fixed(c.metadata);
        case type_timestamp2:
            c.metadata = in.u8("digits of a second");
            return fixed(4U + fraction_bytes(in, c.metadata));
        case type_datetime2:
            c.metadata = in.u8("digits of a second");
            return fixed(5U + fraction_bytes(in, c.metadata));
        case type_time2:
            c.metadata = in.u8("digits of a second");
            return fixed(3U + fraction_bytes(in, c.metadata));
        case type_newdecimal: {
            const unsigned precision = in.u8("precision"), scale = in.u8("scale");
            if (scale > precision) in.fail("scale", "it is greater than the precision");
            c.metadata = static_cast<std::uint16_t>(precision << 8U | scale);
            return fixed(decimal_bytes(precision, scale));
        }
        case type_bit: {
            const unsigned rest = in.u8("bits"), bytes = in.u8("bytes");
            if (rest > 7) in.fail("bits", "more than 7 beside whole bytes");
            c.metadata = static_cast<std::uint16_t>(bytes << 8U | rest);
            return fixed(bytes + (rest > 0 ? 1 : 0));
        }
        case type_varchar:
            c.metadata = in.u16("greatest length");
            c.length_bytes = c.metadata > 255 ? 2 : 1;
            return c;
        case type_enum:
        case type_set:
        case type_string: {
            // The real type and the length; a CHAR's length of over 255 bytes has its two highest
            // bits, inverted, in bits 4 and 5 of the type.
            const unsigned coded = in.u8("real type"), low = in.u8("length");
            if (coded == type_enum || coded == type_set) {
                c.type = static_cast<std::uint8_t>(coded);
                c.metadata = static_cast<std::uint16_t>(low);
                return fixed(low);
            }
            if ((coded | 0x30U) != type_string)
                in.fail("real type", fmt::format("{} is not a type of STRING", coded));
            c.metadata = static_cast<std::uint16_t>(((coded & 0x30U) ^ 0x30U) << 4U | low);
            c.length_bytes = c.metadata > 255 ? 2 : 1;
            return c;
        }
        case type_tiny_blob:
        case type_medium_blob:
        case type_long_blob:
        case type_blob:
        case type_vector:
        case type_json:
        case type_geometry:
            c.metadata = in.u8("bytes of the length");
            c.length_bytes = checked_length_bytes(in, c.metadata);
            return c;
        case type_typed_array: {
            // The type of the elements with its metadata, a VARCHAR's in three bytes. The values
            // stand as JSON.
            const std::uint8_t element = in.u8("type of the elements");
            if (element == type_typed_array) in.fail("type of the elements", "an array again");
            if (element == type_varchar)
                in.skip(3, "greatest length of the elements");
            else
                read_column(element, in);
            c.length_bytes = 4;
            return c;
        }
        default:
            in.fail("type of a column", fmt::format("type {} is not known", type));
    }
}

row_layout::row_layout(const table_map_event& map, std::span<const unsigned> wanted) {
    byte_reader metadata(map.metadata, "table map");
    columns_.reserve(map.column_types.size());
    for (const std::uint8_t type : map.column_types) {
        columns_.push_back(read_column(type, metadata));
        if (type == type_json) ++json_columns_;
    }
    if (!metadata.at_end())
        metadata.fail("metadata", fmt::format("{} bytes are left over", metadata.remaining()));
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i] < columns_.size()) columns_[wanted[i]].wanted = static_cast<std::uint32_t>(i);
}

void row_layout::read_image(byte_reader& rows, std::span<const std::byte> present,
                            std::span<column_image> into) const {
    read_columns(rows, present, {}, into, {});
}

// Length-encoded value options; if bit 0 of them is set, a bitmap with one bit for each JSON column
// of the table, in the image or not; then as any other image.
// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Rows__event.html
void row_layout::read_partial_image(byte_reader& rows, std::span<const std::byte> present,
                                    std::span<column_image> into, std::span<bool> partial) const {
    const std::uint64_t options = rows.length_encoded_int("value options");
    if (options > 1) rows.fail("value options", fmt::format("{} is not known", options));
    std::span<const std::byte> json_differences;
    if (options == 1) json_differences = rows.bytes((json_columns_ + 7) / 8, "partial JSON bits");
    std::fill(partial.begin(), partial.end(), false);
    read_columns(rows, present, json_differences, into, partial);
}

void row_layout::read_columns(byte_reader& rows, std::span<const std::byte> present,
                              std::span<const std::byte> json_differences,
                              std::span<column_image> into, std::span<bool> partial) const {
    std::fill(into.begin(), into.end(), column_image{});
    const std::size_t count = columns_.size();
    const auto nulls = rows.bytes((count_bits(present, count) + 7) / 8, "bitmap of the NULLs");
    std::size_t image_index = 0, json_index = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const column& c = columns_[i];
        bool is_difference = false;
        if (c.type == type_json && !json_differences.empty())
            is_difference = bit(json_differences, json_index++);
        if (!bit(present, i)) continue;
        const bool is_null = bit(nulls, image_index++);
        std::span<const std::byte> value;
        if (!is_null) {
            std::size_t length = c.fixed_bytes;
            switch (c.length_bytes) {
                case 0:
                    break;
                case 1:
                    length = rows.u8("length of a value");
                    break;
                case 2:
                    length = rows.u16("length of a value");
                    break;
                case 3:
                    length = rows.u24("length of a value");
                    break;
                default:
                    length = rows.u32("length of a value");
                    break;
            }
            value = rows.bytes(length, "value");
        }
        if (c.wanted == not_wanted) continue;
        if (is_difference && !is_null) {
            partial[c.wanted] = true;
            continue;
        }
        column_image& image = into[c.wanted];
        image.is = is_null ? column_image::state::null : column_image::state::present;
        image.type = c.type;
        image.metadata = c.metadata;
        image.bytes = value;
    }
}

}  // namespace segue::binlog
