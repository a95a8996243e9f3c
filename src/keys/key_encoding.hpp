#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace segue::keys {

/// The bytes of a key value: comparing them compares the values, column by column, and no column's
/// bytes are the beginning of another value's. Pure.

/// Appends a number as eight bytes, the most significant first.
void append_number(std::string& out, std::uint64_t number);
/// Appends a value of a column whose values all have the same length, as it is.
void append_fixed(std::string& out, std::string_view bytes);
/// Appends bytes of any length, ordered as memcmp does and the shorter first: a zero byte becomes
/// 00 FF, and 00 00 is the end.
void append_variable(std::string& out, std::string_view bytes);

/// Turns the order of what was appended at `begin` and behind: the greatest value comes first.
void turn_order(std::string& out, std::size_t begin);

/// Takes the columns from the bytes again, in their order. Throws segue::error for bytes that were
/// not made by the functions above.
class key_reader {
  public:
    explicit key_reader(std::string encoded) : bytes_(std::move(encoded)) {}

    /// What append_number() appended.
    std::uint64_t number();
    /// What append_fixed() appended, so many bytes.
    std::string fixed(std::size_t bytes);
    /// What append_variable() appended.
    std::string variable();
    /// Turns the bytes that follow, as turn_order() does: to be called before and behind a column
    /// that it turned.
    void turn();
    bool at_end() const noexcept { return at_ == bytes_.size(); }

  private:
    std::string bytes_;
    std::size_t at_ = 0;
};

/// Upper-case hexadecimal digits, as HEX() prints them.
std::string to_hex(std::string_view bytes);
/// The bytes that to_hex() printed so. Throws segue::error for what is no such text.
std::string from_hex(std::string_view digits);

}  // namespace segue::keys
