#include "src/preflight/inspection.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/nearest_names.hpp"
#include "src/db/session_factory.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/expanded_columns.hpp"
#include "src/earlier/others_at_work.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/new_table/check_constraint_names.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/new_table/rename_cost.hpp"
#include "src/new_table/target_table.hpp"
#include "src/preflight/going_on.hpp"
#include "src/preflight/key_check.hpp"
#include "src/preflight/operators_choices.hpp"
#include "src/preflight/planned_target.hpp"
#include "src/preflight/set_columns.hpp"
#include "src/preflight/table_obstacles.hpp"
#include "src/preflight/tried_change.hpp"
#include "src/schema/stored_expression.hpp"
#include "src/schema/zero_date_defaults.hpp"
#include "src/servers/tables_there.hpp"
#include "src/sql/foreign_key_clauses.hpp"
#include "src/sql/identifier_case.hpp"
#include "src/sql/rename_map.hpp"
#include "src/sql/sql_tokenizer.hpp"
#include "src/views/views_over_table.hpp"

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

earlier::change asked_for(const inspection_request& request) {
    return {.alter = request.alter_text, .sets = expressions::text_of(request.sets)};
}

beginning beginning_by(const earlier::state& left, earlier::run_use asked) {
    if (asked == earlier::run_use::begun_anew) return beginning::anew;
    if (left.is == earlier::remains::resumable) return beginning::from_earlier;
    return left.is == earlier::remains::swapped && left.same_change ? beginning::from_swap
                                                                    : beginning::anew;
}

std::string near_tables(db::session& session, const table_name& written) {
    std::vector<std::string> known;
    for (const db::row& one :
         session.query("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=" +
                       quoted_literal(written.schema)))
        known.push_back(one[0].value_or(""));
    return did_you_mean(written.name, known);
}

// Throws all refusals if it is not there.
schema::table_definition found_original(db::session& session, const inspection_request& request,
                                        std::vector<refusal>& refusals) {
    auto original = schema::read_table(session, request.original);
    if (original) return std::move(*original);
    refusals.push_back(
        {fmt::format("there is no table {} that the account can see", request.original.quoted()),
         near_tables(session, request.original) +
             "Check --database and --table, and the account's privileges."});
    throw refused(refusals);
}

