#include "src/commands/undertakings.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/earlier/backfill_at_work.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/servers/account.hpp"
#include "src/servers/tables_there.hpp"
#include "src/tables/saved_state.hpp"
#include "src/views/record_table.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace segue::commands {
namespace {

constexpr std::string_view moment = "'%Y-%m-%d %H:%i:%s'";

/// A table in which something is written down.
struct record {
    table_name name;
    std::string comment;
    std::string made;  ///< When.
};

std::vector<record> records_in(db::session& session, const std::string& schema) {
    std::vector<record> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT TABLE_NAME, TABLE_COMMENT, DATE_FORMAT(CREATE_TIME, {})
                FROM information_schema.TABLES
                WHERE TABLE_SCHEMA={} AND TABLE_TYPE='BASE TABLE' AND TABLE_COMMENT LIKE 'Segue: %'
                ORDER BY TABLE_NAME)",
             moment, quoted_literal(schema))))
        found.push_back({.name = {schema, one[0].value_or("")},
                         .comment = one[1].value_or(""),
                         .made = one[2].value_or("")});
    return found;
}

// The server hides tables on which the account has no privilege, and nothing would seem to go on.
// https://dev.mysql.com/doc/refman/8.4/en/information-schema-introduction.html
void refuse_unseen(db::session& session, const std::string& schema) {
    constexpr std::array needed = {"SELECT"};
    const servers::account_facts account = servers::read_account(session, schema);
    if (account.held.missing(needed).empty()) return;
    throw_refusals({{fmt::format("what goes on in {} cannot be seen: the account lacks SELECT on "
                                 "that schema",
                                 quoted_name(schema)),
                     account.held.grants_of_missing(needed, account.name)}});
}

void refuse_missing(db::session& session, const std::string& schema) {
    if (session.query_value(
            fmt::format("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME={}",
                        quoted_literal(schema))) != "0")
        return;
    throw_refusals(
        {{fmt::format("there is no database {} that the account can see", quoted_name(schema)),
          "Check --database, and the account's privileges."}});
}

// `_t_ghk` is of `t`, where there is one: long names are cut, and --force-table-names gives others.
std::optional<table_name> table_of(db::session& session, const table_name& state) {
    constexpr std::size_t suffix = 4;
    if (state.name.size() <= suffix + 1) return std::nullopt;
    const std::string name = state.name.substr(1, state.name.size() - suffix - 1);
    table_name found{state.schema, name};
    if (!servers::exists(session, found)) return std::nullopt;
    return found;
}

std::string value_of(db::session& session, const table_name& table, std::string_view hint) {
    const auto rows = session.query(fmt::format(
        "SELECT value FROM {} WHERE hint='{}' ORDER BY id LIMIT 1", table.quoted(), hint));
    return rows.empty() ? "" : rows.front()[0].value_or("");
}

// "2026-01-02T03:04:05.678901Z", or whatever a run has written.
std::string heartbeat_in(db::session& session, const table_name& table) {
    try {
        return value_of(session, table, "heartbeat");
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return "";
    }
}

void read_run(db::session& session, undertaking& one, std::string_view comment) {
    table_name changelog = one.state;
    changelog.name.replace(changelog.name.size() - 1, 1, "c");  // _ghk, _ghc; _spk, _spc
    one.heard_of = heartbeat_in(session, changelog);
    if (tables::look_for_state(session, one.state, comment) != tables::state_found::whole) return;
    const tables::saved_state state = tables::read_state(session, one.state);
    one.what = state.print.alter;
    if (!state.print.sets.empty()) one.what += "; --set " + state.print.sets;
    one.phase = state.phase;
    one.run = state.run;
    one.found = fmt::format("{} rows copied", tables::rows_copied(state));
    if (!state.spoiled.empty()) one.found += "; it cannot be gone on with: " + state.spoiled;
}

