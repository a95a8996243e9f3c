#include "src/sql/lookalike.hpp"

#include "src/base/error.hpp"
#include "src/base/utf8.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace segue::sql {
namespace {

/// Characters from `first` to `last`, by their numbers in Unicode.
struct lookalike {
    unsigned first;
    unsigned last;
    std::string_view name;
    std::string_view meant;
    bool hidden = false;  ///< Nobody sees it in a name, nor writes it into one.
};

constexpr std::string_view quote = "a typographic quote";
constexpr std::string_view no_break = "a no-break space";
constexpr std::string_view wide_space = "a space of another width";
constexpr std::string_view line_end = "an end of a line";
constexpr std::string_view invisible = "an invisible character";
constexpr std::string_view dash = "a typographic dash";
constexpr std::string_view full_width = "a full-width character";
constexpr std::string_view write_quote = "write ' in its place, or ` around a name";
constexpr std::string_view write_space = "write a plain space in its place";
constexpr std::string_view leave_out = "take it out";
constexpr std::string_view write_dash = "write - in its place";

// https://www.unicode.org/Public/UCD/latest/ucd/PropList.txt: White_Space, Bidi_Control and others
constexpr std::array lookalikes{lookalike{0x85, 0x85, line_end, write_space, true},
                                lookalike{0xA0, 0xA0, no_break, write_space, true},
                                lookalike{0xAB, 0xAB, quote, write_quote},
                                lookalike{0xAD, 0xAD, invisible, leave_out, true},
                                lookalike{0xB4, 0xB4, quote, write_quote},
                                lookalike{0xBB, 0xBB, quote, write_quote},
                                lookalike{0x1680, 0x1680, wide_space, write_space, true},
                                lookalike{0x180E, 0x180E, invisible, leave_out, true},
                                lookalike{0x2000, 0x2006, wide_space, write_space, true},
                                lookalike{0x2007, 0x2007, no_break, write_space, true},
                                lookalike{0x2008, 0x200A, wide_space, write_space, true},
                                lookalike{0x200B, 0x200B, invisible, leave_out, true},
                                lookalike{0x200C, 0x200D, invisible, leave_out},
                                lookalike{0x200E, 0x200F, invisible, leave_out, true},
                                lookalike{0x2013, 0x2014, dash, write_dash},
                                lookalike{0x2018, 0x201E, quote, write_quote},
                                lookalike{0x2028, 0x2029, line_end, write_space, true},
                                lookalike{0x202A, 0x202E, invisible, leave_out, true},
                                lookalike{0x202F, 0x202F, no_break, write_space, true},
                                lookalike{0x205F, 0x205F, wide_space, write_space, true},
                                lookalike{0x2060, 0x2069, invisible, leave_out, true},
                                lookalike{0x2212, 0x2212, dash, write_dash},
                                lookalike{0x3000, 0x3000, wide_space, write_space, true},
                                lookalike{0xFEFF, 0xFEFF, invisible, leave_out, true},
                                lookalike{0xFF08, 0xFF08, full_width, "write ( in its place"},
                                lookalike{0xFF09, 0xFF09, full_width, "write ) in its place"},
                                lookalike{0xFF0C, 0xFF0C, full_width, "write , in its place"}};

/// The number of the character at `at`, which has two or three bytes; 0 for all others.
unsigned code_point(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    switch (utf8_length(text, at)) {
        case 2:
            return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
        case 3:
            return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
        default:
            return 0;
    }
}

/// The characters that end at `end`, some of them, from the beginning of one on.
std::string text_before(std::string_view text, std::size_t end) {
    constexpr std::size_t bytes_max = 32;
    std::size_t from = end > bytes_max ? end - bytes_max : 0;
    while (from < end && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U) ++from;
    return (from > 0 ? "..." : "") + std::string(text.substr(from, end - from));
}

template <typename Wanted>
std::string hint_between(std::string_view text, std::size_t from, std::size_t end, Wanted wanted) {
    for (std::size_t at = from; at < end; ++at) {
        const unsigned number = code_point(text, at);
        const auto found = std::ranges::find_if(lookalikes, [&](const lookalike& one) {
            return one.first <= number && number <= one.last && wanted(one);
        });
        if (found == lookalikes.end()) continue;
        const auto before = text_before(text, at);
        return fmt::format(
            "U+{:04X} ({}) stands {}, where MySQL takes it for a letter of a name: {}", number,
            found->name, before.empty() ? "at the beginning" : fmt::format("behind \"{}\"", before),
            found->meant);
    }
    return {};
}

/// Throws error for text that cannot be read.
template <typename Wanted>
std::string hint_outside_quotes(std::string_view text, Wanted wanted) {
    for (const auto& token : tokenize(text).tokens)
        if (token.kind == token_kind::word)
            if (auto hint = hint_between(text, token.offset, token.end(), wanted); !hint.empty())
                return hint;
    return {};
}

}  // namespace

std::string lookalike_hint(std::string_view text) {
    const auto any = [](const lookalike&) { return true; };
    try {
        return hint_outside_quotes(text, any);
    } catch (const error&) {
        // What does not end may have begun where it was not meant to.
        return hint_between(text, 0, text.size(), any);
    }
}

std::string hidden_space_hint(std::string_view text) {
    try {
        return hint_outside_quotes(text, [](const lookalike& one) { return one.hidden; });
    } catch (const error&) {
        return {};
    }
}

}  // namespace segue::sql
