#include "src/sql/ddl_text.hpp"

#include "src/base/error.hpp"
#include "src/base/utf8.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

namespace segue::sql {
namespace {

constexpr std::array<tokenizer_options, 4> all_readings{
    {{false, false}, {false, true}, {true, false}, {true, true}}};

std::optional<std::vector<sql_token>> read(std::string_view text, tokenizer_options options) {
    try {
        return tokenize(text, options).tokens;
    } catch (const error&) {
        return std::nullopt;
    }
}

/// Whether two names may be one to the server.
class name_match {
  public:
    name_match(text_encoding encoding, bool names_fold_case)
        : rough_(encoding != text_encoding::utf8), fold_(names_fold_case) {}

    bool operator()(std::string_view a, std::string_view b) const {
        return comparable(a) == comparable(b);
    }

  private:
    std::string comparable(std::string_view name) const {
        if (is_ascii(name)) return fold_ ? fold_case(name) : std::string(name);
        return rough_ ? without_other_characters(name) : fold_ ? caseless(name) : std::string(name);
    }

    /// In another character set a name has other bytes beyond ASCII, and another number of them.
    std::string without_other_characters(std::string_view name) const {
        std::string out;
        for (const char c : fold_ ? fold_case(name) : std::string(name)) {
            const bool other = static_cast<unsigned char>(c) >= 0x80;
            if (!other)
                out += c;
            else if (out.empty() || out.back() != '\x80')
                out += '\x80';
        }
        return out;
    }

    /// Letters with a case are all alike; what has none is itself.
    static std::string caseless(std::string_view name) {
        const std::string folded = fold_case(name);
        std::string out;
        for (std::size_t i = 0; i < folded.size();) {
            const std::size_t length = std::max<std::size_t>(1, utf8_length(folded, i));
            const auto character = std::string_view(folded).substr(i, length);
            out += length > 1 && has_case(character) ? "\x80" : character;
            i += length;
        }
        return out;
    }

    const bool rough_;
    const bool fold_;
};

/// Only these verbs act on tables, and any text begins with its verb, but for comments.
bool may_act(std::string_view text) {
    constexpr std::array<std::string_view, 5> acting = {"ALTER", "CREATE", "DROP", "RENAME",
                                                        "TRUNCATE"};
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return false;
    text.remove_prefix(begin);
    const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    const auto word = text.substr(
        0, static_cast<std::size_t>(std::ranges::find_if_not(text, is_letter) - text.begin()));
    return word.empty() || std::ranges::any_of(acting, [word](std::string_view verb) {
               return equal_ascii_case(word, verb);
           });
}

ddl_touch touch_in(const std::vector<sql_token>& tokens, const logged_text& logged,
                   const table_name& table, const name_match& same) {
    const auto found = tables_acted_on(tokens);
    if (!found) return ddl_touch::unreadable;
    auto result = ddl_touch::none;
    for (const acted_on& one : *found) {
        const bool ours =
            (!one.table || same(*one.table, table.name)) &&
            same(one.schema.value_or(std::string(logged.default_schema)), table.schema);
        if (ours && !one.perhaps) return ddl_touch::touched;
        if (ours) result = ddl_touch::perhaps;
    }
    return result;
}

}  // namespace

ddl_verb verb_of(std::string_view text) {
    for (const auto& reading : all_readings)
        if (const auto tokens = read(text, reading)) return verb_of(std::span(*tokens));
    return ddl_verb::other;
}

std::optional<std::string> name_of_created_trigger(std::string_view text) {
    for (const auto& reading : all_readings)
        if (const auto tokens = read(text, reading))
            return name_of_created_trigger(std::span(*tokens));
    return std::nullopt;
}

ddl_touch touch_of(const logged_text& logged, const table_name& table, bool names_fold_case) {
    if (!may_act(logged.text)) return ddl_touch::none;
    const auto encoding = encoding_of(logged);
    if (encoding == text_encoding::other) return ddl_touch::unreadable;
    const name_match same(encoding, names_fold_case);
    const auto known = quoting_of(logged);
    const auto readings = known ? std::span(&*known, 1) : std::span(all_readings);
    std::optional<ddl_touch> result;
    for (const auto& reading : readings) {
        const auto tokens = read(logged.text, reading);
        if (!tokens) continue;
        const auto touch = touch_in(*tokens, logged, table, same);
        if (touch != ddl_touch::unreadable) result = std::max(result.value_or(touch), touch);
    }
    return result.value_or(ddl_touch::unreadable);
}

}  // namespace segue::sql
