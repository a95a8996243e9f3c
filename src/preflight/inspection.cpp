#include "src/preflight/inspection.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/nearest_names.hpp"
#include "src/preflight/check_constraint_names.hpp"
#include "src/preflight/earlier_run.hpp"
#include "src/preflight/gh_ost.hpp"
#include "src/preflight/key_check.hpp"
#include "src/preflight/operators_choices.hpp"
#include "src/preflight/rename_cost.hpp"
#include "src/preflight/table_obstacles.hpp"
#include "src/preflight/tables_there.hpp"
#include "src/preflight/target_table.hpp"
#include "src/preflight/zero_date_defaults.hpp"
#include "src/schema/stored_expression.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/rename_map.hpp"
#include "src/sql/sql_tokenizer.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

// With a name of the operator's for the tables it may be: then it would be dropped as a leftover.
std::vector<refusal> names_of_the_original(const migration_tables& tables, bool names_fold_case) {
    std::vector<refusal> found;
    for (const table_name& one :
         {tables.ghost, tables.old, tables.changelog, tables.checkpoint, tables.rehearsal})
        if (sql::same_table_name(one.name, tables.original.name, names_fold_case))
            found.push_back({fmt::format("with this --force-table-names a table of the migration "
                                         "would have the name of {} itself",
                                         tables.original.quoted()),
                             "Give another name, or none."});
    return found;
}

// As the server keeps the names, by which the binary log tells of the tables.
table_naming as_stored(table_naming naming, bool names_fold_case) {
    if (names_fold_case) naming.base = sql::fold_case(naming.base);
    return naming;
}

// Of a run that is at work nothing is dropped, nor told to be; of one of gh-ost's that it may
// resume neither.
void check_names(db::session& session, const inspection_request& request,
                 const migration_tables& tables, const std::stop_token& stop,
                 std::vector<refusal>& refusals) {
    const std::string base_table = "BASE TABLE";
    for (const table_name& name :
         {tables.old, tables.ghost, tables.changelog, tables.checkpoint, tables.rehearsal})
        if (type_of_table(session, name).value_or(base_table) != base_table)
            refusals.push_back(
                {fmt::format("{} is a view, and Segue needs that name", name.quoted()),
                 "Drop it, or give it another name."});
    if (!refusals.empty()) return;
    auto others = gh_ost_at_work(session, tables.original);
    if (!others) others = at_work(session, tables, stop);
    if (!others) others = checkpoint_of_gh_ost(session, tables);
    if (others) {
        refusals.push_back(std::move(*others));
        return;
    }
    if (exists(session, tables.old) && !request.drop_old)
        refusals.push_back(
            {fmt::format("the table {} exists; an earlier migration kept it", tables.old.quoted()),
             "Drop it if it is not needed any more, or say --initially-drop-old-table."});
    if (request.drop_ghost) return;
    std::vector<std::string> there;
    for (const table_name& name : {tables.ghost, tables.changelog, tables.checkpoint})
        if (exists(session, name)) there.push_back(name.quoted());
    if (there.empty()) return;
    const bool one = there.size() == 1;
    refusals.push_back(
        {fmt::format("the table{} {} exist{}; another run has {}, or an earlier one left {}",
                     one ? "" : "s", fmt::join(there, ", "), one ? "s" : "", one ? "it" : "them",
                     one ? "it" : "them"),
         fmt::format("If no other run is at work, say --initially-drop-ghost-table; or drop {}: "
                     "DROP TABLE IF EXISTS {};",
                     one ? "it" : "them", fmt::join(there, ", "))});
}

std::vector<std::string> column_names(const schema::table_definition& table) {
    std::vector<std::string> names;
    for (const auto& column : table.columns) names.push_back(column.name);
    return names;
}

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
    const auto renames =
        sql::column_mapping(alter, column_names(made.original),
                            request.skip_renames ? sql::renamed_columns::left_behind
                                                 : sql::renamed_columns::carried_on);
    const schema::source_of source_of = [&](std::string_view target) {
        return renames.source_of(target);
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
        new_zero_date_defaults(made.original, made.target, source_of, rules.conversions));
    made.projection =
        schema::make_projection(made.original, made.target, *choice.chosen, source_of, rules);
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
    if (made.along.triggers.empty()) return;
    made.along.triggers_time = try_triggers(session, made.target.name, made.along.triggers);
    tell_triggers(made);
}

// MODIFY c ... AUTO_INCREMENT on a column that was none: ALTER TABLE would renumber its zeros.
std::vector<refusal> new_auto_increment(const sql::alter_statement& alter,
                                        const schema::table_definition& original,
                                        bool skip_renames) {
    std::vector<refusal> found;
    for (const auto& clause : alter.clauses) {
        if (!clause.auto_increment) continue;
        const std::string& from = clause.renamed_from.empty() ? clause.column : clause.renamed_from;
        const schema::column* const column = original.find_column(from);
        const bool left_behind = skip_renames && !sql::same_name(from, clause.column);
        if (column == nullptr || (column->auto_increment && !left_behind)) continue;
        found.push_back({fmt::format("{}: the column is not AUTO_INCREMENT yet", clause.text),
                         "ALTER TABLE would give new numbers to rows that hold 0, which cannot be "
                         "done row by row. Leave AUTO_INCREMENT out."});
    }
    return found;
}

