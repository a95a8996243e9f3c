#include "src/expressions/column_references.hpp"

#include "src/base/error.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <fmt/format.h>

namespace segue::expressions {
namespace {

using sql::sql_token;

// How many names stand from this token on, with dots between them.
std::size_t names_from(std::span<const sql_token> tokens) {
    std::size_t names = 1;
    while (tokens.size() > 2 * names && tokens[2 * names - 1].is_symbol('.') &&
           tokens[2 * names].is_identifier())
        ++names;
    return names;
}

void check_table(std::span<const sql_token> names, const schema::table_definition& table) {
    const bool same_table = sql::same_name(sql::unquote(names[names.size() - 3]), table.name.name);
    const bool same_schema =
        names.size() < 5 || sql::same_name(sql::unquote(names[0]), table.name.schema);
    if (names.size() > 5 || !same_table || !same_schema)
        throw error(fmt::format(
            "a column of another table than {} stands in it, at byte {}. Only the row's "
            "own columns can be read.",
            table.name.quoted(), names[0].offset));
}

}  // namespace

std::vector<column_reference> references_in(std::string_view expression,
                                            const schema::table_definition& table) {
    const auto tokenized = sql::tokenize(expression);
    const std::span<const sql_token> tokens = tokenized.tokens;
    std::vector<column_reference> found;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (!tokens[at].is_identifier()) continue;
        const auto names = tokens.subspan(at, 2 * names_from(tokens.subspan(at)) - 1);
        const std::size_t behind = at + names.size();
        at = behind - 1;
        if (behind < tokens.size() && tokens[behind].is_symbol('(')) continue;
        const sql_token& last = names.back();
        if (names.size() > 1) check_table(names, table);
        if (const auto* const column = table.find_column(sql::unquote(last)))
            found.push_back({.offset = names.front().offset,
                             .length = last.end() - names.front().offset,
                             .column = column->name,
                             .written = sql::unquote(last)});
    }
    return found;
}

std::string prefixed(std::string_view expression, std::span<const column_reference> references,
                     std::string_view prefix) {
    std::string text;
    std::size_t at = 0;
    for (const column_reference& one : references) {
        text += expression.substr(at, one.offset - at);
        text.append(prefix).append(quoted_name(one.written));
        at = one.offset + one.length;
    }
    return text.append(expression.substr(at));
}

std::string qualified(std::string_view expression, std::span<const column_reference> references,
                      const table_name& table) {
    return prefixed(expression, references, table.quoted() + ".");
}

}  // namespace segue::expressions
