#include "src/preflight/inspection.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/nearest_names.hpp"
#include "src/db/session_factory.hpp"
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
#include "src/sql/foreign_key_clauses.hpp"
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

// What an earlier run left, and Segue may drop because it is asked to, or of no use to anybody.
bool may_be_dropped(const earlier_state& left, const inspection_request& request) {
    if (request.drop_ghost || left.is == remains::unfinished || left.is == remains::swapped)
        return true;
    return request.earlier == earlier_run_use::begun_anew && left.is != remains::unknown;
}

refusal stands_in_the_way(const earlier_state& left, const std::vector<std::string>& there) {
    const bool one = there.size() == 1;
    const std::string drop = fmt::format("DROP TABLE IF EXISTS {};", fmt::join(there, ", "));
    if (left.is == remains::another)
        return {fmt::format("an earlier run{} left {}, and it cannot be gone on with: {}",
                            left.run.empty() ? "" : fmt::format(" ({})", left.run),
                            fmt::join(there, ", "), left.why),
                fmt::format("To go on with it, give the ALTER and the table that it had. To give "
                            "it up and begin anew, say --no-resume; or drop {}: {}",
                            one ? "it" : "them", drop)};
    return {fmt::format("the table{} {} exist{}; another run has {}, or an earlier one left {}: {}",
                        one ? "" : "s", fmt::join(there, ", "), one ? "s" : "", one ? "it" : "them",
                        one ? "it" : "them", left.why),
            fmt::format("If no other run is at work, say --initially-drop-ghost-table; or drop "
                        "{}: {}",
                        one ? "it" : "them", drop)};
}

// Of a run that is at work nothing is dropped, nor told to be; of one of gh-ost's that it may
// resume neither.
void check_names(db::session& session, const inspection_request& request, plan& made,
                 const std::stop_token& stop, std::vector<refusal>& refusals) {
    const migration_tables& tables = made.tables;
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
    made.earlier = look_at_earlier_state(session, tables, made.original, request.alter_text);
    const earlier_state& left = made.earlier;
    if (is_done(made, request)) return;
    if (exists(session, tables.old) && !request.drop_old)
        refusals.push_back(
            {fmt::format("the table {} exists; an earlier migration kept it", tables.old.quoted()),
             "Drop it if it is not needed any more, or say --initially-drop-old-table."});
    if (request.earlier == earlier_run_use::required && left.is != remains::resumable)
        refusals.push_back(
            {fmt::format("there is no run of {} to go on with{}", made.original.name.quoted(),
                         left.why.empty() ? "" : ": " + left.why),
             "Leave --resume out to begin anew."});
    if (left.is == remains::none || may_be_dropped(left, request)) return;
    if (left.is == remains::resumable) return;
    std::vector<std::string> there;
    for (const table_name& name : {tables.ghost, tables.changelog, tables.checkpoint})
        if (exists(session, name)) there.push_back(name.quoted());
    refusals.push_back(stands_in_the_way(left, there));
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
    try {
        rehearse(at, made, cost);
        drop_made(at.session, at.record, made.tables.rehearsal);
    } catch (const error& failure) {
        // The new constraint's name may be held by what the earlier run left.
        if (failure.mysql_errno() != er::check_constraint_dup_name) throw;
    }
    drop_leftovers(at.session, made.tables, at.stop);
}

// The checkpoint table, from its beginning; it is there before the new table, so that the next run
// knows whose that is.
class begun_state {
  public:
    begun_state(const workplace& at, const plan& made)
        : at_(at), table_(made.tables.checkpoint, at.request.run_token) {
        at.record.made(table_.name());
        try {
            table_.begin(at.session, made.server.uuid,
                         {.original = schema::stable_create_statement(made.original),
                          .target = {},
                          .alter = at.request.alter_text,
                          .projection = {},
                          .session = {}});
        } catch (const error& failure) {
            if (failure.mysql_errno() == er::table_exists_error)
                at.record.dropped(table_.name());
            else
                drop();
            throw;
        }
        fault::point("inspection.state_begun");
    }
    begun_state(const begun_state&) = delete;
    begun_state& operator=(const begun_state&) = delete;
    ~begun_state() {
        if (!kept_) drop();
    }
    void keep() noexcept { kept_ = true; }

  private:
    void drop() noexcept {
        try {
            drop_made(at_.session, at_.record, table_.name());
        } catch (...) {
            // It stays on the record.
        }
    }

    const workplace& at_;
    const tables::checkpoint_table table_;
    bool kept_ = false;
};

plan begin_anew(const workplace& at, const plan& made, const rename_cost& cost) {
    if (made.earlier.is != remains::none) drop_what_an_earlier_run_left(at, made, cost);
    begun_state state(at, made);
    plan done = with_target(at, made, made.tables.ghost, cost);
    state.keep();
    return done;
}

