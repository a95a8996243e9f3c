#include "src/wire/byte_reader.hpp"

#include "src/base/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::wire {

void byte_reader::fail(std::string_view field, std::string_view why) const {
    throw error(fmt::format("{}: cannot read {} at byte {}: {}", what_, field, position_, why));
}

void byte_reader::fail_short(std::size_t count, std::string_view field) const {
    fail(field, fmt::format("{} bytes are needed, {} are left", count, remaining()));
}

std::uint64_t byte_reader::length_encoded_int(std::string_view field) {
    const std::size_t start = position_;
    const std::uint8_t first = u8(field);
    if (first < 0xFB) return first;
    // Whatever fails below, the reader has not moved.
    position_ = start;
    switch (first) {
        case 0xFC:
            need(3, field);
            ++position_;
            return fixed<2>(field);
        case 0xFD:
            need(4, field);
            ++position_;
            return fixed<3>(field);
        case 0xFE:
            need(9, field);
            ++position_;
            return fixed<8>(field);
        default:
            fail(field, fmt::format("0x{:02X} does not begin a length-encoded integer", first));
    }
}

std::string_view byte_reader::length_encoded_string(std::string_view field) {
    const std::size_t start = position_;
    const std::uint64_t length = length_encoded_int(field);
    if (length > remaining()) {
        const std::size_t left = remaining();
        position_ = start;
        fail(field, fmt::format("a length of {} is given, {} bytes are left", length, left));
    }
    return text(static_cast<std::size_t>(length), field);
}

std::optional<std::string_view> byte_reader::length_encoded_string_or_null(std::string_view field) {
    if (peek(field) == 0xFB) {
        ++position_;
        return std::nullopt;
    }
    return length_encoded_string(field);
}

std::string_view byte_reader::nul_terminated(std::string_view field) {
    const auto left = bytes_.subspan(position_);
    const auto end = std::find(left.begin(), left.end(), std::byte{0});
    if (end == left.end()) fail(field, "no NUL byte ends it");
    const auto length = static_cast<std::size_t>(end - left.begin());
    position_ += length + 1;
    return as_text(left.first(length));
}

}  // namespace segue::wire
