#include "src/views/record_table.hpp"

#include "src/base/refusal.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::views {
namespace {

constexpr std::string_view comment = "Segue: views, format 1";
constexpr std::string_view comment_of_any_format = "Segue: views";

// What stands in place of a view's name in the row of a schema.
constexpr std::string_view no_view;

std::string literal_or_null(const std::optional<std::string>& text) {
    return text ? quoted_literal(*text) : "NULL";
}

std::optional<std::string> comment_of(db::session& session, const table_name& table) {
    const auto found = session.query(
        fmt::format("SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA={} AND "
                    "TABLE_NAME={}",
                    quoted_literal(table.schema), quoted_literal(table.name)));
    return found.empty() ? std::nullopt : std::optional(found.front()[0].value_or(""));
}

}  // namespace

record_table::record_table(std::string schema)
    : name_{std::move(schema), std::string(record_name)} {}

bool record_table::is_segues(db::session& session) const {
    const auto found = comment_of(session, name_);
    return found && found->starts_with(comment_of_any_format);
}

bool record_table::is_there(db::session& session) const {
    const auto found = comment_of(session, name_);
    if (!found) return false;
    if (found == comment) return true;
    throw_refusals(
        {{fmt::format("there is a table {}, and this Segue has not made it", name_.quoted()),
          "Segue writes down under that name which views it has made. If it is of another Segue, "
          "use that; else rename or drop it."}});
    return false;
}

void record_table::make_if_missing(db::session& session) const {
    if (is_there(session)) return;
    session.execute(fmt::format(
        R"(CREATE TABLE {} (
             view_schema VARCHAR(64) NOT NULL,
             view_name VARCHAR(64) NOT NULL,
             table_name VARCHAR(64) NOT NULL,
             definition MEDIUMTEXT NOT NULL,
             former MEDIUMTEXT NULL,
             security VARCHAR(7) NOT NULL,
             definer VARCHAR(288) NOT NULL,
             made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
             PRIMARY KEY (view_schema, view_name))
           ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin COMMENT='{}')",
        name_.quoted(), comment));
}

std::vector<made_view> record_table::read(db::session& session) const {
    if (!is_there(session)) return {};
    std::vector<made_view> all;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT view_schema, view_name, table_name, definition, former, security, definer
                FROM {} WHERE view_name<>'{}' ORDER BY view_schema, view_name)",
             name_.quoted(), no_view)))
        all.push_back({.view = {one[0].value_or(""), one[1].value_or("")},
                       .table = one[2].value_or(""),
                       .definition = one[3].value_or(""),
                       .former = one[4],
                       .security = one[5].value_or(""),
                       .definer = one[6].value_or("")});
    return all;
}

std::vector<std::string> record_table::schemas(db::session& session) const {
    if (!is_there(session)) return {};
    std::vector<std::string> all;
    for (const db::row& one : session.query(fmt::format(
             "SELECT view_schema FROM {} WHERE view_name='{}'", name_.quoted(), no_view)))
        all.push_back(one[0].value_or(""));
    return all;
}

void record_table::note(db::session& session, const made_view& one) const {
    session.execute(fmt::format(
        R"(REPLACE INTO {}
             (view_schema, view_name, table_name, definition, former, security, definer)
           VALUES ({},{},{},{},{},{},{}))",
        name_.quoted(), quoted_literal(one.view.schema), quoted_literal(one.view.name),
        quoted_literal(one.table), quoted_literal(one.definition), literal_or_null(one.former),
        quoted_literal(one.security), quoted_literal(one.definer)));
}

void record_table::note_schema(db::session& session, const std::string& made) const {
    note(session, {.view = {made, std::string(no_view)},
                   .table = "",
                   .definition = "",
                   .security = "",
                   .definer = ""});
}

void record_table::forget(db::session& session, const table_name& view) const {
    session.execute(fmt::format("DELETE FROM {} WHERE view_schema={} AND view_name={}",
                                name_.quoted(), quoted_literal(view.schema),
                                quoted_literal(view.name)));
}

void record_table::forget_schema(db::session& session, const std::string& made) const {
    forget(session, {made, std::string(no_view)});
}

bool record_table::drop_if_empty(db::session& session) const {
    if (!is_there(session)) return false;
    if (!session.query(fmt::format("SELECT 1 FROM {} LIMIT 1", name_.quoted())).empty())
        return false;
    session.execute("DROP TABLE IF EXISTS " + name_.quoted());
    return true;
}

}  // namespace segue::views
