#include "src/contract/alter_options.hpp"

#include "src/base/error.hpp"
#include "src/schema/column_line.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::contract {
namespace {

using schema::table_definition;
using sql::sql_token;

// Of an index whose name is in quotes, as the server prints it.
std::string_view index_line(const table_definition& table, const std::string& index) {
    std::string_view text = table.create_statement;
    const std::string name = " KEY " + quoted_name(index) + " (";
    const std::string plain = "KEY " + quoted_name(index) + " (";
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        while (line.starts_with(' ')) line.remove_prefix(1);
        if (!line.starts_with(plain) && line.find(name) == line.npos) continue;
        // A comment of a column may read like an index.
        if (line.starts_with('`')) continue;
        if (line.ends_with(',')) line.remove_suffix(1);
        return line;
    }
    return {};
}

// The index's own name is the first in quotes, and may be the column's.
std::string over_other_column(std::string_view line, const std::string& from,
                              const std::string& to) {
    std::string made;
    std::size_t taken = 0;
    bool named = false;
    const auto tokenized = sql::tokenize(line);
    for (const sql_token& one : tokenized.tokens) {
        if (one.kind != sql::token_kind::quoted_identifier) continue;
        if (!named) {
            named = true;
            continue;
        }
        if (!sql::same_name(sql::unquote(one), from)) continue;
        made += line.substr(taken, one.offset - taken);
        made += quoted_name(to);
        taken = one.end();
    }
    return made.append(line.substr(taken));
}

// FIRST, or behind the column that the one that goes stands behind; empty: it stands there.
std::string place_of(const alter_parts& of) {
    const schema::column* before = nullptr;
    for (const schema::column& one : of.table.columns) {
        if (sql::same_name(one.name, of.goes)) break;
        before = &one;
    }
    if (before == nullptr) return " FIRST";
    if (sql::same_name(before->name, of.stays)) return "";
    return " AFTER " + quoted_name(before->name);
}

}  // namespace

std::string_view name_of(way goes) noexcept {
    return goes == way::drop ? "drop" : "abandon";
}

bool names_column(std::string_view text, std::string_view column) {
    try {
        const auto tokenized = sql::tokenize(text);
        return std::ranges::any_of(tokenized.tokens, [&](const sql_token& one) {
            // Under ANSI_QUOTES it is a name.
            const bool in_quotes = one.kind == sql::token_kind::string && one.text.starts_with('"');
            return (one.is_identifier() || in_quotes) && sql::same_name(sql::unquote(one), column);
        });
    } catch (const error&) {
        return true;
    }
}

std::string definition_of(const table_definition& table, const std::string& column) {
    std::string line(schema::column_line(table, column));
    require(!line.empty(), "a column of the table has a line in its definition");
    line = line.substr(quoted_name(column).size() + 1);
    // The one that takes its place is seen.
    constexpr std::string_view invisible = " /*!80023 INVISIBLE */";
    if (const auto at = line.find(invisible); at != line.npos) line.erase(at, invisible.size());
    return line;
}

std::vector<std::string> indexes_over(const table_definition& table, const std::string& column) {
    std::vector<std::string> found;
    for (const schema::index& one : table.indexes) {
        const bool has_it = std::ranges::any_of(one.parts, [&](const schema::index_part& part) {
            return sql::same_name(part.column, column) ||
                   (part.column.empty() && names_column(index_line(table, one.name), column));
        });
        if (has_it) found.push_back(one.name);
    }
    return found;
}

std::string alter_options(const alter_parts& of) {
    std::string made;
    if (of.indexes == index_use::moved)
        for (const std::string& one : indexes_over(of.table, of.goes))
            made += fmt::format("DROP INDEX {}, ADD {}, ", quoted_name(one),
                                over_other_column(index_line(of.table, one), of.goes, of.stays));
    made += "DROP COLUMN " + quoted_name(of.goes);
    if (!of.definition.empty())
        made += fmt::format(", MODIFY COLUMN {} {}{}", quoted_name(of.stays), of.definition,
                            place_of(of));
    return made;
}

}  // namespace segue::contract
