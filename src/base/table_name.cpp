#include "src/base/table_name.hpp"

#include "src/base/stable_hash.hpp"
#include "src/base/utf8.hpp"

#include <fmt/format.h>

namespace segue {
namespace {

constexpr std::size_t identifier_characters_max = 64;

std::string_view first_characters(std::string_view utf8, std::size_t count) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        if ((static_cast<unsigned char>(utf8[i]) & 0xC0U) == 0x80U) continue;
        if (seen == count) return utf8.substr(0, i);
        ++seen;
    }
    return utf8;
}

table_name derived(const table_name& original, std::string_view suffix) {
    const std::size_t room = identifier_characters_max - 1 - suffix.size();
    if (characters_in(original.name) <= room)
        return {original.schema, fmt::format("_{}{}", original.name, suffix)};
    const std::string hash = fmt::format("_{:08x}", stable_hash(original.name));
    return {
        original.schema,
        fmt::format("_{}{}{}", first_characters(original.name, room - hash.size()), hash, suffix)};
}

}  // namespace

std::string quoted_name(std::string_view identifier) {
    std::string out = "`";
    for (const char c : identifier) {
        if (c == '`') out += '`';
        out += c;
    }
    return out += '`';
}

std::string quoted_literal(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        switch (c) {
            case '\'':
                out += "''";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\0':
                out += "\\0";
                break;
            default:
                out += c;
        }
    }
    return out += '\'';
}

migration_tables migration_tables::of(const table_name& original) {
    return {.original = original,
            .ghost = derived(original, "_gho"),
            .old = derived(original, "_del"),
            .changelog = derived(original, "_ghc"),
            .checkpoint = derived(original, "_ghk"),
            .rehearsal = derived(original, "_ghr")};
}

}  // namespace segue
