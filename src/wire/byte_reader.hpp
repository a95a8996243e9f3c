#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace segue::wire {

/// The bytes of `span` as text, without a copy.
inline std::string_view as_text(std::span<const std::byte> span) {
    return {reinterpret_cast<const char*>(span.data()), span.size()};
}
/// The bytes of `text`, without a copy.
inline std::span<const std::byte> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

/// Takes values off the front of bytes that came from the network. Nothing is copied: spans and
/// texts handed out point into the bytes given.
/// Lifetime: the bytes and the text `what` outlive the reader.
/// Errors: a read past the end, or an impossible length, throws segue::error that names `what`
/// ("table map event"), the position, and the field asked for; the reader then stays where it was.
/// Integers are little-endian:
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_dt_integers.html
class byte_reader {
  public:
    byte_reader(std::span<const std::byte> bytes, std::string_view what)
        : bytes_(bytes), what_(what) {}

    std::size_t position() const noexcept { return position_; }
    std::size_t remaining() const noexcept { return bytes_.size() - position_; }
    bool at_end() const noexcept { return remaining() == 0; }
    std::string_view what() const noexcept { return what_; }

    std::uint8_t u8(std::string_view field) { return static_cast<std::uint8_t>(fixed<1>(field)); }
    std::uint16_t u16(std::string_view field) {
        return static_cast<std::uint16_t>(fixed<2>(field));
    }
    std::uint32_t u24(std::string_view field) {
        return static_cast<std::uint32_t>(fixed<3>(field));
    }
    std::uint32_t u32(std::string_view field) {
        return static_cast<std::uint32_t>(fixed<4>(field));
    }
    std::uint64_t u48(std::string_view field) { return fixed<6>(field); }
    std::uint64_t u64(std::string_view field) { return fixed<8>(field); }

    /// The byte that the next read starts with; the reader does not move.
    std::uint8_t peek(std::string_view field) const {
        need(1, field);
        return std::to_integer<std::uint8_t>(bytes_[position_]);
    }

    /// 1, 3, 4 or 9 bytes. The markers 0xFB (NULL) and 0xFF (error) are refused.
    std::uint64_t length_encoded_int(std::string_view field);
    /// A length-encoded length and as many bytes.
    std::string_view length_encoded_string(std::string_view field);
    /// A length-encoded length and as many bytes; nullopt for the marker 0xFB, NULL in a row of
    /// text.
    std::optional<std::string_view> length_encoded_string_or_null(std::string_view field);

    /// Exactly `count` bytes.
    std::span<const std::byte> bytes(std::size_t count, std::string_view field) {
        need(count, field);
        const auto taken = bytes_.subspan(position_, count);
        position_ += count;
        return taken;
    }
    /// Exactly `count` bytes, as text.
    std::string_view text(std::size_t count, std::string_view field) {
        return as_text(bytes(count, field));
    }
    /// Up to the next NUL byte, which is consumed and not part of the result.
    std::string_view nul_terminated(std::string_view field);
    /// All that is left; may be empty.
    std::span<const std::byte> rest() noexcept {
        const auto taken = bytes_.subspan(position_);
        position_ = bytes_.size();
        return taken;
    }
    void skip(std::size_t count, std::string_view field) {
        need(count, field);
        position_ += count;
    }

    /// Throws the error that a read of `field` at this position failed, because of `why`.
    [[noreturn]] void fail(std::string_view field, std::string_view why) const;

  private:
    void need(std::size_t count, std::string_view field) const {
        if (count > remaining()) [[unlikely]]
            fail_short(count, field);
    }
    [[noreturn]] void fail_short(std::size_t count, std::string_view field) const;

    template <std::size_t Count>
    std::uint64_t fixed(std::string_view field) {
        need(Count, field);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < Count; ++i)
            value |= std::to_integer<std::uint64_t>(bytes_[position_ + i]) << (8 * i);
        position_ += Count;
        return value;
    }

    std::span<const std::byte> bytes_;
    std::string_view what_;
    std::size_t position_ = 0;
};

}  // namespace segue::wire
