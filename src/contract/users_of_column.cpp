#include "src/contract/users_of_column.hpp"

#include "src/contract/alter_options.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/schema/trigger.hpp"
#include "src/servers/account.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace segue::contract {
namespace {

using schema::table_definition;

constexpr std::string_view change_before =
    "Change it by a migration so that it is over the other column, or drop it, before.";

std::string in_table(const table_definition& table) {
    return fmt::format("TABLE_SCHEMA={} AND TABLE_NAME={}", quoted_literal(table.name.schema),
                       quoted_literal(table.name.name));
}

// As information_schema has expressions quotes and backslashes in them stand behind a backslash.
std::string as_written(const db::value& printed) {
    const std::string text = printed.value_or("");
    std::string made;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escapes = text[at] == '\\' && at + 1 < text.size() &&
                             (text[at + 1] == '\'' || text[at + 1] == '\\');
        if (escapes) ++at;
        made += text[at];
    }
    return made;
}

void look_at_expressions(db::session& session, const table_definition& table,
                         const std::string& column, std::vector<refusal>& found) {
    for (const db::row& one :
         session.query("SELECT COLUMN_NAME, IFNULL(GENERATION_EXPRESSION,''), IF(EXTRA LIKE "
                       "'%DEFAULT_GENERATED%', IFNULL(COLUMN_DEFAULT,''), '') FROM "
                       "information_schema.COLUMNS WHERE " +
                       in_table(table))) {
        const std::string name = one[0].value_or("");
        if (!one[1].value_or("").empty() && names_column(as_written(one[1]), column))
            found.push_back({fmt::format("the generated column {} reads {}", quoted_name(name),
                                         quoted_name(column)),
                             std::string(change_before)});
        if (!one[2].value_or("").empty() && names_column(as_written(one[2]), column))
            found.push_back(
                {fmt::format("the default of {} reads {}", quoted_name(name), quoted_name(column)),
                 std::string(change_before)});
    }
}

void look_at_constraints(db::session& session, const table_definition& table,
                         const std::string& column, std::vector<refusal>& found) {
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT c.CONSTRAINT_NAME, c.CHECK_CLAUSE
                FROM information_schema.CHECK_CONSTRAINTS c
                JOIN information_schema.TABLE_CONSTRAINTS t
                  ON t.CONSTRAINT_SCHEMA=c.CONSTRAINT_SCHEMA AND
                     t.CONSTRAINT_NAME=c.CONSTRAINT_NAME
                WHERE t.CONSTRAINT_TYPE='CHECK' AND {})",
             in_table(table))))
        if (names_column(as_written(one[1]), column))
            found.push_back({fmt::format("the CHECK constraint {} reads {}",
                                         quoted_name(one[0].value_or("")), quoted_name(column)),
                             std::string(change_before)});
    const auto has_column = [&](const std::vector<std::string>& columns) {
        return std::ranges::any_of(
            columns, [&](const std::string& one) { return sql::same_name(one, column); });
    };
    for (const schema::foreign_key& one : schema::read_foreign_keys(session, table.name))
        if (has_column(one.columns))
            found.push_back({fmt::format("the foreign key {} is over {}", quoted_name(one.name),
                                         quoted_name(column)),
                             std::string(change_before)});
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME
                FROM information_schema.KEY_COLUMN_USAGE
                WHERE REFERENCED_TABLE_SCHEMA={} AND REFERENCED_TABLE_NAME={} AND
                  REFERENCED_COLUMN_NAME={})",
             quoted_literal(table.name.schema), quoted_literal(table.name.name),
             quoted_literal(column))))
        found.push_back(
            {fmt::format("the foreign key {} of {} refers to {}", quoted_name(one[2].value_or("")),
                         table_name{one[0].value_or(""), one[1].value_or("")}.quoted(),
                         quoted_name(column)),
             std::string(change_before)});
}

bool is_system_schema(std::string_view name) {
    return sql::same_name(name, "sys") || sql::same_name(name, "mysql") ||
           sql::same_name(name, "information_schema") || sql::same_name(name, "performance_schema");
}

}  // namespace

std::vector<refusal> bound_to_column(db::session& session, const table_definition& table,
                                     const std::string& column, const std::string& pair_of) {
    std::vector<refusal> found;
    look_at_expressions(session, table, column, found);
    look_at_constraints(session, table, column, found);
    for (const std::string& one : indexes_over(table, column))
        if (one == "PRIMARY")
            found.push_back({fmt::format("the primary key is over {}", quoted_name(column)),
                             "Make another one the primary key, by a migration, before."});
    for (const std::string& one : table.partition_columns)
        if (sql::same_name(one, column))
            found.push_back({fmt::format("the table is partitioned by {}", quoted_name(column)),
                             "Partition it by another column, by a migration, before."});
    for (const schema::trigger& one : schema::read_triggers(session, table.name))
        if (!earlier::is_of_pair(one, pair_of) && names_column(one.statement, column))
            found.push_back(
                {fmt::format("the trigger {} names {}", quoted_name(one.name), quoted_name(column)),
                 "Make it anew without that name before."});
    return found;
}

std::vector<std::string> code_that_names(db::session& session, const table_definition& table,
                                         const std::string& column,
                                         std::vector<std::string>& unseen) {
    std::vector<std::string> found;
    // What is in schemas on which the account has no right the server does not show.
    const servers::account_facts everywhere = servers::read_account(session, "");
    constexpr std::array needed = {"SELECT", "SHOW VIEW", "TRIGGER", "EVENT"};
    if (const std::string missing = everywhere.held.missing(needed); !missing.empty())
        unseen.push_back(
            fmt::format("views and programs of other schemas, which the account does not see: it "
                        "lacks {} ON *.*",
                        missing));
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT 'view', v.TABLE_SCHEMA, v.TABLE_NAME, v.VIEW_DEFINITION
                FROM information_schema.VIEW_TABLE_USAGE u
                JOIN information_schema.VIEWS v
                  ON v.TABLE_SCHEMA=u.VIEW_SCHEMA AND v.TABLE_NAME=u.VIEW_NAME
                WHERE u.TABLE_SCHEMA={0} AND u.TABLE_NAME={1}
                UNION ALL SELECT 'trigger', TRIGGER_SCHEMA, TRIGGER_NAME, ACTION_STATEMENT
                FROM information_schema.TRIGGERS
                WHERE NOT (EVENT_OBJECT_SCHEMA={0} AND EVENT_OBJECT_TABLE={1})
                UNION ALL SELECT LOWER(ROUTINE_TYPE), ROUTINE_SCHEMA, ROUTINE_NAME,
                  ROUTINE_DEFINITION
                FROM information_schema.ROUTINES
                UNION ALL SELECT 'event', EVENT_SCHEMA, EVENT_NAME, EVENT_DEFINITION
                FROM information_schema.EVENTS)",
             quoted_literal(table.name.schema), quoted_literal(table.name.name)))) {
        const std::string schema_of = one[1].value_or("");
        if (is_system_schema(schema_of)) continue;
        const std::string name = fmt::format("the {} {}", one[0].value_or(""),
                                             table_name{schema_of, one[2].value_or("")}.quoted());
        const std::string text = one[3].value_or("");
        // What a library of external code has no text for is not seen either.
        if (text.empty())
            unseen.push_back(fmt::format("{}, whose text the account does not see", name));
        else if (names_column(text, table.name.name) && names_column(text, column) &&
                 // A bare name is one of its own schema's.
                 (sql::same_name(schema_of, table.name.schema) ||
                  names_column(text, table.name.schema)))
            found.push_back(name);
    }
    return found;
}

}  // namespace segue::contract
