#include "src/expand/asked_column.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/sql/sql_tokenizer.hpp"
#include "src/sql/token_cursor.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

namespace segue::expand {
namespace {

using sql::sql_token;

// A word of what can be no part of such a column, or would be made along with it.
constexpr std::array refused_words = {"FIRST",     "AFTER",      "UNIQUE",    "PRIMARY",
                                      "KEY",       "REFERENCES", "CHECK",     "AUTO_INCREMENT",
                                      "GENERATED", "AS",         "CONSTRAINT"};

void check_attributes(std::string_view text, std::span<const sql_token> tokens) {
    int depth = 0;
    for (const sql_token& token : tokens) {
        if (token.is_symbol('(')) ++depth;
        if (token.is_symbol(')')) --depth;
        if (token.is_symbol(';') || (depth == 0 && token.is_symbol(',')))
            throw error(fmt::format("--column={}: one column, without a semicolon", text));
        if (depth > 0) continue;
        for (const char* const word : refused_words)
            if (token.is_word(word))
                throw error(
                    fmt::format("--column={}: {} cannot be of it. The column is added last; keys "
                                "and constraints over it are a migration's, afterwards",
                                text, word));
    }
    if (depth != 0) throw error(fmt::format("--column={}: a bracket is not closed", text));
}

struct piece {
    std::size_t begin = 0;
    std::size_t end = 0;
};

// The clause DEFAULT of a line of SHOW CREATE TABLE, which stands behind this token.
std::size_t end_of_default(std::span<const sql_token> tokens, std::size_t at) {
    sql::token_cursor rest(tokens.subspan(at + 1));
    const auto left = [&] { return tokens.size() - rest.rest().size(); };
    if (rest.done()) return tokens.size();
    if (rest.at_symbol('-') || rest.at_symbol('+')) rest.skip_group();
    if (!rest.done()) rest.skip_group();
    if (!rest.done() && rest.at_symbol('(')) rest.skip_group();  // CURRENT_TIMESTAMP(3)
    return left();
}

bool is_null_alone(std::span<const sql_token> tokens, std::size_t at) {
    return tokens[at].is_word("NULL") ||
           (tokens[at].is_word("NOT") && at + 1 < tokens.size() && tokens[at + 1].is_word("NULL"));
}

// What is left out: whether it may be NULL, its default, and whether it is seen.
std::vector<piece> left_out(std::span<const sql_token> tokens) {
    std::vector<piece> found;
    for (std::size_t at = 1; at < tokens.size(); ++at) {
        std::size_t behind = at;
        if (tokens[at].is_word("DEFAULT"))
            behind = end_of_default(tokens, at);
        else if (is_null_alone(tokens, at))
            behind = at + (tokens[at].is_word("NOT") ? 2 : 1);
        else if (tokens[at].is_word("INVISIBLE") || tokens[at].is_word("VISIBLE"))
            behind = at + 1;
        if (behind == at) continue;
        found.push_back({.begin = tokens[at].offset, .end = tokens[behind - 1].end()});
        at = behind - 1;
    }
    return found;
}

}  // namespace

asked_column parse_column(std::string_view text) {
    const auto tokenized = sql::tokenize(text);
    const std::span<const sql_token> tokens = tokenized.tokens;
    if (tokens.size() < 2 || !tokens[0].is_identifier() || !tokens[1].is_identifier())
        throw error(fmt::format(
            "--column={}: write the column's name and its type: \"full_name VARCHAR(255)\"", text));
    if (!tokenized.version_comments.empty())
        throw error(fmt::format("--column={}: write it without /*! */", text));
    check_attributes(text, tokens.subspan(1));
    return {.name = sql::unquote(tokens[0]),
            .definition =
                std::string(text.substr(tokens[1].offset, tokens.back().end() - tokens[1].offset))};
}

asked_rename parse_rename(std::string_view text) {
    const auto tokens = sql::tokenize(text).tokens;
    if (tokens.size() != 3 || !tokens[0].is_identifier() || !tokens[1].is_symbol('=') ||
        !tokens[2].is_identifier())
        throw error(
            fmt::format("--rename={}: write the old name, =, and the new one: "
                        "\"name=full_name\"",
                        text));
    return {.from = sql::unquote(tokens[0]), .to = sql::unquote(tokens[2])};
}

std::string definition_meanwhile(std::string_view line, const std::string& name) {
    const auto tokenized = sql::tokenize(line);
    const std::span<const sql_token> tokens = tokenized.tokens;
    if (tokens.size() < 2 || !tokens[0].is_identifier())
        throw error(fmt::format("the definition of a column cannot be read: {}", line));
    std::string made = quoted_name(name);
    std::size_t at = tokens[0].end();
    for (const piece& one : left_out(tokens)) {
        made += line.substr(at, one.begin - at);
        at = one.end;
    }
    made += line.substr(at);
    while (made.ends_with(' ')) made.pop_back();
    return made + " NULL INVISIBLE";
}

std::string default_literal(std::string_view line) {
    const auto tokenized = sql::tokenize(line);
    const std::span<const sql_token> tokens = tokenized.tokens;
    const auto found =
        std::ranges::find_if(tokens, [](const sql_token& one) { return one.is_word("DEFAULT"); });
    if (found == tokens.end() || found + 1 == tokens.end()) return {};
    const auto at = static_cast<std::size_t>(found - tokens.begin());
    if (tokens[at + 1].is_word("NULL")) return {};
    const std::size_t behind = end_of_default(tokens, at);
    return std::string(
        line.substr(tokens[at + 1].offset, tokens[behind - 1].end() - tokens[at + 1].offset));
}

}  // namespace segue::expand
