#include "src/views/views_over_table.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/servers/account.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/sql_tokenizer.hpp"
#include "src/views/record_table.hpp"
#include "src/views/seen_view.hpp"
#include "src/views/view_design.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace segue::views {
namespace {

using schema::column;
using schema::table_definition;

std::vector<made_view> ours_over(db::session& session, const table_name& table) {
    const record_table record(table.schema);
    if (!record.is_segues(session)) return {};
    std::vector<made_view> all = record.read(session);
    std::erase_if(all, [&](const made_view& one) { return one.table != table.name; });
    return all;
}

// What the ALTER makes of a column; empty: it goes on under its name.
std::string what_becomes_of(const std::string& name, const sql::rename_map& renames) {
    const auto now = renames.target_of(name);
    if (!now) return "is dropped";
    if (sql::same_name(*now, name)) return "";
    return fmt::format("is renamed to {}", quoted_name(*now));
}

std::string command_for(const made_view& one, const std::string& database) {
    return one.view.schema == database
               ? fmt::format("segue views --database {} --view {}", database, one.view.name)
               : fmt::format("segue views --database {} --as {}", database, one.view.schema);
}

refusal broken(const made_view& one, const std::string& why, const std::string& database) {
    return {fmt::format("the view {} would be broken: {}", one.view.quoted(), why),
            fmt::format("Old names live on in it for code that may still use it. If none does: `{} "
                        "--drop --execute`. Else let the view be made from other columns first.",
                        command_for(one, database))};
}

// Why no row could be inserted through the view, or not as before; empty: it can.
std::string not_insertable(const table_definition& target, std::span<const view_column> columns) {
    for (const column& one : target.columns) {
        const bool has_it = std::ranges::any_of(columns, [&](const view_column& shown) {
            return sql::same_name(shown.made_from, one.name);
        });
        if (has_it) continue;
        if (one.auto_increment)
            return fmt::format(
                "the new table has an AUTO_INCREMENT column {} that is not in the view, so that an "
                "INSERT through it would not set LAST_INSERT_ID()",
                quoted_name(one.name));
        if (!may_be_left_out(one))
            return fmt::format(
                "the new table has a column {} that is NOT NULL without a default and not in the "
                "view, so that no row could be inserted through it",
                quoted_name(one.name));
    }
    return "";
}

struct other_view {
    table_name name;
    std::string definition;  ///< Empty: it cannot be seen.
};

std::vector<other_view> others_over(db::session& session, const table_name& table,
                                    const std::vector<made_view>& ours) {
    std::vector<other_view> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT v.TABLE_SCHEMA, v.TABLE_NAME, v.VIEW_DEFINITION
                FROM information_schema.VIEW_TABLE_USAGE u
                JOIN information_schema.VIEWS v
                  ON v.TABLE_SCHEMA=u.VIEW_SCHEMA AND v.TABLE_NAME=u.VIEW_NAME
                WHERE u.TABLE_SCHEMA={} AND u.TABLE_NAME={})",
             quoted_literal(table.schema), quoted_literal(table.name)))) {
        other_view seen{.name = {one[0].value_or(""), one[1].value_or("")},
                        .definition = one[2].value_or("")};
        if (std::ranges::find(ours, seen.name, &made_view::view) == ours.end())
            found.push_back(std::move(seen));
    }
    return found;
}

// The columns of the table that the text of a view names. The server has written it: each column
// behind its table, or the name that this has in the text.
std::set<std::string> columns_used(const std::string& definition, const table_definition& table) {
    sql::tokenized_sql text;
    try {
        text = sql::tokenize(definition);
    } catch (const error&) {
        return {};
    }
    const auto& tokens = text.tokens;
    const auto is = [&](std::size_t at, const std::string& name) {
        return at < tokens.size() && tokens[at].kind == sql::token_kind::quoted_identifier &&
               sql::unquote(tokens[at]) == name;
    };
    const auto dot = [&](std::size_t at) {
        return at < tokens.size() && tokens[at].is_symbol('.');
    };
    std::set<std::string> names{table.name.name};
    for (std::size_t at = 0; at < tokens.size(); ++at)
        if (is(at, table.name.schema) && dot(at + 1) && is(at + 2, table.name.name) &&
            at + 3 < tokens.size() && tokens[at + 3].kind == sql::token_kind::quoted_identifier)
            names.insert(sql::unquote(tokens[at + 3]));
    std::set<std::string> used;
    for (std::size_t at = 0; at + 2 < tokens.size(); ++at) {
        if (tokens[at].kind != sql::token_kind::quoted_identifier || !dot(at + 1)) continue;
        if (!names.contains(sql::unquote(tokens[at]))) continue;
        if (const column* const found = table.find_column(sql::unquote(tokens[at + 2])))
            used.insert(found->name);
    }
    return used;
}

