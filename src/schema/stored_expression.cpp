#include "src/schema/stored_expression.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

namespace segue::schema {

std::string without_escapes(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        plain += text[at];
    }
    return plain;
}

std::vector<stored_expression> read_stored_expressions(db::session& session,
                                                       const table_name& name) {
    const std::string schema = quoted_literal(name.schema);
    const std::string table = quoted_literal(name.name);
    std::vector<stored_expression> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT COLUMN_NAME,
                  IF(GENERATION_EXPRESSION='', COLUMN_DEFAULT, GENERATION_EXPRESSION)
                FROM information_schema.COLUMNS
                WHERE TABLE_SCHEMA={} AND TABLE_NAME={}
                  AND (GENERATION_EXPRESSION<>'' OR EXTRA LIKE '%DEFAULT_GENERATED%')
                ORDER BY ORDINAL_POSITION)",
             schema, table)))
        found.push_back({.of = "the column " + quoted_name(one[0].value_or("")),
                         .text = without_escapes(one[1].value_or(""))});
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT INDEX_NAME, EXPRESSION FROM information_schema.STATISTICS
                WHERE TABLE_SCHEMA={} AND TABLE_NAME={} AND EXPRESSION IS NOT NULL
                ORDER BY INDEX_NAME, SEQ_IN_INDEX)",
             schema, table)))
        found.push_back({.of = "the index " + quoted_name(one[0].value_or("")),
                         .text = without_escapes(one[1].value_or(""))});
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT CHECK_CLAUSE
                FROM information_schema.TABLE_CONSTRAINTS
                JOIN information_schema.CHECK_CONSTRAINTS USING (CONSTRAINT_SCHEMA, CONSTRAINT_NAME)
                WHERE CONSTRAINT_TYPE='CHECK' AND TABLE_SCHEMA={} AND TABLE_NAME={})",
             schema, table)))
        found.push_back({.of = "a CHECK constraint", .text = without_escapes(one[0].value_or(""))});
    return found;
}

std::size_t backslashes_in(const std::vector<stored_expression>& expressions) {
    std::size_t sum = 0;
    for (const stored_expression& one : expressions)
        sum += static_cast<std::size_t>(std::ranges::count(one.text, '\\'));
    return sum;
}

bool equal_but_for_backslashes(std::string_view a, std::string_view b) {
    const auto is_other = [](char byte) { return byte != '\\'; };
    return std::ranges::equal(a | std::views::filter(is_other), b | std::views::filter(is_other));
}

}  // namespace segue::schema
