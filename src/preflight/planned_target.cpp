#include "src/preflight/planned_target.hpp"

#include "src/base/fault_point.hpp"
#include "src/new_table/check_constraint_names.hpp"
#include "src/new_table/kept_foreign_keys.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/target_table.hpp"
#include "src/preflight/key_check.hpp"
#include "src/preflight/operators_choices.hpp"
#include "src/preflight/set_columns.hpp"
#include "src/preflight/table_obstacles.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/stored_expression.hpp"
#include "src/schema/zero_date_defaults.hpp"
#include "src/sql/foreign_key_clauses.hpp"
#include "src/sql/rename_map.hpp"
#include "src/views/views_over_table.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

// To what the server takes as max_allowed_packet.
std::size_t round_up(std::size_t bytes) {
    constexpr std::size_t step = 1'024;
    return (bytes + step - 1) / step * step;
}

// The server keeps a quote in an expression as \', and a backslash as two, and reads both by the
// sql_mode of whoever opens the table: under NO_BACKSLASH_ESCAPES it cannot, or reads another text.
// ALTER TABLE and LIKE then keep that one. Comments and plain defaults are kept otherwise.
std::vector<refusal> unreadable_expressions(db::session& session, const plan& made) {
    constexpr std::string_view mode = "NO_BACKSLASH_ESCAPES";
    const auto modes = session.query_value("SELECT @@GLOBAL.sql_mode").value_or("");
    if (modes.find(mode) == std::string::npos) return {};
    const auto own = schema::read_stored_expressions(session, made.original.name);
    std::vector<refusal> found;
    for (const auto& one : schema::read_stored_expressions(session, made.target.name)) {
        if (!one.has_backslash()) continue;
        if (std::ranges::find(own, one.text, &schema::stored_expression::text) != own.end())
            found.push_back(
                {fmt::format("the server's sql_mode has {}, and {} of the table has a quote or a "
                             "backslash in a string of its expression, which each session reads by "
                             "its own sql_mode: {}",
                             mode, one.of, one.text),
                 fmt::format("Take {} out of the global sql_mode for the time of the migration, or "
                             "write the expression without them before, as CHAR(39) or X'5C'.",
                             mode)});
        else
            found.push_back(
                {fmt::format("the server's sql_mode has {}, and the new table could not be opened "
                             "under it, or would be read otherwise: {} has a quote or a backslash "
                             "in a string: {}",
                             mode, one.of, one.text),
                 "Write the expression without a quote or backslash in its strings, as CHAR(39) "
                 "or X'27'."});
    }
    return found;
}

schema::value_rules value_rules_of(db::session& session, const inspection_request& request) {
    schema::value_rules rules = schema::read_value_rules(session);
    if (request.allow_zero_dates) {
        rules.conversions.no_zero_date = false;
        rules.conversions.no_zero_in_date = false;
    }
    return rules;
}

}  // namespace

void complete(plan& made, db::session& session, const sql::alter_statement& alter,
              const inspection_request& request) {
    throw_refusals(unreadable_expressions(session, made));
    std::vector<refusal> others = table_obstacles(session, made.target.name, made.server);
    for (refusal& one : others)
        one.problem =
            fmt::format("of the new table {}: {}", made.target.name.quoted(), one.problem);
    throw_refusals(others);
    throw_refusals(shape_obstacles(made.target));
    throw_refusals(index_obstacles(made.target));
    throw_refusals(schema::obstacles_to_setting(made.sets, made.target));
    throw_refusals(sets_in_foreign_keys(made));
    const auto renames =
        sql::column_mapping(alter, made.original.column_names(),
                            request.skip_renames ? sql::renamed_columns::left_behind
                                                 : sql::renamed_columns::carried_on);
    throw_refusals(views::views_broken_by(session, made.original, made.target, renames));
    for (std::string& one : views::notices_of_views(session, made.original, renames))
        made.server.weaker.push_back(std::move(one));
    const schema::source_of came_from = [&](std::string_view target) {
        return renames.source_of(target);
    };
    // No key is chosen over a column that gets other values, and none is converted.
    const schema::source_of source_of = [&](std::string_view target) {
        return schema::find_set(made.sets, target) == nullptr ? renames.source_of(target)
                                                              : std::nullopt;
    };
    const schema::key_conditions under{.full_images = !made.server.image_is_minimal,
                                       .unambiguous_times = times_are_unambiguous(session)};
    schema::key_choice choice = schema::choose_key(made.original, made.target, source_of, under);
    if (!choice.chosen && request.nullable_key) choice = nullable_key(made, source_of, under);
    made.key_explanation = choice.explanation;
    if (!choice.chosen)
        throw_refusals(
            {{"no key names the rows in both tables: " + choice.explanation,
              fmt::format("The table needs a primary key, or a unique index over NOT NULL columns, "
                          "by which rows can still be found in the new table (docs/limits.md). "
                          "Often a KEY over its columns in the same ALTER, or a unique index added "
                          "before, is the way.{}{}",
                          request.nullable_key
                              ? ""
                              : " A unique index whose columns can be NULL, and are not, serves "
                                "with --allow-nullable-unique-key.",
                          request.replica_image_is_minimal
                              ? " binlog_row_image is meant of the replica: after it is set there, "
                                "STOP REPLICA and START REPLICA."
                              : "")}});
    for (const auto& column : choice.chosen->columns)
        if (made.server.image_is_minimal && made.original.find_column(column.source)->default_text)
            made.server.weaker.push_back(fmt::format(
                "binlog_row_image is not FULL and the key column {} has a DEFAULT: an INSERT that "
                "leaves it out would not log its key, and the migration would stop.",
                quoted_name(column.source)));
    const schema::value_rules rules = value_rules_of(session, request);
    throw_refusals(
        schema::new_zero_date_defaults(made.original, made.target, came_from, rules.conversions));
    made.projection = schema::make_projection(made.original, made.target, *choice.chosen, source_of,
                                              rules, made.sets);
    const rows::statements texts(made.projection, /*locking_reads=*/false,
                                 made.server.packet_bytes_max);
    if (const auto needed = texts.packet_bytes_needed(); needed > made.server.packet_bytes_max)
        throw_refusals(
            {{fmt::format("max_allowed_packet is {}, and statements about single rows of "
                          "this table take up to {} bytes",
                          made.server.packet_bytes_max, needed),
              fmt::format("SET GLOBAL max_allowed_packet={};", round_up(needed))}});
    throw_if_key_has_nulls(session, made, /*locking=*/false);
    check_key_forms(session, texts);
}

