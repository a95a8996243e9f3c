#include "src/sql/alter_hints.hpp"

#include "src/sql/token_cursor.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace segue::sql {
namespace {

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

}  // namespace segue::sql
