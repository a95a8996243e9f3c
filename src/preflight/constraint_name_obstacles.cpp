#include "src/preflight/constraint_name_obstacles.hpp"

#include "src/base/refusal.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/sql/identifier_case.hpp"

#include <optional>
#include <set>
#include <string>

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

[[noreturn]] void refuse_name_in_swap(const check_holder& held) {
    throw refused(
        {{fmt::format("the table {} holds a CHECK constraint of the name {}, which one of this "
                      "table's would get in the swap",
                      quoted_name(held.table), quoted_name(held.name)),
          "Drop that constraint, and add it under another name."}});
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
            refuse_name_in_swap({.table = original.name.name, .name = one.old});
}

// RENAME TABLE gives constraints the names that follow the table's; one that another table holds
// would make it fail under the lock. The names that they have before then are made after the
// table's as well, and that of a rehearsal is another one.
void refuse_names_held_by_others(db::session& session, const schema::table_definition& made,
                                 const migration_tables& tables,
                                 const std::vector<check_name>& names) {
    folded_names coming;
    folded_names before;
    for (const check_constraint& one : schema::check_constraints_of(made.create_statement)) {
        const auto after = [&](const table_name& to) {
            return sql::fold_case(
                schema::check_name_after_rename(one.name, made.name.name, to.name));
        };
        coming.insert(after(tables.original));
        before.insert(after(tables.ghost));
    }
    for (const check_name& one : names) coming.insert(sql::fold_case(one.old));
    refuse_taken_for_a_time(
        holder_of(session, before, tables.original.schema, {made.name, tables.ghost}));
    if (const auto held = holder_of(session, coming, tables.original.schema,
                                    {tables.original, made.name, tables.old, tables.ghost}))
        refuse_name_in_swap(*held);
}

}  // namespace segue::preflight
