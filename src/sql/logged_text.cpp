#include "src/sql/logged_text.hpp"

#include "src/base/utf8.hpp"

#include <algorithm>
#include <array>

namespace segue::sql {
namespace {

/// Ids of the collations of utf8mb3 and utf8mb4.
bool is_of_utf8(std::uint16_t collation) {
    constexpr std::array<std::uint16_t, 5> single = {33, 45, 46, 76, 83};
    return std::ranges::find(single, collation) != single.end() ||
           (collation >= 192 && collation <= 247) || collation >= 255;
}

/// big5, sjis, euckr, gbk, cp932 and gb18030.
bool has_ascii_within_characters(std::uint16_t collation) {
    constexpr std::array<std::uint16_t, 13> of = {1,  84, 13, 88,  19,  85, 28,
                                                  87, 95, 96, 248, 249, 250};
    return std::ranges::find(of, collation) != of.end();
}

/// swe7 has letters in the place of a backquote and a backslash.
bool is_not_ascii(std::uint16_t collation) {
    return collation == 10 || collation == 82;
}

}  // namespace

std::optional<tokenizer_options> quoting_of(const logged_text& logged) {
    constexpr std::uint64_t ansi_quotes = 1U << 2U;
    constexpr std::uint64_t no_backslash_escapes = 1U << 20U;
    if (!logged.sql_mode) return std::nullopt;
    return tokenizer_options{
        .ansi_quotes = (*logged.sql_mode & ansi_quotes) != 0,
        .no_backslash_escapes = (*logged.sql_mode & no_backslash_escapes) != 0};
}

text_encoding encoding_of(const logged_text& logged) {
    const auto client = logged.client_collation;
    if (client && is_not_ascii(*client)) return text_encoding::other;
    if (is_ascii(logged.text)) return text_encoding::ascii_based;
    if (!client) return is_utf8(logged.text) ? text_encoding::utf8 : text_encoding::other;
    if (has_ascii_within_characters(*client)) return text_encoding::other;
    return is_of_utf8(*client) && is_utf8(logged.text) ? text_encoding::utf8
                                                       : text_encoding::ascii_based;
}

}  // namespace segue::sql
