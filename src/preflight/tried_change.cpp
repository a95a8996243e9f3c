#include "src/preflight/tried_change.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/target_table.hpp"
#include "src/preflight/planned_target.hpp"
#include "src/preflight/set_columns.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/sql/foreign_key_clauses.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

// A constraint that the server has named follows the table's name; the ALTER may have the name that
// it had when the source was called as the target is. A new one is in the target already, and no
// other of the schema can have its name.
sql::names_of_constraints names_since(const pair_of_tables& of, const sql::alter_statement& alter,
                                      const table_name& twin, const migration_tables& tables) {
    sql::names_of_constraints map;
    for (const auto& clause : alter.clauses)
        if (clause.kind == sql::clause_kind::add_check && !clause.name.empty())
            map.emplace(clause.name, fmt::format("{}_chk_new{}", twin.name, map.size() + 1));
    for (const auto& one :
         schema::check_names(schema::check_constraints_of(of.source.create_statement),
                             of.source.name.name, twin.name, tables.old.name))
        map.emplace(
            schema::check_name_after_rename(one.original, of.source.name.name, of.target.name),
            one.ghost);
    return map;
}

// An empty twin has none, and neither has the old table of a swap.
sql::alter_statement beside_foreign_keys(const sql::alter_statement& alter) {
    std::vector<std::string> names;
    for (const auto& clause : alter.clauses)
        if (clause.kind == sql::clause_kind::drop_foreign_key) names.push_back(clause.name);
    auto left = sql::without_foreign_keys(alter, names);
    for (const auto& one : left.refusals)
        throw_refusals({{fmt::format("{}: {}", one.clause, one.reason), one.remedy}});
    return left;
}

void refuse_what_is_not_run(const sql::alter_statement& alter) {
    std::vector<refusal> refusals;
    for (const auto& one : alter.refusals)
        refusals.push_back({fmt::format("{}: {}", one.clause, one.reason), one.remedy});
    throw_refusals(refusals);
}

schema::table_definition altered(const workplace& at, const plan& made, const pair_of_tables& of) {
    const table_name& name = made.tables.rehearsal;
    clear_for_a_moment(at.session, name, {of.source.name, made.tables.ghost});
    empty_table twin(at.session, at.record, name, of.source.name,
                     empty_table::purpose::for_a_moment);
    auto done =
        alter_target(at.session, of.source, name, made.tables, beside_foreign_keys(at.alter),
                     {.checks = names_since(of, at.alter, name, made.tables)});
    twin.drop();
    return std::move(done.definition);
}

bool may_not_be_made(const error& failure) {
    constexpr std::array numbers = {er::dbaccess_denied_error, er::tableaccess_denied_error,
                                    er::specific_access_denied_error, er::option_prevents_statement,
                                    er::read_only_mode};
    return std::ranges::find(numbers, failure.mysql_errno()) != numbers.end();
}

error cannot_be_tried(const error& failure, const std::string& schema,
                      const std::vector<table_name>& left) {
    std::string remedy = fmt::format(
        "An empty table is made for a moment to try it on. Give the account CREATE, ALTER, INSERT "
        "and DROP on {0}.*, and name a server that can be written to; or leave --alter and --set "
        "out, so that columns go together by their names, and definitions are not compared.",
        quoted_name(schema));
    for (const table_name& one : left)
        remedy += fmt::format("\n{} is left: DROP TABLE {};", one.quoted(), one.quoted());
    return refused({{fmt::format("the change cannot be tried: {}", failure.what()), remedy}});
}

}  // namespace

tried_change try_change(db::session& session, const sql::alter_statement& alter,
                        const inspection_request& request, const pair_of_tables& of,
                        const std::stop_token& stop) {
    tried_change tried;
    if (request.alter_text.empty() && request.sets.empty()) return tried;
    refuse_what_is_not_run(alter);
    std::vector<table_name> left;
    const table_record record{.made = [&](const table_name& one) { left.push_back(one); },
                              .dropped = [&](const table_name& one) { std::erase(left, one); }};
    plan made;
    made.original = of.source;
    made.tables = earlier::tables_as_stored(session, of.source.name, request.naming);
    earlier::claim_start(session, of.source.name);
    const workplace at{
        .session = session, .alter = alter, .request = request, .record = record, .stop = stop};
    try {
        if (!request.alter_text.empty()) tried.wanted = altered(at, made, of);
        at.throw_if_stopped();
        tried.sets = judged_sets(at, made);
    } catch (const error& failure) {
        if (!may_not_be_made(failure)) throw;
        throw cannot_be_tried(failure, of.source.name.schema, left);
    }
    return tried;
}

}  // namespace segue::preflight
