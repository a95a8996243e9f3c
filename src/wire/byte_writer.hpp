#pragma once

#include "src/wire/byte_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::wire {

/// Builds the payload of a packet, piece by piece; the counterpart of byte_reader.
class byte_writer {
  public:
    byte_writer& u8(std::uint8_t value) { return fixed<1>(value); }
    byte_writer& u16(std::uint16_t value) { return fixed<2>(value); }
    byte_writer& u24(std::uint32_t value) { return fixed<3>(value); }
    byte_writer& u32(std::uint32_t value) { return fixed<4>(value); }
    byte_writer& u64(std::uint64_t value) { return fixed<8>(value); }

    byte_writer& bytes(std::span<const std::byte> value) {
        written_.insert(written_.end(), value.begin(), value.end());
        return *this;
    }
    byte_writer& text(std::string_view value) { return bytes(as_bytes(value)); }
    /// `value` holds no NUL byte itself.
    byte_writer& nul_terminated(std::string_view value) { return text(value).u8(0); }
    byte_writer& zeros(std::size_t count) {
        written_.resize(written_.size() + count);
        return *this;
    }
    byte_writer& length_encoded_int(std::uint64_t value) {
        if (value < 0xFB) return u8(static_cast<std::uint8_t>(value));
        if (value <= 0xFFFF) return u8(0xFC).fixed<2>(value);
        if (value <= 0xFFFFFF) return u8(0xFD).fixed<3>(value);
        return u8(0xFE).u64(value);
    }
    byte_writer& length_encoded_bytes(std::span<const std::byte> value) {
        return length_encoded_int(value.size()).bytes(value);
    }
    byte_writer& length_encoded_string(std::string_view value) {
        return length_encoded_bytes(as_bytes(value));
    }

    std::size_t size() const noexcept { return written_.size(); }
    /// What was written; the writer is empty afterwards.
    std::vector<std::byte> take() { return std::exchange(written_, {}); }

  private:
    template <std::size_t Count>
    byte_writer& fixed(std::uint64_t value) {
        for (std::size_t i = 0; i < Count; ++i)
            written_.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFFU));
        return *this;
    }

    std::vector<std::byte> written_;
};

}  // namespace segue::wire