// "--from=users --columns=..." is what a split was asked for.
void look_for_source(undertaking& one) {
    constexpr std::string_view from = "--from=";
    const auto end = one.what.find(" --columns=");
    if (!one.what.starts_with(from) || end == std::string::npos) return;
    one.source = table_name{one.state.schema, one.what.substr(from.size(), end - from.size())};
}

void read_backfill(db::session& session, undertaking& one) {
    one.what = value_of(session, one.state, "sets");
    if (const auto where = value_of(session, one.state, "where"); !where.empty())
        one.what += ", where " + where;
    one.run = value_of(session, one.state, "run");
    one.heard_of = heartbeat_in(session, one.state);
}

std::vector<undertaking> expands_in(db::session& session, const undertaking& base) {
    std::vector<undertaking> found;
    for (const earlier::expanded_column& column : earlier::expanded_columns(session, base.state)) {
        undertaking one = base;
        one.what = fmt::format("{} beside {}", quoted_name(column.asked.new_column),
                               quoted_name(column.asked.old_column));
        one.phase = name_of(column.at);
        one.begun = column.begun;
        one.phase_since = column.since;
        one.run = column.run;
        one.found = column.found;
        found.push_back(std::move(one));
    }
    return found;
}

std::vector<undertaking> views_in(db::session& session, const undertaking& base) {
    std::vector<undertaking> found;
    for (const views::made_view& view : views::record_table(base.state.schema).read(session)) {
        undertaking one = base;
        one.table = table_name{base.state.schema, view.table};
        one.what = "the view " + view.view.quoted();
        found.push_back(std::move(one));
    }
    return found;
}

std::optional<undertaking::kind> kind_of(const record& of) {
    if (of.comment == tables::state_table_comment) return undertaking::kind::migration;
    if (of.comment == earlier::backfill_state_comment) return undertaking::kind::backfill;
    if (of.comment == earlier::expanded_state_comment) return undertaking::kind::expand;
    if (of.comment == tables::split_state_comment) return undertaking::kind::split;
    if (of.name.name == views::record_name) return undertaking::kind::views;
    return std::nullopt;
}

std::vector<undertaking> read(db::session& session, undertaking one) {
    switch (one.is) {
        case undertaking::kind::migration:
            read_run(session, one, tables::state_table_comment);
            break;
        case undertaking::kind::split:
            read_run(session, one, tables::split_state_comment);
            look_for_source(one);
            break;
        case undertaking::kind::backfill:
            read_backfill(session, one);
            break;
        case undertaking::kind::expand:
            return expands_in(session, one);
        case undertaking::kind::views:
            return views_in(session, one);
    }
    return {std::move(one)};
}

}  // namespace

std::string_view name_of(undertaking::kind is) noexcept {
    switch (is) {
        case undertaking::kind::migration:
            return "migration";
        case undertaking::kind::backfill:
            return "backfill";
        case undertaking::kind::expand:
            return "expand";
        case undertaking::kind::split:
            return "split";
        case undertaking::kind::views:
            return "views";
    }
    return "";
}

going_on look_at_undertakings(db::session& session, const std::string& schema) {
    refuse_missing(session, schema);
    refuse_unseen(session, schema);
    session.execute("SET SESSION time_zone='+00:00'");
    const db::row at = session.query_row(
        fmt::format("SELECT CONCAT(@@hostname, ':', @@port), DATE_FORMAT(NOW(), {})", moment));
    going_on found{.server = at[0].value_or(""), .now = at[1].value_or(""), .all = {}};
    for (const record& one : records_in(session, schema)) {
        const auto is = kind_of(one);
        if (!is) continue;
        undertaking known{
            .is = *is, .state = one.name, .table = table_of(session, one.name), .begun = one.made};
        try {
            for (undertaking& each : read(session, known)) found.all.push_back(std::move(each));
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            if (failure.mysql_errno() == er::no_such_table) continue;  // It has ended meanwhile.
            known.found = fmt::format("it cannot be read: {}", failure.what());
            found.all.push_back(std::move(known));
        }
    }
    return found;
}

}  // namespace segue::commands
