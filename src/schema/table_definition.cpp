#include "src/schema/table_definition.hpp"

#include "src/base/error.hpp"
#include "src/db/table_failure.hpp"
#include "src/schema/stored_expression.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace segue::schema {
namespace {

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

// Statistics that the server cached may be old; a generated invisible primary key is hidden unless
// asked for (MySQL 8.0.30 and later have them).
void see_everything(db::session& session) {
    session.execute("SET SESSION information_schema_stats_expiry=0");
    constexpr std::string_view shows_hidden_keys =
        "show_gipk_in_create_table_and_information_schema";
    if (!session.query("SHOW SESSION VARIABLES LIKE '" + std::string(shows_hidden_keys) + "'")
             .empty())
        session.execute("SET SESSION " + std::string(shows_hidden_keys) + "=ON");
}

column column_of(const db::row& found) {
    column made;
    made.name = found[0].value_or("");
    made.ordinal = static_cast<unsigned>(db::to_uint64(found[1], "ORDINAL_POSITION")) - 1;
    made.default_text = found[2];
    made.nullable = found[3] == "YES";
    made.data_type = found[4].value_or("");
    made.column_type = found[5].value_or("");
    made.collation = found[6].value_or("");
    if (found[8]) made.srid = db::to_uint64(found[8], "SRS_ID");
    const std::string extra = found[7].value_or("");
    made.auto_increment = contains(extra, "auto_increment");
    made.generated = contains(extra, "VIRTUAL GENERATED") || contains(extra, "STORED GENERATED");
    made.invisible = contains(extra, "INVISIBLE");
    made.sets_itself_on_update = contains(extra, "on update");
    // An expression without columns is not marked DEFAULT_GENERATED, but is in parentheses.
    made.default_is_expression = contains(extra, "DEFAULT_GENERATED") ||
                                 (made.default_text && made.default_text->starts_with('('));
    return made;
}

std::vector<index> indexes_of(const std::vector<db::row>& found) {
    std::vector<index> made;
    for (const db::row& part : found) {
        const std::string name = part[0].value_or("");
        if (made.empty() || made.back().name != name) {
            index& started = made.emplace_back();
            started.name = name;
            started.unique = part[1] == "0";
            started.visible = part[5] == "YES";
            started.finds_values = part[7] != "FULLTEXT" && part[7] != "SPATIAL";
        }
        made.back().parts.push_back({.column = part[2].value_or(""),
                                     .is_prefix = part[3].has_value(),
                                     .descending = part[4] == "D",
                                     .multi_valued = part[6] && part[6]->ends_with(" array)")});
    }
    return made;
}

// PARTITION BY KEY () is by the primary key, or by a unique one where there is none.
// https://dev.mysql.com/doc/refman/8.4/en/information-schema-partitions-table.html
std::vector<std::string> partition_columns(const table_definition& table,
                                           const std::vector<db::row>& expressions) {
    std::vector<std::string> named;
    const auto add_unique_ones = [&] {
        for (const index& one : table.indexes)
            for (const index_part& part : one.parts)
                if (one.unique) named.push_back(part.column);
    };
    for (const db::row& found : expressions) {
        if (!found[0]) add_unique_ones();
        for (const db::value& text : {found[0], found[1]})
            if (text)
                for (const sql::sql_token& token : sql::tokenize(*text).tokens)
                    if (token.is_identifier()) named.push_back(sql::unquote(token));
        if (found[2] && !found[1]) add_unique_ones();
    }
    std::vector<std::string> columns;
    for (const column& one : table.columns)
        if (std::ranges::any_of(
                named, [&](const std::string& name) { return sql::same_name(name, one.name); }))
            columns.push_back(one.name);
    return columns;
}

// The table options stand behind the last closing parenthesis of the columns, which is the first
// thing on a line of its own.
std::size_t options_start(std::string_view create_statement) {
    const std::size_t at = create_statement.rfind("\n)");
    return at == std::string_view::npos ? create_statement.size() : at;
}

struct text_range {
    std::size_t start, end, digits;
};

std::optional<text_range> auto_increment_option(std::string_view create_statement) {
    constexpr std::string_view word = " AUTO_INCREMENT=";
    const std::size_t options = options_start(create_statement);
    // Before the first option that can hold a string.
    std::size_t last = create_statement.find('\'', options);
    const std::size_t at = create_statement.find(word, options);
    if (at == std::string_view::npos || at > last) return std::nullopt;
    const std::size_t digits = at + word.size();
    std::size_t end = digits;
    while (end < create_statement.size() && create_statement[end] >= '0' &&
           create_statement[end] <= '9')
        ++end;
    return text_range{at, end, digits};
}

}  // namespace

