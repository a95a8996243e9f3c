#include "src/new_table/check_constraint_names.hpp"

#include "src/base/refusal.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

using schema::check_constraint;
using schema::check_name;

struct check_holder {
    std::string table;
    std::string name;
};

using folded_names = std::set<std::string>;

// A constraint that has one of the names, in a table that is none of `beside`.
std::optional<check_holder> holder_of(db::session& session, const folded_names& names,
                                      const std::string& schema,
                                      const std::vector<table_name>& beside) {
    if (names.empty()) return std::nullopt;
    std::vector<std::string> left_out;
    for (const table_name& one : beside) left_out.push_back(quoted_literal(one.name));
    for (const db::row& held : session.query(fmt::format(
             R"(SELECT CONSTRAINT_NAME, TABLE_NAME FROM information_schema.TABLE_CONSTRAINTS
                WHERE CONSTRAINT_TYPE='CHECK' AND CONSTRAINT_SCHEMA={} AND TABLE_NAME NOT IN ({}))",
             quoted_literal(schema), fmt::join(left_out, ","))))
        if (names.contains(sql::fold_case(held[0].value_or(""))))
            return check_holder{.table = held[1].value_or(""), .name = held[0].value_or("")};
    return std::nullopt;
}

void refuse_taken_for_a_time(const std::optional<check_holder>& held) {
    if (!held) return;
    throw_refusals({{fmt::format("the table {} holds a CHECK constraint of the name {}, which one "
                                 "of the new table's needs for the time of the migration",
                                 quoted_name(held->table), quoted_name(held->name)),
                     "Drop that constraint, and add it under another name."}});
}

refusal of_name_in_swap(const check_holder& held) {
    return {fmt::format("the table {} holds a CHECK constraint of the name {}, which one of this "
                        "table's would get in the swap",
                        quoted_name(held.table), quoted_name(held.name)),
            "Drop that constraint, and add it under another name."};
}

// The names that the constraints of the two tables get in the swap.
folded_names names_from_swap(const schema::table_definition& made, const migration_tables& tables,
                             const std::vector<check_name>& names) {
    folded_names coming;
    for (const check_constraint& one : schema::check_constraints_of(made.create_statement))
        coming.insert(sql::fold_case(
            schema::check_name_after_rename(one.name, made.name.name, tables.original.name)));
    for (const check_name& one : names) coming.insert(sql::fold_case(one.old));
    return coming;
}

std::optional<check_holder> holder_of_name_in_swap(db::session& session,
                                                   const schema::table_definition& made,
                                                   const migration_tables& tables,
                                                   const std::vector<check_name>& names) {
    return holder_of(session, names_from_swap(made, tables, names), tables.original.schema,
                     {tables.original, made.name, tables.old, tables.ghost});
}

void refuse_check_that_changes(const check_name& name, std::string_view before,
                               std::string_view now) {
    throw_refusals(
        {{fmt::format("the CHECK constraint {} cannot be made again as it is: '{}' becomes '{}'",
                      quoted_name(name.original), before, now),
          "Run this ALTER as a plain ALTER TABLE, or drop the constraint before the migration and "
          "add it again afterwards."}});
}

}  // namespace

void refuse_long_check_names(const schema::table_definition& original, const table_name& name,
                             const migration_tables& tables) {
    for (const check_name& one :
         schema::check_names(schema::check_constraints_of(original.create_statement),
                             original.name.name, name.name, tables.old.name))
        if (one.too_long)
            throw_refusals(
                {{fmt::format("with the table's name the server would change the name of the CHECK "
                              "constraint {} to one of more than 64 characters",
                              quoted_name(one.original)),
                  "Give the table a shorter name for the time of the migration (RENAME TABLE), or "
                  "drop the constraint before and add it again afterwards."}});
}

void refuse_held_check_names(db::session& session, const schema::table_definition& original,
                             const std::vector<table_name>& made, const migration_tables& tables) {
    const auto constraints = schema::check_constraints_of(original.create_statement);
    folded_names needed;
    for (const table_name& one : made) {
        for (const std::string& name : schema::check_names_made_like(constraints.size(), one.name))
            needed.insert(sql::fold_case(name));
        for (const check_name& name :
             schema::check_names(constraints, original.name.name, one.name, tables.old.name))
            needed.insert(sql::fold_case(name.ghost));
    }
    refuse_taken_for_a_time(
        holder_of(session, needed, tables.original.schema, {tables.ghost, tables.rehearsal}));
    folded_names old;
    for (const check_name& one :
         schema::check_names(constraints, original.name.name, tables.ghost.name, tables.old.name))
        if (!old.insert(sql::fold_case(one.old)).second)
            throw refused({of_name_in_swap({.table = original.name.name, .name = one.old})});
}

