#include "src/expressions/assignment.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/sql/lookalike.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::expressions {
namespace {

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    const std::string hint = sql::lookalike_hint(text);
    throw error(fmt::format("{} is not \"column = expression\": {}{}",
                            text.empty() ? "an empty text" : text, why,
                            hint.empty() ? "" : fmt::format(". {}", hint)));
}

sql::tokenized_sql tokens_of(std::string_view text) {
    try {
        return sql::tokenize(text);
    } catch (const error& failure) {
        refuse(text, failure.what());
    }
}

// What is put in brackets later must not end them, nor have the server read a second thing.
void check_that_it_is_one(std::string_view text, std::span<const sql::sql_token> expression) {
    int depth = 0;
    for (const sql::sql_token& token : expression) {
        if (token.is_symbol('(')) ++depth;
        if (token.is_symbol(')') && --depth < 0)
            refuse(text, "a bracket is closed that is not open");
        if (token.is_symbol(';')) refuse(text, "leave the semicolon out: it is no statement");
        if (token.is_symbol(',') && depth == 0)
            refuse(text,
                   "a comma stands in it, outside of brackets: give the flag once for each "
                   "column");
    }
    if (depth != 0) refuse(text, "a bracket is not closed");
}

}  // namespace

std::string assignment::text() const {
    return fmt::format("{} = {}", quoted_name(column), expression);
}

assignment parse_assignment(std::string_view text) {
    const auto [tokens, version_comments] = tokens_of(text);
    if (!version_comments.empty())
        refuse(text, "what stands in /*! */ is read by some servers only: write it without");
    if (!sql::hidden_space_hint(text).empty()) refuse(text, "it has a space that is none to MySQL");
    if (tokens.empty() || !tokens[0].is_identifier()) refuse(text, "it begins with no column");
    if (tokens.size() > 1 && tokens[1].is_symbol('.'))
        refuse(text, "name the column alone, without its table");
    if (tokens.size() < 2 || !tokens[1].is_symbol('='))
        refuse(text, "no = stands behind the column");
    if (tokens.size() < 3) refuse(text, "nothing stands behind the =");
    if (tokens[2].is_symbol('=')) refuse(text, "write one = behind the column");
    const auto expression = std::span(tokens).subspan(2);
    check_that_it_is_one(text, expression);
    const std::size_t begin = expression.front().offset;
    return {.column = sql::unquote(tokens[0]),
            .expression = std::string(text.substr(begin, expression.back().end() - begin))};
}

std::string text_of(std::span<const assignment> all) {
    std::vector<std::string> lines;
    for (const assignment& one : all) lines.push_back(one.text());
    std::ranges::sort(lines);
    return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace segue::expressions
