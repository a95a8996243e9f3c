#include "src/keys/key_codec.hpp"

#include "src/base/error.hpp"
#include "src/keys/key_column_codec.hpp"
#include "src/keys/readable.hpp"

#include <string_view>

#include <fmt/format.h>

namespace segue::keys {
namespace {

using schema::key_column;

std::string_view as_text(std::span<const std::byte> bytes) {
    // The bytes of an image, seen as characters.
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename Append>
void append_ordered(std::string& out, const key_column& column, Append append) {
    const std::size_t begin = out.size();
    append();
    if (column.descending) turn_order(out, begin);
}

std::string taken_ordered(key_reader& from, const key_column& column) {
    if (column.descending) from.turn();
    std::string value = taken(from, column);
    if (column.descending) from.turn();
    return value;
}

}  // namespace

key_codec::key_codec(const schema::row_key& key) : key_(key), ordered_(key.ordered()) {
    require(!key_.columns.empty(), "a key has columns");
    for (const key_column& column : key_.columns)
        literal_bytes_max_ += keys::literal_bytes_max(column);
}

key_value key_codec::from_images(std::span<const binlog::column_image> columns) const {
    require(columns.size() == key_.columns.size(), "a row image has each key column once");
    key_value made;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto& column = key_.columns[i];
        if (columns[i].is == binlog::column_image::state::absent)
            throw error(
                fmt::format("a row event in the binary log does not hold the key column {}. Let "
                            "binlog_row_image be FULL in every session that writes the table, and "
                            "on a replica that the stream comes from.",
                            quoted_name(column.source)));
        if (columns[i].is == binlog::column_image::state::null)
            throw error(
                fmt::format("a row event holds NULL in the key column {}, so that the key names no "
                            "row: one came in that may hold it, or the table was changed while it "
                            "was migrated",
                            quoted_name(column.source)));
        append_ordered(made.encoded, column,
                       [&] { append_image(made.encoded, column, as_text(columns[i].bytes)); });
    }
    return made;
}

std::string key_codec::printed(std::size_t column, const std::string& name) const {
    return keys::printed(key_.columns[column], name);
}

std::string key_codec::printed_in_target(std::size_t column, const std::string& name) const {
    return keys::printed_in_target(key_.columns[column], name);
}

key_value key_codec::from_row(std::span<const db::value> columns) const {
    require(columns.size() == key_.columns.size(), "a result has each key column once");
    key_value made;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        must_be_readable(columns[i].has_value(), "a key column is not NULL");
        append_ordered(made.encoded, key_.columns[i],
                       [&] { append_text(made.encoded, key_.columns[i], *columns[i]); });
    }
    return made;
}

std::vector<std::string> key_codec::literals(const key_value& key) const {
    key_reader from(key.encoded);
    std::vector<std::string> made;
    made.reserve(key_.columns.size());
    for (const key_column& column : key_.columns)
        made.push_back(literal(column, taken_ordered(from, column)));
    must_be_readable(from.at_end(), "a key value has the length of its columns");
    return made;
}

std::string key_codec::describe(const key_value& key) const {
    key_reader from(key.encoded);
    std::string text;
    for (const key_column& column : key_.columns)
        text += fmt::format("{}{}={}", text.empty() ? "" : ", ", column.source,
                            shown(column, taken_ordered(from, column)));
    return text;
}

}  // namespace segue::keys
