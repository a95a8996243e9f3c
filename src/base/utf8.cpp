#include "src/base/utf8.hpp"

#include <algorithm>

namespace segue {
namespace {

bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Of C0, DEL, or C1, which is U+0080 to U+009F.
bool is_control(std::string_view character) {
    const auto first = static_cast<unsigned char>(character[0]);
    if (character.size() == 1)
        return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
    return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

}  // namespace

std::size_t utf8_length(std::string_view text, std::size_t i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xC2 ? 0
                               : byte < 0xE0 ? 2
                               : byte < 0xF0 ? 3
                               : byte < 0xF5 ? 4
                                             : 0;
    if (i + length > text.size()) return 0;
    for (std::size_t k = 1; k < length; ++k)
        if (!continues(text[i + k])) return 0;
    return length;
}

std::size_t characters_in(std::string_view utf8) {
    return utf8.size() - static_cast<std::size_t>(std::ranges::count_if(utf8, continues));
}

void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
    const auto tail = [&](unsigned shift) { byte(0x80U | ((code_point >> shift) & 0x3FU)); };
    if (code_point < 0x80U) return byte(code_point);
    if (code_point < 0x800U) {
        byte(0xC0U | (code_point >> 6U));
        return tail(0);
    }
    if (code_point < 0x10000U) {
        byte(0xE0U | (code_point >> 12U));
    } else {
        byte(0xF0U | (code_point >> 18U));
        tail(12);
    }
    tail(6);
    tail(0);
}

bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto length = utf8_length(text, i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string printable(std::string_view text) {
    std::string shown;
    for (std::size_t i = 0; i < text.size();) {
        const auto length = utf8_length(text, i);
        const auto character = text.substr(i, std::max<std::size_t>(length, 1));
        if (length == 0 || is_control(character))
            shown += '?';
        else
            shown += character;
        i += character.size();
    }
    return shown;
}

}  // namespace segue
