#include "src/schema/trigger.hpp"

#include "src/base/error.hpp"
#include "src/schema/bytes_as_they_are.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

namespace segue::schema {
namespace {

bool is_same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::toupper(x) == std::toupper(y); });
}

// Where the quoted name that begins at `at` ends.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (++at; at < text.size(); ++at) {
        if (text[at] != quote) continue;
        if (at + 1 >= text.size() || text[at + 1] != quote) return at + 1;
        ++at;
    }
    return at;
}

}  // namespace

std::vector<trigger> read_triggers(db::session& session, const table_name& table) {
    std::vector<trigger> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER,
                  ACTION_STATEMENT, DEFINER, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION,
                  DATABASE_COLLATION, CREATED
                FROM information_schema.TRIGGERS
                WHERE EVENT_OBJECT_SCHEMA={} AND EVENT_OBJECT_TABLE={}
                ORDER BY ACTION_TIMING DESC, EVENT_MANIPULATION, ACTION_ORDER, TRIGGER_NAME)",
             quoted_literal(table.schema), quoted_literal(table.name)))) {
        const auto at = [&](std::size_t i) { return one[i].value_or(""); };
        found.push_back({.name = at(0),
                         .timing = at(1),
                         .event = at(2),
                         .order = at(3),
                         .statement = at(4),
                         .definer = at(5),
                         .sql_mode = at(6),
                         .client_charset = at(7),
                         .connection_collation = at(8),
                         .schema_collation = at(9),
                         .created = at(10)});
    }
    return found;
}

std::string read_trigger_body(db::session& session, const table_name& table,
                              const std::string& trigger) {
    const bytes_as_they_are unconverted(session);
    return trigger_body_of(
        session.query_row("SHOW CREATE TRIGGER " + table_name{table.schema, trigger}.quoted())[2]
            .value_or(""));
}

// Names before it are quoted; none of these words is one.
std::string trigger_body_of(std::string_view create_statement) {
    std::vector<std::string_view> last;
    std::size_t at = 0;
    while (at < create_statement.size()) {
        const char c = create_statement[at];
        if (c == '`' || c == '"' || c == '\'') {
            at = end_of_quoted(create_statement, at);
            last.clear();
        } else if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
            std::size_t end = at;
            while (end < create_statement.size() &&
                   std::isalpha(static_cast<unsigned char>(create_statement[end])) != 0)
                ++end;
            last.push_back(create_statement.substr(at, end - at));
            at = end;
            if (last.size() >= 3 && is_same_word(last[last.size() - 3], "FOR") &&
                is_same_word(last[last.size() - 2], "EACH") && is_same_word(last.back(), "ROW")) {
                const std::size_t body = create_statement.find_first_not_of(" \t\r\n", at);
                if (body != std::string_view::npos)
                    return std::string(create_statement.substr(body));
            }
        } else {
            ++at;
        }
    }
    throw error("SHOW CREATE TRIGGER gives a text without FOR EACH ROW");
}

}  // namespace segue::schema
