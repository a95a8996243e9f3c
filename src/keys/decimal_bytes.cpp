#include "src/keys/decimal_bytes.hpp"

#include "src/base/error.hpp"
#include "src/keys/readable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace segue::keys {
namespace {

constexpr unsigned group_digits = 9;
constexpr unsigned group_bytes = 4;
constexpr std::array<unsigned, group_digits> bytes_of_rest = {0, 1, 1, 2, 2, 3, 3, 4, 4};
constexpr unsigned char sign_bit = 0x80;

std::size_t bytes_of(unsigned digits) {
    return digits / group_digits * group_bytes + bytes_of_rest[digits % group_digits];
}

void append_group(std::string& out, std::string_view digits, unsigned bytes) {
    std::uint32_t number = 0;
    for (const char digit : digits) number = number * 10 + static_cast<std::uint32_t>(digit - '0');
    for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<char>(number >> (8U * i) & 0xFFU));
}

std::string take_group(std::string_view& bytes, unsigned width, unsigned digits) {
    std::uint32_t number = 0;
    for (const char byte : bytes.substr(0, width))
        number = number << 8U | static_cast<unsigned char>(byte);
    bytes.remove_prefix(width);
    std::string text = fmt::format("{:0{}}", number, digits);
    if (text.size() != digits) throw error("a DECIMAL key column holds no decimal digits");
    return text;
}

void turn_over(std::string& bytes, bool negative) {
    if (negative)
        for (char& byte : bytes) byte = static_cast<char>(~static_cast<unsigned char>(byte));
    bytes.front() = static_cast<char>(static_cast<unsigned char>(bytes.front()) ^ sign_bit);
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::size_t decimal_form::bytes() const {
    return bytes_of(digits - scale) + bytes_of(scale);
}

std::string decimal_form::from_text(std::string_view text) const {
    const auto refuse = [&, whole = text] {
        throw error(fmt::format("a DECIMAL({},{}) key column prints '{}'", digits, scale, whole));
    };
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string_view before = text.substr(0, point);
    const std::string_view after = text.substr(std::min(point + 1, text.size()));
    while (before.starts_with('0')) before.remove_prefix(1);
    const unsigned places = digits - scale;
    if (before.size() > places || after.size() != scale || !all_digits(before) ||
        !all_digits(after) || point == 0)
        refuse();
    const std::string whole = std::string(places - before.size(), '0') + std::string(before);
    std::string out;
    const unsigned first = places % group_digits;
    append_group(out, std::string_view(whole).substr(0, first), bytes_of_rest[first]);
    for (unsigned at = first; at < places; at += group_digits)
        append_group(out, std::string_view(whole).substr(at, group_digits), group_bytes);
    unsigned at = 0;
    for (; at + group_digits <= scale; at += group_digits)
        append_group(out, after.substr(at, group_digits), group_bytes);
    append_group(out, after.substr(at), bytes_of_rest[scale - at]);
    turn_over(out, negative);
    return out;
}

std::string decimal_form::to_text(std::string_view image) const {
    must_be_readable(image.size() == bytes(), "a DECIMAL has the length of its digits");
    std::string raw(image);
    const bool negative = (static_cast<unsigned char>(raw.front()) & sign_bit) == 0;
    turn_over(raw, false);
    if (negative)
        for (char& byte : raw) byte = static_cast<char>(~static_cast<unsigned char>(byte));
    std::string_view rest = raw;
    const unsigned places = digits - scale;
    const unsigned first = places % group_digits;
    std::string whole = first > 0 ? take_group(rest, bytes_of_rest[first], first) : "";
    for (unsigned at = first; at < places; at += group_digits)
        whole += take_group(rest, group_bytes, group_digits);
    std::string fraction;
    unsigned at = 0;
    for (; at + group_digits <= scale; at += group_digits)
        fraction += take_group(rest, group_bytes, group_digits);
    if (at < scale) fraction += take_group(rest, bytes_of_rest[scale - at], scale - at);
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
    if (whole.empty()) whole = "0";
    return (negative ? "-" : "") + whole + (scale > 0 ? "." + fraction : "");
}

}  // namespace segue::keys