error changed_while_starting(const table_name& original, std::string_view how) {
    return refused({{fmt::format("{} was {} by another session while Segue was starting",
                                 original.quoted(), how),
                     "Start again when nobody else changes the table."}});
}

namespace {

// What was met may come of it that the original is another table than was inspected.
void throw_if_changed_meanwhile(db::session& session, const schema::table_definition& original) {
    std::optional<schema::table_definition> now;
    try {
        now = schema::read_table(session, original.name);
    } catch (const error&) {
        return;  // What was met is told.
    }
    if (now && schema::same_definition(*now, original)) return;
    throw changed_while_starting(original.name, now ? "changed" : "dropped or renamed");
}

// Its column goes on under another name, and none of its values.
void refuse_keys_of_skipped_renames(const plan& made, const inspection_request& request) {
    if (!request.skip_renames) return;
    for (const kept_foreign_key& key : made.along.foreign_keys)
        if (key.wanted.columns != key.source_columns)
            throw_refusals({{fmt::format("--skip-renamed-columns leaves the values of a column of "
                                         "the foreign key {} behind",
                                         quoted_name(key.wanted.name)),
                             "Say --approve-renamed-columns, or --discard-foreign-keys."}});
}

// The new table has no foreign keys before the swap, so that none can be dropped.
sql::alter_statement alter_of_new_table(const sql::alter_statement& alter,
                                        const std::vector<schema::foreign_key>& keys) {
    std::vector<std::string> names;
    for (const schema::foreign_key& key : keys) names.push_back(key.name);
    sql::alter_statement left = sql::without_foreign_keys(alter, names);
    for (const auto& one : left.refusals)
        throw_refusals({{fmt::format("{}: {}", one.clause, one.reason), one.remedy}});
    return left;
}

void try_foreign_keys(const workplace& at, plan& made, foreign_key_trial& trial) {
    if (made.along.foreign_keys.empty()) return;
    std::vector<schema::foreign_key> keys;
    for (const kept_foreign_key& one : made.along.foreign_keys) keys.push_back(one.wanted);
    ask_for_indexes_of_keys(at.session, made.target.name, keys);
    made.along.foreign_keys_take = trial.time_on(made.target, made.along.foreign_keys);
    tell_foreign_keys(made, at.request.stall_budget);
}

plan made_with_target(const workplace& at, plan made, const table_name& name, rename_cost cost) {
    at.throw_if_stopped();
    refuse_long_check_names(made.original, name, made.tables);
    refuse_held_check_names(at.session, made.original, {name, made.tables.ghost}, made.tables);
    const taken_along& along = made.along;
    std::optional<foreign_key_trial> trial;
    if (along.foreign_keys_are == taken_along::own_keys::kept && !along.own_foreign_keys.empty()) {
        trial.emplace(at.session, at.record, made.original, made.tables, along.own_foreign_keys);
        made.along.foreign_keys = trial->after(at.alter);
        refuse_keys_of_skipped_renames(made, at.request);
    }
    empty_table empty(at.session, at.record, name, made.original.name,
                      name == made.tables.rehearsal ? empty_table::purpose::for_a_moment
                                                    : empty_table::purpose::new_table);
    target_table altered = alter_target(at.session, made.original, name, made.tables,
                                        alter_of_new_table(at.alter, along.own_foreign_keys));
    made.target = std::move(altered.definition);
    made.notes = std::move(altered.notes);
    cost.measure(made.target);
    made.rename_time = cost.sum();
    if (trial) try_foreign_keys(at, made, *trial);
    complete(made, at.session, at.alter, at.request);
    if (!made.along.triggers.empty()) {
        made.along.triggers_time = try_triggers(at.session, name, made.along.triggers);
        tell_triggers(made);
    }
    at.throw_if_stopped();
    empty.keep();
    return made;
}

}  // namespace

plan with_target(const workplace& at, const plan& made, const table_name& name,
                 const rename_cost& cost) {
    try {
        return made_with_target(at, made, name, cost);
    } catch (const error& failure) {
        fault::point("inspection.failed");
        if (!failure.connection_lost()) throw_if_changed_meanwhile(at.session, made.original);
        throw;
    }
}

plan rehearse(const workplace& at, const plan& made, const rename_cost& cost) {
    clear_for_a_moment(at.session, made.tables.rehearsal, made_like(at.session, made.tables));
    return with_target(at, made, made.tables.rehearsal, cost);
}

}  // namespace segue::preflight
