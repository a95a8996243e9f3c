#include "src/control/command.hpp"

#include "src/base/utf8.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace segue::control {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

// The number that `digits` digits of `base` make at the start of `text`, which is cut off there.
std::optional<std::uint32_t> take_number(std::string_view& text, std::size_t digits, int base) {
    std::uint32_t number = 0;
    if (text.size() < digits) return std::nullopt;
    const char* const end = text.data() + digits;
    const auto read = std::from_chars(text.data(), end, number, base);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

// What follows a backslash. False: it is no escape.
bool append_escape(std::string& out, std::string_view& rest, char quote) {
    if (rest.empty()) return false;
    const char kind = rest.front();
    if (kind >= '0' && kind <= '7') {
        const auto byte = take_number(rest, 3, 8);
        if (!byte || *byte > 0xFFU) return false;
        out += static_cast<char>(*byte);
        return true;
    }
    rest.remove_prefix(1);
    constexpr std::string_view letters = "abfnrtv\\";
    constexpr std::string_view meant = "\a\b\f\n\r\t\v\\";
    if (const auto at = letters.find(kind); at != letters.npos) {
        out += meant[at];
        return true;
    }
    if (kind == quote) {
        out += kind;
        return true;
    }
    if (kind == 'x') {
        const auto byte = take_number(rest, 2, 16);
        if (byte) out += static_cast<char>(*byte);
        return byte.has_value();
    }
    if (kind != 'u' && kind != 'U') return false;
    const auto code = take_number(rest, kind == 'u' ? 4 : 8, 16);
    if (!code || *code > 0x10FFFFU || (*code >= 0xD800U && *code <= 0xDFFFU)) return false;
    append_utf8(out, *code);
    return true;
}

}  // namespace

std::optional<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || text.front() != text.back()) return std::nullopt;
    const char quote = text.front();
    std::string_view rest = text.substr(1, text.size() - 2);
    if (quote == '`')
        return rest.find('`') == rest.npos ? std::optional<std::string>(rest) : std::nullopt;
    if (quote != '"' && quote != '\'') return std::nullopt;
    std::string meant;
    while (!rest.empty()) {
        const char next = rest.front();
        rest.remove_prefix(1);
        if (next == quote || next == '\n') return std::nullopt;
        if (next != '\\')
            meant += next;
        else if (!append_escape(meant, rest, quote))
            return std::nullopt;
    }
    if (quote == '\'' && characters_in(meant) != 1) return std::nullopt;
    return meant;
}

command parse_command(std::string_view line) {
    const auto equals = line.find('=');
    command made{.name = std::string(trimmed(line.substr(0, equals))), .argument = std::nullopt};
    if (equals == line.npos) return made;
    const std::string_view argument = trimmed(line.substr(equals + 1));
    made.argument = unquoted(argument).value_or(std::string(argument));
    return made;
}

}  // namespace segue::control