// ALTER TABLE in a session of the server's own settings would read the text otherwise than we do.
std::vector<refusal> read_otherwise(db::session& session, std::string_view alter_text) {
    constexpr std::string_view remedy =
        "Write the ALTER without them: names in backticks, strings in single quotes, characters "
        "that need a backslash as X'..'.";
    const std::string modes = session.query_value("SELECT @@GLOBAL.sql_mode").value_or("");
    std::vector<refusal> found;
    const auto matters = [&](std::string_view mode, sql::tokenizer_options with) {
        return modes.find(mode) != std::string::npos && !sql::reads_alike(alter_text, {}, with);
    };
    if (matters("ANSI_QUOTES", {.ansi_quotes = true}))
        found.push_back({"the server's sql_mode has ANSI_QUOTES, and the ALTER has double quotes",
                         std::string(remedy)});
    if (matters("NO_BACKSLASH_ESCAPES", {.no_backslash_escapes = true}))
        found.push_back(
            {"the server's sql_mode has NO_BACKSLASH_ESCAPES, and the ALTER has a backslash",
             std::string(remedy)});
    return found;
}

std::string near_tables(db::session& session, const table_name& written) {
    std::vector<std::string> known;
    for (const db::row& one :
         session.query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=" +
                       quoted_literal(written.schema)))
        known.push_back(one[0].value_or(""));
    return did_you_mean(written.name, known);
}

void append(std::vector<refusal>& refusals, const std::vector<refusal>& more) {
    refusals.insert(refusals.end(), more.begin(), more.end());
}

void check_same_table(const sql::alter_statement& alter, const table_name& original) {
    const bool other_table = alter.table && !sql::same_name(*alter.table, original.name);
    const bool other_schema = alter.schema && !sql::same_name(*alter.schema, original.schema);
    if (other_table || other_schema)
        throw error(fmt::format("the ALTER names another table than {}", original.quoted()));
}

// What inspect() works with, from step to step.
struct workplace {
    db::session& session;
    const sql::alter_statement& alter;
    const inspection_request& request;
    const table_record& record;
    std::stop_token stop;

    void throw_if_stopped() const {
        if (stop.stop_requested()) throw stopped();
    }
};

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

plan made_with_target(const workplace& at, plan made, const table_name& name, rename_cost cost) {
    at.throw_if_stopped();
    refuse_long_check_names(made.original, name, made.tables);
    refuse_held_check_names(at.session, made.original, {name, made.tables.ghost}, made.tables);
    empty_table empty(at.session, at.record, name, made.original.name,
                      name == made.tables.rehearsal ? empty_table::purpose::for_a_moment
                                                    : empty_table::purpose::new_table);
    target_table altered = alter_target(at.session, made.original, name, made.tables, at.alter);
    made.target = std::move(altered.definition);
    made.notes = std::move(altered.notes);
    cost.measure(made.target);
    made.rename_time = cost.sum();
    complete(made, at.session, at.alter, at.request);
    at.throw_if_stopped();
    empty.keep();
    return made;
}

// Makes the empty new table under the name, and completes the plan by what came of it. `cost`: with
// the twin's.
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
    clear_for_a_moment(at.session, made.tables.rehearsal);
    return with_target(at, made, made.tables.rehearsal, cost);
}

// Not before it is known that the ALTER is possible: its new table is made under another name, and
// checked, while the name that it will have is taken.
void drop_what_an_earlier_run_left(const workplace& at, const plan& made, const rename_cost& cost) {
    const migration_tables& tables = made.tables;
    if (!exists(at.session, tables.ghost) && !exists(at.session, tables.changelog) &&
        !exists(at.session, tables.checkpoint))
        return;
    try {
        rehearse(at, made, cost);
        drop_made(at.session, at.record, tables.rehearsal);
    } catch (const error& failure) {
        // The new constraint's name may be held by what the earlier run left.
        if (failure.mysql_errno() != er::check_constraint_dup_name) throw;
    }
    drop_leftovers(at.session, tables, at.stop);
}

std::vector<table_to_drop> tables_to_drop(db::session& session, const inspection_request& request,
                                          const migration_tables& tables) {
    std::vector<table_name> names;
    if (request.drop_ghost) names = {tables.ghost, tables.changelog, tables.checkpoint};
    if (request.drop_old) names.push_back(tables.old);
    std::vector<table_to_drop> found;
    for (const table_name& name : names) {
        const auto there = schema::read_table(session, name);
        found.push_back({.name = name, .rows = std::nullopt});
        if (there) found.back().rows = there->rows_estimate;
    }
    return found;
}

error changed(const plan& made) {
    return error(
        fmt::format("the definition of {} was changed by another session while it was migrated",
                    made.original.name.quoted()));
}

