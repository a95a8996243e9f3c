#include "src/keys/key_encoding.hpp"

#include "src/keys/readable.hpp"

namespace segue::keys {
namespace {

constexpr std::size_t number_bytes = 8;
constexpr char escape = '\0';
constexpr char escaped_zero = '\xFF';
constexpr char end_mark = '\0';
constexpr std::string_view digits_of_hex = "0123456789ABCDEF";

unsigned digit_of(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    must_be_readable(c >= 'A' && c <= 'F', "HEX() prints hexadecimal digits");
    return static_cast<unsigned>(c - 'A') + 10;
}

}  // namespace

void append_number(std::string& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU));
}

void append_fixed(std::string& out, std::string_view bytes) {
    out.append(bytes);
}

void append_variable(std::string& out, std::string_view bytes) {
    for (const char byte : bytes) {
        out.push_back(byte);
        if (byte == escape) out.push_back(escaped_zero);
    }
    out.push_back(escape);
    out.push_back(end_mark);
}

void turn_order(std::string& out, std::size_t begin) {
    for (std::size_t i = begin; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

std::uint64_t key_reader::number() {
    std::uint64_t made = 0;
    for (const char byte : fixed(number_bytes))
        made = made << 8U | static_cast<unsigned char>(byte);
    return made;
}

std::string key_reader::fixed(std::size_t bytes) {
    must_be_readable(bytes_.size() - at_ >= bytes, "a key value has the length of its columns");
    at_ += bytes;
    return bytes_.substr(at_ - bytes, bytes);
}

void key_reader::turn() {
    turn_order(bytes_, at_);
}

std::string key_reader::variable() {
    std::string made;
    for (;;) {
        const char byte = fixed(1).front();
        if (byte != escape) {
            made.push_back(byte);
            continue;
        }
        const char follows = fixed(1).front();
        if (follows == end_mark) return made;
        must_be_readable(follows == escaped_zero, "a zero byte in a key value is escaped");
        made.push_back(escape);
    }
}

std::string to_hex(std::string_view bytes) {
    std::string made;
    made.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        made.push_back(digits_of_hex[value >> 4U]);
        made.push_back(digits_of_hex[value & 0xFU]);
    }
    return made;
}

std::string from_hex(std::string_view digits) {
    must_be_readable(digits.size() % 2 == 0, "HEX() prints two digits for each byte");
    std::string made;
    made.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2)
        made.push_back(static_cast<char>(digit_of(digits[i]) << 4U | digit_of(digits[i + 1])));
    return made;
}

}  // namespace segue::keys