// Of a run that is at work nothing is dropped, nor told to be; of one of gh-ost's that it may
// resume neither.
void check_names(db::session& session, const inspection_request& request, plan& made,
                 const std::stop_token& stop, std::vector<refusal>& refusals) {
    const migration_tables& tables = made.tables;
    const std::string base_table = "BASE TABLE";
    for (const table_name& name :
         {tables.old, tables.ghost, tables.changelog, tables.checkpoint, tables.rehearsal})
        if (servers::type_of_table(session, name).value_or(base_table) != base_table)
            refusals.push_back(
                {fmt::format("{} is a view, and Segue needs that name", name.quoted()),
                 "Drop it, or give it another name."});
    if (!refusals.empty()) return;
    if (auto others =
            earlier::others_at_work(session, tables, {.is_ours = request.is_ours}, stop)) {
        refusals.push_back(std::move(*others));
        return;
    }
    // A run that has come to its end since has swapped the tables.
    made.original = found_original(session, request, refusals);
    made.earlier =
        earlier::look_at_earlier_state(session, tables, &made.original, asked_for(request));
    const earlier::state& left = made.earlier;
    made.begins = beginning_by(left, request.earlier);
    if (made.begins != beginning::anew) made.tables.old.name = left.old_table;
    if (made.begins == beginning::from_swap) return;
    if (servers::exists(session, tables.old) && !request.drop_old)
        refusals.push_back(
            {fmt::format("the table {} exists; an earlier migration kept it", tables.old.quoted()),
             "Drop it if it is not needed any more, or say --initially-drop-old-table."});
    if (left.is == earlier::remains::resumable) return;
    std::vector<std::string> there;
    for (const table_name& name : {tables.ghost, tables.changelog, tables.checkpoint})
        if (servers::exists(session, name)) there.push_back(name.quoted());
    const bool required = request.earlier == earlier::run_use::required;
    if (required && (left.is != earlier::remains::another || may_be_dropped(left, request)))
        refusals.push_back(
            {fmt::format("there is no run of {} to go on with{}", made.original.name.quoted(),
                         left.why.empty() ? "" : ": " + left.why),
             "To begin anew give the same command, without --resume if it has that."});
    else if (left.is != earlier::remains::none && !may_be_dropped(left, request))
        refusals.push_back(stands_in_the_way(left, there));
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
std::vector<refusal> read_otherwise(db::session& session, const inspection_request& request) {
    constexpr std::string_view remedy =
        "Write it without them: names in backticks, strings in single quotes, characters "
        "that need a backslash as X'..'.";
    const std::string modes = session.query_value("SELECT @@GLOBAL.sql_mode").value_or("");
    std::vector<refusal> found;
    const auto look_at = [&](const std::string& what, std::string_view text) {
        const auto matters = [&](std::string_view mode, sql::tokenizer_options with) {
            return modes.find(mode) != std::string::npos && !sql::reads_alike(text, {}, with);
        };
        if (matters("ANSI_QUOTES", {.ansi_quotes = true}))
            found.push_back(
                {fmt::format("the server's sql_mode has ANSI_QUOTES, and {} has double quotes",
                             what),
                 std::string(remedy)});
        if (matters("NO_BACKSLASH_ESCAPES", {.no_backslash_escapes = true}))
            found.push_back(
                {fmt::format("the server's sql_mode has NO_BACKSLASH_ESCAPES, and {} has a "
                             "backslash",
                             what),
                 std::string(remedy)});
    };
    look_at("the ALTER", request.alter_text);
    for (const expressions::assignment& one : request.sets)
        look_at(fmt::format("--set {}", one.text()), one.expression);
    return found;
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

std::vector<table_to_drop> tables_to_drop(db::session& session, const inspection_request& request,
                                          const plan& made) {
    std::vector<table_to_drop> found;
    const auto add = [&](const table_name& name, const std::string& why) {
        const auto there = schema::read_table(session, name);
        found.push_back({.name = name, .rows = std::nullopt, .why = why});
        if (there) found.back().rows = there->rows_estimate;
    };
    const bool left = made.earlier.is != earlier::remains::none;
    if (made.begins != beginning::from_earlier && (left || request.drop_ghost))
        for (const table_name& name :
             {made.tables.ghost, made.tables.changelog, made.tables.checkpoint})
            add(name, request.drop_ghost ? "as --initially-drop-ghost-table says"
                      : request.earlier == earlier::run_use::begun_anew
                          ? "as --no-resume says"
                          : "which an earlier run left and is of no use");
    if (request.drop_old) add(made.tables.old, "as --initially-drop-old-table says");
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

void throw_if_changed(db::session& session, const plan& made) {
    const auto now = schema::read_table(session, made.original.name);
    if (!now) throw changed(made);
    throw_if_other_text(*now, made);
    throw_refusals(table_obstacles(session, made.original.name, made.server, made.along));
    // What was made of it before the stream began, no statement in the stream tells.
    const auto target = schema::read_table(session, made.target.name);
    // That it is gone the next statement that names it tells.
    if (target && !schema::same_definition(*target, made.target)) throw target_changed(made, "");
    const auto added = table_obstacles(session, made.target.name, made.server);
    if (!added.empty()) throw target_changed(made, ": " + added.front().problem);
    // One that was made since the start.
    throw_refusals(views::views_broken_by(session, made.original, made.target, std::nullopt));
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

// The triggers of a pair were made for its two columns as they are: a variable has the column's
// type, and what is given is known by the default. An instant ALTER would not even ask them.
std::vector<refusal> changes_of_expanded_columns(db::session& session,
                                                 const inspection_request& request,
                                                 const sql::alter_statement& alter,
                                                 const table_name& original) {
    const auto triggers = schema::read_triggers(session, original);
    if (std::ranges::none_of(triggers, earlier::is_of_any_pair)) return {};
    std::vector<refusal> found;
    for (const earlier::expanded_column& one :
         earlier::expanded_columns(session, expanded_state_beside(original, request.naming))) {
        const bool is_kept_in_step =
            std::ranges::any_of(triggers, [&](const schema::trigger& each) {
                return earlier::is_of_pair(each, one.asked.new_column);
            });
        const bool ends = request.ends_pair &&
                          sql::same_name(request.ends_pair->new_column, one.asked.new_column);
        if (!is_kept_in_step || ends) continue;
        const auto is_of_these = [&](const std::string& name) {
            return sql::same_name(name, one.asked.new_column) ||
                   sql::same_name(name, one.asked.old_column);
        };
        for (const sql::alter_clause& clause : alter.clauses)
            if (clause.kind == sql::clause_kind::convert_charset ||
                (clause.kind != sql::clause_kind::add_check && is_of_these(clause.column)) ||
                is_of_these(clause.renamed_from))
                found.push_back(
                    {fmt::format("{}: {} and {} are kept in step by the triggers of `segue "
                                 "expand`, which were made for these columns as they are",
                                 clause.text, quoted_name(one.asked.old_column),
                                 quoted_name(one.asked.new_column)),
                     "Change what else there is now. `segue contract` takes one of the two away, "
                     "and gives the other its definition."});
    }
    return found;
}

plan look(db::session& session, const inspection_request& request,
          const sql::alter_statement& alter, const std::stop_token& stop) {
    plan made;
    check_same_table(alter, request.original);
    std::vector<refusal> refusals;
    for (const auto& one : alter.refusals)
        refusals.push_back({fmt::format("{}: {}", one.clause, one.reason), one.remedy});
    made.server = servers::read_server(session, request.original.schema, request.server, refusals);
    append(refusals, read_otherwise(session, request));
    made.server.image_is_minimal |= request.replica_image_is_minimal;
    made.stream_host = made.server.host;
    made.original = found_original(session, request, refusals);
    made.auto_increment = alter.auto_increment();
    for (const auto& clause : alter.clauses)
        if (clause.kind == sql::clause_kind::how_to_run)
            made.server.weaker.push_back(
                fmt::format("{} is left out: it tells the server how to run an ALTER, and this one "
                            "is run on an empty table.",
                            clause.text));
    const bool names_fold_case = made.server.names_fold_case;
    made.tables = earlier::tables_as_stored(made.original.name, request.naming, names_fold_case);
    append(refusals, names_of_the_original(made.tables, names_fold_case));
    fault::point("inspection.before_claim");
    earlier::claim_start(session, made.original.name);
    check_names(session, request, made, stop, refusals);
    if (made.begins == beginning::from_swap) {
        throw_refusals(refusals);
        return made;
    }
    if (request.skip_renames) tell_skipped_renames(made, alter);
    append(refusals, shape_obstacles(made.original));
    see_what_is_taken_along(session, request, made, refusals);
    append(refusals, table_obstacles(session, made.original.name, made.server, made.along));
    append(refusals, new_auto_increment(alter, made.original, request.skip_renames));
    append(refusals, unapproved_renames(alter, request));
    append(refusals, changes_of_expanded_columns(session, request, alter, made.original.name));
    throw_refusals(refusals);
    return made;
}

// Where no new table is made of which complete() sees it.
void refuse_broken_views(db::session& session, const inspection_request& request,
                         const sql::alter_statement& alter,
                         const schema::table_definition& original, const std::stop_token& stop) {
    const auto tried =
        try_change(session, alter, request, {.source = original, .target = original.name}, stop);
    if (tried.wanted)
        throw_refusals(views::views_broken_by(
            session, original, *tried.wanted,
            sql::column_mapping(alter, original.column_names(),
                                request.skip_renames ? sql::renamed_columns::left_behind
                                                     : sql::renamed_columns::carried_on)));
}

}  // namespace

plan look(db::session& session, const inspection_request& request, const std::stop_token& stop) {
    const sql::alter_statement alter = sql::parse_alter(request.alter_text);
    plan made = look(session, request, alter, stop);
    if (made.begins != beginning::from_swap && views::has_views(session, made.original.name))
        refuse_broken_views(session, request, alter, made.original, stop);
    return made;
}

plan inspect(db::session& session, const inspection_request& request, const table_record& record,
             std::stop_token stop) {
    const sql::alter_statement alter = sql::parse_alter(request.alter_text);
    plan made = look(session, request, alter, stop);
    if (made.begins == beginning::from_swap) return made;
    const workplace at{.session = session,
                       .alter = alter,
                       .request = request,
                       .record = record,
                       .stop = std::move(stop)};
    if (const auto like = made_like(session, made.tables);
        request.rehearsal || rename_cost::is_measured(made.original))
        clear_for_a_moment(session, made.tables.rehearsal, like);
    else
        drop_left_for_a_moment(session, made.tables.rehearsal, like);
    made.sets = judged_sets(at, made);
    rename_cost cost(session, made.tables, record, request.stall_budget, at.stop);
    if (rename_cost::is_measured(made.original)) {
        refuse_long_check_names(made.original, made.tables.rehearsal, made.tables);
        refuse_held_check_names(session, made.original, {made.tables.rehearsal}, made.tables);
    }
    cost.measure_twin(made.original);
    if (request.rehearsal) {
        made.drops = tables_to_drop(session, request, made);
        return rehearse(at, made, cost);
    }
    if (made.begins != beginning::from_earlier) return begin_anew(at, made, cost);
    try {
        return go_on(at, made, cost);
    } catch (const cannot_go_on& why) {
        made.begins = beginning::anew;
        made.earlier.is = earlier::remains::another;
        made.earlier.why = why.what();
        made.earlier.could_be_gone_on_with = why.could_be_gone_on_with();
        if (request.earlier == earlier::run_use::required || !may_be_dropped(made.earlier, request))
            throw_refusals({stands_in_the_way(
                made.earlier, {made.tables.ghost.quoted(), made.tables.changelog.quoted(),
                               made.tables.checkpoint.quoted()})});
        log::write(
            log::level::warning,
            fmt::format("what an earlier run left cannot be gone on with, and is dropped: {}",
                        why.what()));
        return begin_anew(at, made, cost);
    }
}

}  // namespace segue::preflight
