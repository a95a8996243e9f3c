#pragma once

#include "src/keys/key_codec.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Keys, key values and row images for the tests of this folder.
namespace segue::keys {

inline schema::row_key primary_key(std::vector<schema::key_column> columns) {
    return {.source_index = "PRIMARY", .target_index = "PRIMARY", .columns = std::move(columns)};
}

inline schema::key_column signed_column(const std::string& name, unsigned ordinal = 0) {
    return {.source = name,
            .target = name,
            .ordinal = ordinal,
            .type = schema::key_type::signed_integer};
}

inline schema::key_column unsigned_column(const std::string& name, unsigned ordinal = 0) {
    return {.source = name,
            .target = name,
            .ordinal = ordinal,
            .type = schema::key_type::unsigned_integer};
}

/// Of a key of one signed column `id`.
inline const key_codec& id_codec() {
    static const key_codec codec(primary_key({signed_column("id")}));
    return codec;
}

inline key_value key(std::int64_t id) {
    const std::array<db::value, 1> row = {std::to_string(id)};
    return id_codec().from_row(row);
}

inline std::vector<key_value> keys(std::initializer_list<std::int64_t> ids) {
    std::vector<key_value> made;
    for (const std::int64_t id : ids) made.push_back(key(id));
    return made;
}

/// A number as a row image holds it in `Bytes` bytes: little-endian, two's complement.
template <std::size_t Bytes>
std::array<std::byte, Bytes> in_image(std::uint64_t number) {
    std::array<std::byte, Bytes> bytes{};
    for (std::byte& one : bytes) {
        one = static_cast<std::byte>(number & 0xFFU);
        number >>= 8U;
    }
    return bytes;
}

/// Lifetime: `bytes` outlives it.
inline binlog::column_image present(std::span<const std::byte> bytes) {
    return {.is = binlog::column_image::state::present, .bytes = bytes};
}

}  // namespace segue::keys
