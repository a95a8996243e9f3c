#include "src/split/columns.hpp"

#include "src/base/error.hpp"
#include "src/base/one_line.hpp"
#include "src/base/table_name.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

using sql::sql_token;

error unreadable(std::string_view text) {
    return error(fmt::format(
        "--columns=\"{}\" is no list of columns. Write target=source, or the name alone "
        "where both are the same, with commas between: user_id=id, street",
        in_one_line(std::string(text))));
}

std::string name_in(const sql_token& token) {
    return token.kind == sql::token_kind::quoted_identifier ? sql::unquote(token)
                                                            : std::string(token.text);
}

[[noreturn]] void refuse_create(std::string_view why) {
    throw error(
        fmt::format("--create is no statement that `segue split` runs: {}. Give CREATE TABLE, the "
                    "name that --into has, and the columns and indexes in brackets; or make the "
                    "table before, and leave --create out.",
                    why));
}

// Where the table's name ends, and the brackets begin.
std::size_t name_end(const std::vector<sql_token>& tokens, const std::string& named,
                     const std::string& schema) {
    if (tokens.size() < 4 || !tokens[0].is_word("CREATE") || !tokens[1].is_word("TABLE"))
        refuse_create("it does not begin with CREATE TABLE");
    if (!tokens[2].is_identifier()) refuse_create("it names no table");
    const bool qualified = tokens[3].is_symbol('.');
    const std::size_t at = qualified ? 4 : 2;
    if (tokens.size() <= at + 1) refuse_create("it names no table");
    if (qualified && name_in(tokens[2]) != schema) refuse_create("it names another database");
    if (name_in(tokens[at]) != named)
        refuse_create(
            fmt::format("it names the table {}, and --into names {}", name_in(tokens[at]), named));
    if (!tokens[at + 1].is_symbol('(')) refuse_create("behind the name no bracket opens");
    if (tokens[at + 2 < tokens.size() ? at + 2 : at].is_word("LIKE"))
        refuse_create("it is LIKE another table");
    return tokens[at].end();
}

}  // namespace

std::vector<mapped_column> parse_columns(std::string_view text) {
    const auto read = sql::tokenize(text);
    const auto& tokens = read.tokens;
    std::vector<mapped_column> columns;
    for (std::size_t i = 0; i < tokens.size();) {
        if (!tokens[i].is_identifier()) throw unreadable(text);
        mapped_column one{.target = name_in(tokens[i]), .source = name_in(tokens[i])};
        ++i;
        if (i + 1 < tokens.size() && tokens[i].is_symbol('=') && tokens[i + 1].is_identifier()) {
            one.source = name_in(tokens[i + 1]);
            i += 2;
        }
        const bool is_last = i == tokens.size();
        if (!is_last && (!tokens[i].is_symbol(',') || i + 1 == tokens.size()))
            throw unreadable(text);
        if (std::ranges::any_of(columns, [&](const mapped_column& before) {
                return sql::same_name(before.target, one.target);
            }))
            throw error(fmt::format("--columns names the target's column {} twice",
                                    quoted_name(one.target)));
        columns.push_back(std::move(one));
        ++i;
    }
    if (columns.empty()) throw unreadable(text);
    return columns;
}

std::string text_of(std::span<const mapped_column> columns) {
    std::string text;
    for (const mapped_column& one : columns) {
        if (!text.empty()) text += ", ";
        text += quoted_name(one.target);
        if (one.source != one.target) text += "=" + quoted_name(one.source);
    }
    return text;
}

std::string create_statement_for(std::string_view create, const std::string& named,
                                 const std::string& schema, const std::string& quoted) {
    const auto read = sql::tokenize(create);
    if (!read.version_comments.empty()) refuse_create("it has a comment that servers execute");
    const std::size_t end = name_end(read.tokens, named, schema);
    int depth = 0;
    for (const sql_token& token : read.tokens) {
        if (token.offset < end) continue;
        if (token.is_symbol('(')) ++depth;
        if (token.is_symbol(')')) --depth;
        if (token.is_symbol(';') && token.end() != read.tokens.back().end())
            refuse_create("it is more than one statement");
        if (token.is_word("REFERENCES"))
            refuse_create(
                "it has a foreign key, which is to be made when the split has ended: before, it "
                "would refuse rows");
        if (depth == 0 &&
            (token.is_word("SELECT") || token.is_word("AS") || token.is_word("TABLE") ||
             token.is_word("VALUES") || token.is_word("WITH")))
            refuse_create("it fills the table by a query");
    }
    std::string rest(create.substr(end));
    if (read.tokens.back().is_symbol(';')) rest.resize(read.tokens.back().offset - end);
    return "CREATE TABLE " + quoted + rest;
}

}  // namespace segue::split
