#include "src/sql/identifier_case.hpp"

#include "src/base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <locale.h>
#include <wctype.h>

namespace segue::sql {
namespace {

char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

unsigned byte_at(std::string_view text, std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
}

// 0 where the system has no such locale.
locale_t utf8_locale() {
    static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);  // never freed
    return locale;
}

std::uint32_t lower(std::uint32_t code_point) {
    const locale_t locale = utf8_locale();
    if (locale == nullptr) return code_point;
    return static_cast<std::uint32_t>(::towlower_l(static_cast<wint_t>(code_point), locale));
}

bool continues(unsigned byte) {
    return (byte & 0xC0U) == 0x80U;
}

}  // namespace

bool equal_ascii_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

// Identifiers hold no characters beyond the basic multilingual plane, so three bytes are the most;
// other bytes stay as they are.
std::string fold_case(std::string_view utf8) {
    std::string folded;
    folded.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size();) {
        const unsigned first = byte_at(utf8, i);
        const unsigned second = byte_at(utf8, i + 1);
        const unsigned third = byte_at(utf8, i + 2);
        if (first >= 0xC2U && first < 0xE0U && continues(second)) {
            append_utf8(folded, lower(((first & 0x1FU) << 6U) | (second & 0x3FU)));
            i += 2;
        } else if (first >= 0xE0U && first < 0xF0U && continues(second) && continues(third)) {
            append_utf8(folded, lower(((first & 0x0FU) << 12U) | ((second & 0x3FU) << 6U) |
                                      (third & 0x3FU)));
            i += 3;
        } else {
            folded += ascii_lower(utf8[i]);
            ++i;
        }
    }
    return folded;
}

bool has_case(std::string_view character) {
    const locale_t locale = utf8_locale();
    const unsigned first = byte_at(character, 0);
    const unsigned second = byte_at(character, 1) & 0x3FU;
    const unsigned third = byte_at(character, 2) & 0x3FU;
    if (locale == nullptr || character.size() > 3) return true;
    const auto code_point = static_cast<wint_t>(
        character.size() <= 1   ? first
        : character.size() == 2 ? ((first & 0x1FU) << 6U) | second
                                : ((first & 0x0FU) << 12U) | (second << 6U) | third);
    return ::towlower_l(code_point, locale) != code_point ||
           ::towupper_l(code_point, locale) != code_point;
}

bool same_name(std::string_view a, std::string_view b) {
    if (a == b) return true;
    // Tables have up to 4096 columns, and most names are of ASCII letters.
    if (is_ascii(a) && is_ascii(b)) return equal_ascii_case(a, b);
    return fold_case(a) == fold_case(b);
}

bool name_order::operator()(std::string_view a, std::string_view b) const {
    return fold_case(a) < fold_case(b);
}

bool same_table_name(std::string_view a, std::string_view b, bool names_fold_case) {
    return names_fold_case ? same_name(a, b) : a == b;
}

}  // namespace segue::sql