error target_changed(const plan& made, std::string_view how) {
    return error(
        fmt::format("the new table {} was changed by somebody else while the migration ran{}",
                    made.target.name.quoted(), how));
}

void throw_if_other_text(const schema::table_definition& now, const plan& made) {
    if (!schema::same_definition(now, made.original)) throw changed(made);
}

}  // namespace

error changed_while_starting(const table_name& original, std::string_view how) {
    return refused({{fmt::format("{} was {} by another session while Segue was starting",
                                 original.quoted(), how),
                     "Start again when nobody else changes the table."}});
}

void throw_if_changed(db::session& session, const plan& made) {
    const auto now = schema::read_table(session, made.original.name);
    if (!now) throw changed(made);
    throw_if_other_text(*now, made);
    throw_refusals(table_obstacles(session, made.original.name, made.server, made.along));
    // What was made on it before the stream began, no statement in the stream tells.
    const auto added = table_obstacles(session, made.target.name, made.server);
    if (!added.empty()) throw target_changed(made, ": " + added.front().problem);
}

void throw_if_changed_under_lock(db::session& session, const plan& made) {
    const table_name& name = made.original.name;
    const auto text_now = [&](const table_name& of) {
        schema::table_definition now;
        now.create_statement =
            session.query_row("SHOW CREATE TABLE " + of.quoted())[1].value_or("");
        return now;
    };
    throw_if_other_text(text_now(name), made);
    if (!schema::same_definition(text_now(made.target.name), made.target))
        throw target_changed(made, "");
    throw_refusals(obstacles_beside_definition(session, name, made.along));
}

namespace {

plan look(db::session& session, const inspection_request& request,
          const sql::alter_statement& alter, const std::stop_token& stop) {
    plan made;
    check_same_table(alter, request.original);
    std::vector<refusal> refusals;
    for (const auto& one : alter.refusals)
        refusals.push_back({fmt::format("{}: {}", one.clause, one.reason), one.remedy});
    made.server = servers::read_server(session, request.original.schema, request.server, refusals);
    append(refusals, read_otherwise(session, request.alter_text));
    made.server.image_is_minimal |= request.replica_image_is_minimal;
    made.stream_host = made.server.host;
    auto original = schema::read_table(session, request.original);
    if (!original) {
        refusals.push_back({fmt::format("there is no table {} that the account can see",
                                        request.original.quoted()),
                            near_tables(session, request.original) +
                                "Check --database and --table, and the account's privileges."});
        throw_refusals(refusals);
    }
    made.original = std::move(*original);
    made.auto_increment = alter.auto_increment();
    for (const auto& clause : alter.clauses)
        if (clause.kind == sql::clause_kind::how_to_run)
            made.server.weaker.push_back(
                fmt::format("{} is left out: it tells the server how to run an ALTER, and this one "
                            "is run on an empty table.",
                            clause.text));
    const bool names_fold_case = made.server.names_fold_case;
    made.tables = tables_beside(made.original.name, as_stored(request.naming, names_fold_case));
    append(refusals, names_of_the_original(made.tables, names_fold_case));
    if (request.skip_renames) tell_skipped_renames(made, alter);
    append(refusals, shape_obstacles(made.original));
    see_what_is_taken_along(session, request, made, refusals);
    append(refusals, table_obstacles(session, made.original.name, made.server, made.along));
    append(refusals, new_auto_increment(alter, made.original, request.skip_renames));
    append(refusals, unapproved_renames(alter, request));
    claim_start(session, made.original.name);
    check_names(session, request, made.tables, stop, refusals);
    throw_refusals(refusals);
    return made;
}

}  // namespace

plan look(db::session& session, const inspection_request& request, const std::stop_token& stop) {
    return look(session, request, sql::parse_alter(request.alter_text), stop);
}

plan inspect(db::session& session, const inspection_request& request, const table_record& record,
             std::stop_token stop) {
    const sql::alter_statement alter = sql::parse_alter(request.alter_text);
    plan made = look(session, request, alter, stop);
    const workplace at{.session = session,
                       .alter = alter,
                       .request = request,
                       .record = record,
                       .stop = std::move(stop)};
    if (request.rehearsal || rename_cost::is_measured(made.original))
        clear_for_a_moment(session, made.tables.rehearsal);
    else
        drop_left_for_a_moment(session, made.tables.rehearsal);
    rename_cost cost(session, made.tables, record, request.stall_budget, at.stop);
    if (rename_cost::is_measured(made.original)) {
        refuse_long_check_names(made.original, made.tables.rehearsal, made.tables);
        refuse_held_check_names(session, made.original, {made.tables.rehearsal}, made.tables);
    }
    cost.measure_twin(made.original);
    if (request.rehearsal) {
        made.drops = tables_to_drop(session, request, made.tables);
        return rehearse(at, made, cost);
    }
    if (request.drop_ghost) drop_what_an_earlier_run_left(at, made, cost);
    return with_target(at, made, made.tables.ghost, cost);
}

}  // namespace segue::preflight
