#include "src/preflight/operators_choices.hpp"

#include "src/base/utf8.hpp"
#include "src/sql/rename_map.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

schema::table_definition taken_for_not_null(schema::table_definition table) {
    for (schema::column& one : table.columns) one.nullable = false;
    return table;
}

std::string names_of(const std::vector<schema::foreign_key>& keys) {
    std::vector<std::string> names;
    for (const schema::foreign_key& key : keys) names.push_back(quoted_name(key.name));
    return fmt::format("{}", fmt::join(names, ", "));
}

// Names that the server made follow the table's in RENAME TABLE.
void tell_discarded_foreign_keys(plan& made, std::vector<refusal>& refusals) {
    constexpr std::size_t name_characters_max = 64;
    const auto& keys = made.along.own_foreign_keys;
    if (keys.empty()) return;
    for (const schema::foreign_key& key : keys)
        if (const auto number = schema::number_in_key_name(key.name, made.original.name.name);
            number && characters_in(schema::generated_key_name(made.tables.old.name, *number)) >
                          name_characters_max)
            refusals.push_back(
                {fmt::format(
                     "RENAME TABLE would give the foreign key {} a name that is longer than "
                     "{} characters",
                     quoted_name(key.name), name_characters_max),
                 "Drop it before the migration."});
    made.server.weaker.push_back(
        fmt::format("--discard-foreign-keys: the new table will not have the foreign key{} {}. In "
                    "the swap the old table loses {} as well, or its rows would hold those of the "
                    "tables that they refer to.",
                    keys.size() == 1 ? "" : "s", names_of(keys), keys.size() == 1 ? "it" : "them"));
}

}  // namespace

std::vector<refusal> unapproved_renames(const sql::alter_statement& alter,
                                        const inspection_request& request) {
    const auto renames = sql::renames_in(alter);
    if (renames.empty() || request.approve_renames != request.skip_renames) return {};
    if (request.approve_renames)
        return {{"--approve-renamed-columns carries on what --skip-renamed-columns leaves behind",
                 "Give one of them."}};
    std::vector<std::string> pairs;
    for (const auto& [from, to] : renames)
        pairs.push_back(fmt::format("{} to {}", quoted_name(from), quoted_name(to)));
    return {{fmt::format("the ALTER renames columns: {}", fmt::join(pairs, ", ")),
             "If that is right, say --approve-renamed-columns. (--skip-renamed-columns leaves "
             "their values behind: the new columns get their defaults.)"}};
}

void tell_skipped_renames(plan& made, const sql::alter_statement& alter) {
    for (const auto& [from, to] : sql::renames_in(alter)) {
        const schema::column* const column = made.original.find_column(from);
        if (column == nullptr || column->generated) continue;
        made.server.weaker.push_back(
            fmt::format("--skip-renamed-columns: no value of {} is carried on. {} gets its default "
                        "in all rows, and after the swap the values are in the old table {} alone.",
                        quoted_name(from), quoted_name(to), made.tables.old.quoted()));
    }
}

schema::key_choice nullable_key(plan& made, const schema::source_of& source_of,
                                const schema::key_conditions& under) {
    schema::key_choice choice = schema::choose_key(
        taken_for_not_null(made.original), taken_for_not_null(made.target), source_of, under);
    if (!choice.chosen) return choice;
    for (const auto& part : choice.chosen->columns) {
        const schema::column* const held = made.original.find_column(part.source);
        if (held != nullptr && held->nullable) made.nullable_key_columns.push_back(held->name);
    }
    std::vector<std::string> names;
    for (const auto& name : made.nullable_key_columns) names.push_back(quoted_name(name));
    made.server.weaker.push_back(fmt::format(
        "--allow-nullable-unique-key: the key {} has columns that can be NULL ({}). That no row "
        "holds one is looked at before the first row is copied, and a change that brings one ends "
        "the run.",
        quoted_name(choice.chosen->source_index), fmt::join(names, ", ")));
    return choice;
}

// The server ends such a reading with the first row.
void throw_if_key_has_nulls(db::session& session, const plan& made, bool locking) {
    const std::string index = quoted_name(made.projection.key.source_index);
    for (const std::string& column : made.nullable_key_columns) {
        const auto found = session.query(fmt::format(
            "SELECT 1 FROM {} FORCE INDEX ({}) WHERE {} IS NULL LIMIT 1{}",
            made.original.name.quoted(), index, quoted_name(column), locking ? " FOR SHARE" : ""));
        if (!found.empty())
            throw_refusals(
                {{fmt::format("the key {} does not name all rows: there is a NULL in {}", index,
                              quoted_name(column)),
                  "Give those rows a value, or add a unique index over NOT NULL columns."}});
    }
}

void see_what_is_taken_along(db::session& session, const inspection_request& request, plan& made,
                             std::vector<refusal>& refusals) {
    const table_name& original = made.original.name;
    taken_along& along = made.along;
    along.own_foreign_keys = schema::read_foreign_keys(session, original);
    along.foreign_keys_are = request.discard_foreign_keys ? taken_along::own_keys::left_out
                                                          : taken_along::own_keys::kept;
    std::vector<refusal> of_parents;
    along.parents = parents_of(session, along.own_foreign_keys, of_parents);
    if (request.discard_foreign_keys)
        tell_discarded_foreign_keys(made, refusals);
    else
        refusals.insert(refusals.end(), of_parents.begin(), of_parents.end());
    if (request.ends_pair)
        along.left_behind = triggers_left_behind(session, original, *request.ends_pair, refusals);
    if (!request.triggers.include) return;
    along.includes_triggers = true;
    // What an earlier run left on its new table is dropped, or stands in the way by itself.
    std::vector<table_name> dropped{made.tables.rehearsal, made.tables.ghost};
    if (request.drop_old) dropped.push_back(made.tables.old);
    along.triggers = triggers_to_take_along(session, original, request.triggers, request.ends_pair,
                                            dropped, refusals);
}

void tell_triggers(plan& made) {
    std::vector<std::string> names;
    for (const taken_trigger& one : made.along.triggers) names.push_back(quoted_name(one.name));
    made.server.weaker.push_back(fmt::format(
        "--include-triggers: the swap makes the new table's triggers, {}, which took {} ms just "
        "now; writes wait for that. The old table keeps its own.",
        fmt::join(names, ", "), made.along.triggers_time.count()));
}

void tell_foreign_keys(plan& made, std::chrono::milliseconds stall_budget) {
    std::vector<schema::foreign_key> keys;
    for (const kept_foreign_key& one : made.along.foreign_keys) keys.push_back(one.wanted);
    std::vector<std::string> parents;
    for (const parent_table& one : made.along.parents) parents.push_back(one.name.quoted());
    const auto takes = made.along.foreign_keys_take.sum();
    made.server.weaker.push_back(fmt::format(
        "foreign keys: the swap makes the new table's, {}, and drops the old table's, which took "
        "{} ms just now. While the table is locked {} {} locked with it, for readers as well.{}",
        names_of(keys), takes.count(), fmt::join(parents, ", "), parents.size() == 1 ? "is" : "are",
        takes > stall_budget / 2 && stall_budget.count() > 0
            ? " Leave more room in --cut-over-stall-budget-millis."
            : ""));
}

}  // namespace segue::preflight
