#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace segue::migration {

/// The bytes of a key value: comparing them compares the values, column by column, and no column's
/// bytes are the beginning of another value's. Pure.

/// Eight bytes, the most significant first.
void append_number(std::string& out, std::uint64_t number);
/// Values of one column that all have the same length.
void append_fixed(std::string& out, std::string_view bytes);
/// Of any length, ordered as memcmp does and the shorter first: a zero byte becomes 00 FF, and
/// 00 00 is the end.
void append_variable(std::string& out, std::string_view bytes);

/// Takes the columns from the bytes again, in their order. Throws segue::error for bytes that were
/// not made by the functions above. Lifetime: the bytes outlive it.
class key_reader {
  public:
    explicit key_reader(std::string_view encoded) : rest_(encoded) {}

    std::uint64_t number();
    std::string_view fixed(std::size_t bytes);
    std::string variable();
    bool at_end() const noexcept { return rest_.empty(); }

  private:
    std::string_view rest_;
};

/// Upper-case hexadecimal digits, as HEX() prints them.
std::string to_hex(std::string_view bytes);
/// Throws segue::error for what is no such text.
std::string from_hex(std::string_view digits);

}  // namespace segue::migration