// RENAME TABLE gives constraints the names that follow the table's; one that another table holds
// would make it fail under the lock. The names that they have before then are made after the
// table's as well, and that of a rehearsal is another one.
void refuse_names_held_by_others(db::session& session, const schema::table_definition& made,
                                 const migration_tables& tables,
                                 const std::vector<check_name>& names) {
    folded_names before;
    for (const check_constraint& one : schema::check_constraints_of(made.create_statement))
        before.insert(sql::fold_case(
            schema::check_name_after_rename(one.name, made.name.name, tables.ghost.name)));
    refuse_taken_for_a_time(
        holder_of(session, before, tables.original.schema, {made.name, tables.ghost}));
    if (const auto held = holder_of_name_in_swap(session, made, tables, names))
        throw refused({of_name_in_swap(*held)});
}

std::optional<refusal> check_name_taken_since(db::session& session,
                                              const schema::table_definition& original,
                                              const schema::table_definition& target,
                                              const migration_tables& tables) {
    const auto names = schema::check_names(schema::check_constraints_of(original.create_statement),
                                           original.name.name, target.name.name, tables.old.name);
    const auto held = holder_of_name_in_swap(session, target, tables, names);
    return held ? std::optional(of_name_in_swap(*held)) : std::nullopt;
}

// The new table is empty, so that its constraints can be made anew under the names that are wanted,
// in the order of the original's. A clause that the server keeps with other bytes than before could
// take other rows.
void remake_check_constraints(db::session& session, const table_name& table,
                              const std::vector<check_name>& names) {
    const auto made = schema::in_order_of_numbers(schema::read_check_constraints(session, table));
    require(made.size() == names.size(), "LIKE makes as many CHECK constraints as there were");
    std::string add;
    std::string drop;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (made[i].name == names[i].ghost) continue;
        const std::string_view comma = drop.empty() ? "" : ", ";
        drop += fmt::format("{}DROP CHECK {}", comma, quoted_name(made[i].name));
        add +=
            fmt::format("{}ADD CONSTRAINT {} {}", comma, quoted_name(names[i].ghost), made[i].text);
    }
    if (drop.empty()) return;
    // Not in one statement, which could not use a name twice.
    session.execute(fmt::format("ALTER TABLE {} {}", table.quoted(), drop));
    session.execute(fmt::format("ALTER TABLE {} {}", table.quoted(), add));

    const auto found = schema::read_check_constraints(session, table);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto remade = std::ranges::find(found, names[i].ghost, &check_constraint::name);
        if (remade == found.end() || remade->text != made[i].text)
            refuse_check_that_changes(names[i], made[i].text,
                                      remade == found.end() ? "" : remade->text);
    }
}

sql::names_of_constraints check_names_in_alter(const sql::alter_statement& alter,
                                               const std::vector<check_name>& names,
                                               const std::string& original,
                                               const std::string& target) {
    sql::names_of_constraints map;
    for (const check_name& one : names) map.emplace(one.original, one.ghost);
    // A new constraint whose name follows the table's gets the name that will follow.
    for (const auto& clause : alter.clauses)
        if (clause.kind == sql::clause_kind::add_check && !clause.name.empty())
            map.emplace(clause.name,
                        schema::check_name_after_rename(clause.name, original, target));
    return map;
}

std::vector<std::string> notes_on_check_names(const schema::table_definition& made,
                                              const std::vector<check_name>& names) {
    std::set<std::string> kept;
    for (const check_constraint& one : schema::check_constraints_of(made.create_statement))
        kept.insert(one.name);
    std::vector<std::string> notes;
    for (const check_name& one : names)
        if (one.swapped != one.original && kept.contains(one.ghost))
            notes.push_back(fmt::format(
                "the CHECK constraint {} has the name {} in the new table: MySQL cannot "
                "rename a constraint, and the old table holds its name",
                quoted_name(one.original), quoted_name(one.swapped)));
    return notes;
}

}  // namespace segue::preflight
