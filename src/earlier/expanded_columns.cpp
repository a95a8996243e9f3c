#include "src/earlier/expanded_columns.hpp"

#include "src/base/refusal.hpp"
#include "src/db/table_failure.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace segue::earlier {
namespace {

constexpr std::string_view format = "1";
constexpr std::string_view mark_begins = "/* Segue keeps in step: ";

constexpr std::array phases = {expand_phase::begun,          expand_phase::column,
                               expand_phase::update_trigger, expand_phase::both_triggers,
                               expand_phase::filled,         expand_phase::verified};

void take(expanded_column& into, const std::string& hint, const std::string& value) {
    if (hint == "old") into.asked.old_column = value;
    if (hint == "definition") into.asked.definition = value;
    if (hint == "up") into.asked.up = value;
    if (hint == "down") into.asked.down = value;
    if (hint == "order") into.asked.order = value;
    if (hint == "definer") into.asked.definer = value;
    if (hint == "begun") into.begun = value;
    if (hint == "since") into.since = value;
    if (hint == "run") into.run = value;
    if (hint == "sql_mode") into.sql_mode = value;
    if (hint == "found") into.found = value;
    if (hint == "contract") into.contract = value;
    if (hint == "alter") into.alter = value;
    if (hint == "watch") into.watch = value;
    if (hint == "phase")
        for (const expand_phase one : phases)
            if (name_of(one) == value) into.at = one;
}

}  // namespace

std::string_view name_of(expand_phase at) noexcept {
    switch (at) {
        case expand_phase::begun:
            return "begun";
        case expand_phase::column:
            return "column";
        case expand_phase::update_trigger:
            return "update-trigger";
        case expand_phase::both_triggers:
            return "both-triggers";
        case expand_phase::filled:
            return "filled";
        case expand_phase::verified:
            return "verified";
    }
    return "";
}

namespace {

std::optional<std::string> comment_of(db::session& session, const table_name& table) {
    const auto there = session.query(
        fmt::format("SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA={} "
                    "AND TABLE_NAME={}",
                    quoted_literal(table.schema), quoted_literal(table.name)));
    return there.empty() ? std::nullopt : std::optional(there.front()[0].value_or(""));
}

}  // namespace

bool is_expanded_state(db::session& session, const table_name& state) {
    return comment_of(session, state) == expanded_state_comment;
}

std::vector<std::string> undoing(const table_name& table, const table_name& state,
                                 const std::string& new_column,
                                 const std::vector<schema::trigger>& triggers) {
    std::vector<std::string> made;
    for (const std::string_view event : {"INSERT", "UPDATE"})
        for (const schema::trigger& one : triggers)
            if (one.event == event && is_of_pair(one, new_column))
                made.push_back(
                    fmt::format("DROP TRIGGER {};", table_name{table.schema, one.name}.quoted()));
    made.push_back(
        fmt::format("ALTER TABLE {} DROP COLUMN {};", table.quoted(), quoted_name(new_column)));
    made.push_back(fmt::format("DELETE FROM {} WHERE column_name={};", state.quoted(),
                               quoted_literal(new_column)));
    return made;
}

namespace {

std::vector<expanded_column> read_columns(db::session& session, const table_name& state) {
    const auto comment = comment_of(session, state);
    if (!comment) return {};
    if (comment != expanded_state_comment)
        throw_refusals(
            {{fmt::format("there is a table {}, and Segue has not made it", state.quoted()),
              "An expand writes down under that name what it makes: rename or drop it."}});
    std::vector<expanded_column> found;
    bool known = true;
    for (const db::row& row : session.query("SELECT column_name, hint, value FROM " +
                                            state.quoted() + " ORDER BY column_name, hint")) {
        const std::string name = row[0].value_or("");
        if (found.empty() || found.back().asked.new_column != name) {
            found.emplace_back();
            found.back().asked.new_column = name;
        }
        const std::string hint = row[1].value_or("");
        if (hint == "format") known &= row[2] == format;
        take(found.back(), hint, row[2].value_or(""));
    }
    if (!known)
        throw_refusals({{fmt::format("{} was written by another version of Segue", state.quoted()),
                         "Use that version for what it says of the table."}});
    return found;
}

}  // namespace

std::vector<expanded_column> expanded_columns(db::session& session, const table_name& state) {
    return db::in_spite_of_drops([&] { return read_columns(session, state); });
}

std::string pair_mark(std::string_view new_column) {
    return fmt::format("{}{} */", mark_begins, quoted_name(new_column));
}

bool is_of_pair(const schema::trigger& one, std::string_view new_column) {
    const std::string statement = sql::fold_case(one.statement);
    return statement.find(sql::fold_case(pair_mark(new_column))) != statement.npos;
}

bool is_of_any_pair(const schema::trigger& one) {
    return one.statement.find(mark_begins) != one.statement.npos;
}

}  // namespace segue::earlier