const column* table_definition::find_column(std::string_view column_name) const {
    const auto at = std::find_if(columns.begin(), columns.end(), [&](const column& candidate) {
        return sql::same_name(candidate.name, column_name);
    });
    return at == columns.end() ? nullptr : &*at;
}

std::vector<std::string> table_definition::column_names() const {
    std::vector<std::string> names;
    names.reserve(columns.size());
    for (const column& one : columns) names.push_back(one.name);
    return names;
}

std::optional<table_definition> read_table(db::session& session, const table_name& name) {
    see_everything(session);
    const std::string of_table =
        fmt::format("TABLE_SCHEMA={} AND TABLE_NAME={}", quoted_literal(name.schema),
                    quoted_literal(name.name));
    const auto tables = session.query(fmt::format(
        R"(SELECT TABLE_TYPE, ENGINE, TABLE_ROWS, DATA_LENGTH, TABLE_SCHEMA, TABLE_NAME
           FROM information_schema.TABLES
           WHERE {})",
        of_table));
    if (tables.empty()) return std::nullopt;
    const db::row& found = tables.front();
    table_definition table;
    table.name = {found[4].value_or(name.schema), found[5].value_or(name.name)};
    table.table_type = found[0].value_or("");
    table.engine = found[1].value_or("");
    if (found[2]) table.rows_estimate = db::to_uint64(found[2], "TABLE_ROWS");
    if (found[3]) table.data_bytes = db::to_uint64(found[3], "DATA_LENGTH");
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, DATA_TYPE,
                  COLUMN_TYPE, COLLATION_NAME, EXTRA, SRS_ID
                FROM information_schema.COLUMNS
                WHERE {}
                ORDER BY ORDINAL_POSITION)",
             of_table)))
        table.columns.push_back(column_of(one));
    table.indexes = indexes_of(session.query(fmt::format(
        R"(SELECT INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, COLLATION, IS_VISIBLE,
             EXPRESSION, INDEX_TYPE
           FROM information_schema.STATISTICS
           WHERE {}
           ORDER BY INDEX_NAME, SEQ_IN_INDEX)",
        of_table)));
    table.partition_columns = partition_columns(
        table, session.query(fmt::format(
                   R"(SELECT DISTINCT PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION,
                        SUBPARTITION_METHOD
                      FROM information_schema.PARTITIONS
                      WHERE {} AND PARTITION_METHOD IS NOT NULL)",
                   of_table)));
    if (table.table_type != "BASE TABLE") return table;
    try {
        table.create_statement =
            session.query_row("SHOW CREATE TABLE " + name.quoted())[1].value_or("");
    } catch (const error& failure) {
        if (!db::is_missing_table(failure)) throw;
        return std::nullopt;  // Dropped since it was seen.
    }
    return table;
}

std::string stable_create_statement(const table_definition& table) {
    std::string text = table.create_statement;
    if (const auto option = auto_increment_option(text))
        text.erase(option->start, option->end - option->start);
    return text;
}

bool same_definition(const table_definition& a, const table_definition& b) {
    return equal_but_for_backslashes(stable_create_statement(a), stable_create_statement(b));
}

std::optional<std::uint64_t> next_auto_increment(std::string_view create_statement) {
    const auto option = auto_increment_option(create_statement);
    if (!option) return std::nullopt;
    std::uint64_t number = 0;
    const char* const text = create_statement.data();
    const auto result = std::from_chars(text + option->digits, text + option->end, number);
    if (result.ec != std::errc() || result.ptr != text + option->end)
        throw error("AUTO_INCREMENT in SHOW CREATE TABLE is no number");
    return number;
}

}  // namespace segue::schema
