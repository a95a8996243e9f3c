#include "src/schema/alter_hints.hpp"

#include "src/base/error.hpp"
#include "src/schema/token_cursor.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

namespace segue::schema {
namespace {

struct lookalike {
    std::string_view bytes;  // UTF-8
    std::string_view name;
    std::string_view meant;
};

constexpr std::string_view quote = "a typographic quote";
constexpr std::string_view no_break = "a no-break space";
constexpr std::string_view wide_space = "a wide space";
constexpr std::string_view invisible = "an invisible character";
constexpr std::string_view dash = "a typographic dash";
constexpr std::string_view full_width = "a full-width character";
constexpr std::string_view write_quote = "write ' in its place";
constexpr std::string_view write_space = "write a plain space in its place";
constexpr std::string_view leave_out = "take it out";
constexpr std::string_view write_dash = "write - in its place";

constexpr std::array lookalikes{lookalike{"\u2018", quote, write_quote},
                                lookalike{"\u2019", quote, write_quote},
                                lookalike{"\u201A", quote, write_quote},
                                lookalike{"\u201B", quote, write_quote},
                                lookalike{"\u201C", quote, write_quote},
                                lookalike{"\u201D", quote, write_quote},
                                lookalike{"\u201E", quote, write_quote},
                                lookalike{"\u00B4", quote, write_quote},
                                lookalike{"\u00AB", quote, write_quote},
                                lookalike{"\u00BB", quote, write_quote},
                                lookalike{"\u00A0", no_break, write_space},
                                lookalike{"\u202F", no_break, write_space},
                                lookalike{"\u2007", no_break, write_space},
                                lookalike{"\u2009", wide_space, write_space},
                                lookalike{"\u3000", wide_space, write_space},
                                lookalike{"\u200B", invisible, leave_out},
                                lookalike{"\u200C", invisible, leave_out},
                                lookalike{"\u200D", invisible, leave_out},
                                lookalike{"\u2060", invisible, leave_out},
                                lookalike{"\uFEFF", invisible, leave_out},
                                lookalike{"\u2013", dash, write_dash},
                                lookalike{"\u2014", dash, write_dash},
                                lookalike{"\u2212", dash, write_dash},
                                lookalike{"\uFF08", full_width, "write ( in its place"},
                                lookalike{"\uFF09", full_width, "write ) in its place"},
                                lookalike{"\uFF0C", full_width, "write , in its place"}};

/// Of its bytes in UTF-8.
unsigned code_point(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    if (bytes.size() == 2) return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
    return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
}

/// The characters that end at `end`, some of them, from the beginning of one on.
std::string text_before(std::string_view text, std::size_t end) {
    constexpr std::size_t bytes_max = 32;
    std::size_t from = end > bytes_max ? end - bytes_max : 0;
    while (from < end && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U) ++from;
    return (from > 0 ? "..." : "") + std::string(text.substr(from, end - from));
}

std::string hint_between(std::string_view text, std::size_t from, std::size_t end) {
    for (std::size_t at = from; at < end; ++at)
        for (const auto& one : lookalikes)
            if (text.substr(at, end - at).starts_with(one.bytes)) {
                const auto before = text_before(text, at);
                return fmt::format(
                    "U+{:04X} ({}) stands {}, where MySQL takes it for a letter of a name: {}",
                    code_point(one.bytes), one.name,
                    before.empty() ? "at the beginning" : fmt::format("behind \"{}\"", before),
                    one.meant);
            }
    return {};
}

std::string text_between(std::string_view text, std::span<const sql_token> tokens) {
    if (tokens.empty()) return {};
    const auto from = tokens.front().offset;
    return std::string(text.substr(from, tokens.back().end() - from));
}

/// Over ON [s.]t.
bool accept_table(token_cursor& at, index_statement& read) {
    if (!at.accept_word("ON")) return false;
    auto name = at.accept_identifier();
    if (name && at.accept_symbol('.')) {
        read.schema = std::move(name);
        name = at.accept_identifier();
    }
    read.table = name.value_or("");
    return name.has_value();
}

/// The columns and options of an index as written, without ALGORITHM and LOCK, which belong to
/// the statement and are no options of an index.
std::string without_how_to_run(std::string_view text, token_cursor at) {
    std::string kept;
    std::span<const sql_token> run = at.rest();
    const auto keep_run = [&] {
        auto own = run.first(run.size() - at.rest().size());
        if (!own.empty() && own.back().is_symbol(',')) own = own.first(own.size() - 1);
        if (own.empty()) return;
        if (!kept.empty() && !own.front().is_symbol(',')) kept += ' ';
        kept += text_between(text, own);
    };
    while (!at.done()) {
        if (!at.at_word("ALGORITHM") && !at.at_word("LOCK")) {
            at.skip_group();
            continue;
        }
        keep_run();
        at.skip_group();
        at.accept_symbol('=');
        if (!at.done()) at.skip_group();
        run = at.rest();
    }
    keep_run();
    return kept;
}

}  // namespace

std::optional<index_statement> read_index_statement(std::string_view text,
                                                    std::span<const sql_token> options) {
    index_statement read;
    token_cursor at(options);
    if (at.accept_words("DROP", "INDEX")) {
        read.name = "DROP INDEX";
        at.accept_words("IF", "EXISTS");  // MariaDB's
        const auto name = at.rest().first(std::min<std::size_t>(1, at.rest().size()));
        if (!at.accept_identifier() || !accept_table(at, read)) return std::nullopt;
        read.as_clause = "DROP INDEX " + text_between(text, name);
        return read;
    }
    if (!at.accept_word("CREATE")) return std::nullopt;
    read.name = "CREATE INDEX";
    std::string kind;
    for (const auto* word : {"UNIQUE", "FULLTEXT", "SPATIAL"})
        if (at.accept_word(word)) kind = fmt::format("{} ", word);
    if (!at.accept_word("INDEX")) return std::nullopt;
    if (at.accept_words("IF", "NOT")) at.accept_word("EXISTS");
    const auto head = at.rest();
    while (!at.done() && !at.at_word("ON")) at.skip_group();
    const auto name = head.first(head.size() - at.rest().size());
    if (name.empty() || !accept_table(at, read) || !at.at_symbol('(')) return std::nullopt;
    read.as_clause = fmt::format("ADD {}INDEX {} {}", kind, text_between(text, name),
                                 without_how_to_run(text, at));
    return read;
}

std::string lookalike_hint(std::string_view text) {
    try {
        for (const auto& token : tokenize(text).tokens)
            if (token.kind == token_kind::word)
                if (auto hint = hint_between(text, token.offset, token.end()); !hint.empty())
                    return hint;
        return {};
    } catch (const error&) {
        // What does not end may have begun where it was not meant to.
        return hint_between(text, 0, text.size());
    }
}

}  // namespace segue::schema
