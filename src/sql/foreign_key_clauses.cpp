#include "src/sql/foreign_key_clauses.hpp"

#include "src/base/error.hpp"
#include "src/sql/clause_list.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"
#include "src/sql/token_cursor.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace segue::sql {
namespace {

using token_span = std::span<const sql_token>;

bool drops_by_name(const alter_clause& clause, const std::vector<std::string>& names) {
    return (clause.kind == clause_kind::drop_foreign_key ||
            clause.kind == clause_kind::drop_constraint) &&
           std::ranges::any_of(names,
                               [&](const auto& name) { return same_name(name, clause.name); });
}

// Of a piece that drops one of them what stands behind that without a comma, PARTITION BY for one;
// nullopt: it is another piece.
std::optional<token_span> behind_dropped(token_span piece, const std::vector<std::string>& names) {
    token_cursor at(piece);
    if (!at.accept_word("DROP")) return std::nullopt;
    if (!at.accept_words("FOREIGN", "KEY") && !at.accept_word("CONSTRAINT")) return std::nullopt;
    const auto name = at.accept_identifier();
    const auto is_it = [&](const std::string& one) { return name && same_name(one, *name); };
    if (std::ranges::none_of(names, is_it)) return std::nullopt;
    return at.rest();
}

}  // namespace

alter_statement without_foreign_keys(const alter_statement& alter,
                                     const std::vector<std::string>& names) {
    require(alter.refusals.empty(), "an ALTER with refused clauses is not run");
    const auto goes = [&](const alter_clause& clause) { return drops_by_name(clause, names); };
    if (std::ranges::none_of(alter.clauses, goes)) return alter;
    alter_statement left;
    left.schema = alter.schema;
    left.table = alter.table;
    if (std::ranges::all_of(alter.clauses, [&](const alter_clause& clause) {
            return goes(clause) || clause.kind == clause_kind::how_to_run;
        }))
        return left;
    const tokenized_sql sql = tokenize(alter.options_text);
    if (!sql.version_comments.empty()) {
        left.refusals.push_back({.clause = alter.options_text,
                                 .reason = "a foreign key is dropped beside a /*! comment",
                                 .remedy = "write the ALTER without /*! */"});
        return left;
    }
    std::string text;
    for (const token_span piece : split_at_commas(sql.tokens)) {
        const auto tail = behind_dropped(piece, names);
        const token_span kept = tail.value_or(piece);
        if (kept.empty()) continue;
        if (!text.empty()) text += tail ? " " : ", ";
        const std::size_t from = kept.front().offset;
        text += std::string_view(alter.options_text).substr(from, kept.back().end() - from);
    }
    alter_statement again = parse_alter(text);
    again.schema = std::move(left.schema);
    again.table = std::move(left.table);
    return again;
}

}  // namespace segue::sql