// Empty: the account may lock the view.
std::string why_not_lockable(db::session& session, const made_view& one) {
    constexpr std::array needed = {"SELECT", "LOCK TABLES"};
    if (one.security != "INVOKER") return "it is used with the rights of its definer";
    const servers::account_facts account = servers::read_account(session, one.view.schema);
    if (account.held.missing(needed).empty()) return "";
    return "the account may not: " + account.held.grants_of_missing(needed, account.name);
}

}  // namespace

bool has_views(db::session& session, const table_name& table) {
    return !ours_over(session, table).empty();
}

std::vector<refusal> views_broken_by(db::session& session, const table_definition& original,
                                     const table_definition& target,
                                     const std::optional<sql::rename_map>& renames) {
    const std::string& database = original.name.schema;
    std::vector<refusal> found;
    for (const made_view& one : ours_over(session, original.name)) {
        const auto columns = columns_in(one.definition);
        if (!columns) continue;
        std::string why;
        for (const view_column& shown : *columns) {
            if (original.find_column(shown.made_from) == nullptr) continue;
            std::string becomes;
            if (renames)
                becomes = what_becomes_of(shown.made_from, *renames);
            else if (target.find_column(shown.made_from) == nullptr)
                becomes = "the new table does not have";
            if (!becomes.empty())
                why += fmt::format("{}{} is made from {}, which {}", why.empty() ? "" : "; ",
                                   quoted_name(shown.name), quoted_name(shown.made_from), becomes);
        }
        if (why.empty()) why = not_insertable(target, *columns);
        if (!why.empty()) found.push_back(broken(one, why, database));
    }
    return found;
}

std::vector<std::string> notices_of_views(db::session& session, const table_definition& original,
                                          const sql::rename_map& renames) {
    constexpr std::string_view deadlock =
        "a transaction that writes through it in the moment of the swap, and has used other tables "
        "before, may be rolled back by a deadlock (1213), and has to be repeated";
    const auto ours = ours_over(session, original.name);
    std::vector<std::string> found;
    for (const made_view& one : ours)
        if (const std::string why = why_not_lockable(session, one); !why.empty())
            found.push_back(
                fmt::format("the view {} is over the table, and is not locked along "
                            "with it: {}. So {}.",
                            one.view.quoted(), why, deadlock));
    for (const other_view& one : others_over(session, original.name, ours)) {
        found.push_back(
            fmt::format("the view {} is over the table: {}.", one.name.quoted(), deadlock));
        for (const std::string& name : columns_used(one.definition, original))
            if (const std::string becomes = what_becomes_of(name, renames); !becomes.empty())
                found.push_back(
                    fmt::format("the view {} uses the column {}, which {}: after the swap it is "
                                "invalid (1356), "
                                "as behind an ALTER TABLE, until it is made anew.",
                                one.name.quoted(), quoted_name(name), becomes));
    }
    return found;
}

std::vector<table_name> views_to_lock(db::session& session, const table_name& table) {
    std::vector<table_name> found;
    for (const made_view& one : ours_over(session, table)) {
        if (!why_not_lockable(session, one).empty()) continue;
        // By one that somebody has changed another table may be locked. Without SHOW VIEW nothing
        // of it is seen; then RENAME TABLE of a table that is not locked fails.
        const auto seen = see_view(session, one.view);
        // Whoever may lock it sees it, so there is none: maybe a table of that name.
        if (!seen) continue;
        if (!seen->definition.empty() && !changed_since(one, *seen).empty()) continue;
        try {
            // One that is not there, or is broken, LOCK TABLES would fail over.
            static_cast<void>(
                session.query(fmt::format("SELECT 1 FROM {} LIMIT 0", one.view.quoted())));
            found.push_back(one.view);
        } catch (const error& failure) {
            if (failure.connection_lost() || !failure.from_server()) throw;
            // Somebody has it locked just now, so it is there.
            if (failure.mysql_errno() == er::lock_wait_timeout) found.push_back(one.view);
        }
    }
    return found;
}

}  // namespace segue::views