// What is known of a run only once its state is ours.
class cannot_go_on : public error {
  public:
    using error::error;
};

void throw_if_different(const tables::saved_state& before, const plan& now, db::session& session) {
    if (const auto differs =
            difference(before.print, fingerprint_of(now, /*alter=*/before.print.alter, session)))
        throw cannot_go_on(*differs);
}

void throw_if_place_is_gone(const tables::saved_state& left, const inspection_request& request) {
    if (!request.place_is_gone) return;
    if (const auto why = request.place_is_gone(*left.resume_at)) throw cannot_go_on(*why);
}

// What only an empty new table tells.
void try_on_an_empty_table(const workplace& at, plan& made, const rename_cost& cost) {
    try {
        const plan tried = rehearse(at, made, cost);
        drop_made(at.session, at.record, made.tables.rehearsal);
        made.rename_time = tried.rename_time;
        made.along = tried.along;
    } catch (const error& failure) {
        // The new table itself has the name of a constraint that the ALTER adds.
        if (failure.mysql_errno() != er::check_constraint_dup_name) throw;
        throw cannot_go_on(
            fmt::format("what the swap will do cannot be tried beside its new table, which holds "
                        "the name of a CHECK constraint: {}",
                        failure.what()));
    }
}

// What an attempt to swap that was cut off may have left on the new table.
void take_back_attempt(db::session& session, const plan& made) {
    const table_name& ghost = made.tables.ghost;
    if (!made.along.triggers.empty()) drop_triggers(session, ghost);
    if (!made.along.foreign_keys.empty() && !foreign_keys_of(session, ghost).empty())
        session.execute(
            drop_foreign_keys_statement(ghost, names_when_made(ghost, made.along.foreign_keys)));
}

plan go_on(const workplace& at, plan made, const rename_cost& cost) {
    db::session& session = at.session;
    throw_if_place_is_gone(tables::read_state(session, made.tables.checkpoint), at.request);
    const tables::checkpoint_table state(made.tables.checkpoint, at.request.run_token);
    tables::saved_state left = take_state_over(session, state, at.stop);
    const bool has_more = !made.along.triggers.empty() || !made.along.own_foreign_keys.empty();
    if (has_more || rename_cost::is_measured(made.original)) try_on_an_empty_table(at, made, cost);
    take_back_attempt(session, made);
    auto target = schema::read_table(session, made.tables.ghost);
    // A RENAME that was on its way has come to its end; none comes after.
    if (!target)
        throw_refusals({{"the earlier run has swapped the tables in this moment",
                         "Start again to see what is left to be done."}});
    made.target = std::move(*target);
    if (const auto text = schema::stable_create_statement(made.target); text != left.print.target)
        throw cannot_go_on("the definition of the new table is another: " +
                           first_difference(left.print.target, text));
    if (rename_cost::is_measured(made.target) && !made.rename_time)
        try_on_an_empty_table(at, made, cost);
    complete(made, session, at.alter, at.request);
    made.notes = notes_on_target(made.original, made.target, made.tables);
    throw_if_different(left, made, session);
    throw_if_place_is_gone(left, at.request);
    made.goes_on = std::move(left);
    return made;
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

bool is_done(const plan& made, const inspection_request& request) {
    return made.earlier.is == remains::swapped && made.earlier.same_alter &&
           request.earlier != earlier_run_use::begun_anew;
}

tables::fingerprint fingerprint_of(const plan& made, const std::string& alter,
                                   db::session& session) {
    return {.original = schema::stable_create_statement(made.original),
            .target = schema::stable_create_statement(made.target),
            .alter = alter,
            .projection = schema::text_of(made.projection),
            .session = db::conversion_settings(session)};
}

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
    claim_start(session, made.original.name);
    check_names(session, request, made, stop, refusals);
    if (is_done(made, request)) {
        throw_refusals(refusals);
        return made;
    }
    if (request.skip_renames) tell_skipped_renames(made, alter);
    append(refusals, shape_obstacles(made.original));
    see_what_is_taken_along(session, request, made, refusals);
    append(refusals, table_obstacles(session, made.original.name, made.server, made.along));
    append(refusals, new_auto_increment(alter, made.original, request.skip_renames));
    append(refusals, unapproved_renames(alter, request));
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
    if (is_done(made, request)) {
        if (request.rehearsal)
            throw_refusals({{"an earlier run of this ALTER has swapped the tables already",
                             "What is left is to clean up after it, which a run with --execute "
                             "does."}});
        return made;
    }
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
    if (made.earlier.is != remains::resumable || request.earlier == earlier_run_use::begun_anew)
        return begin_anew(at, made, cost);
    try {
        return go_on(at, made, cost);
    } catch (const cannot_go_on& why) {
        made.earlier.is = remains::another;
        made.earlier.why = why.what();
        if (request.earlier == earlier_run_use::required || !may_be_dropped(made.earlier, request))
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
