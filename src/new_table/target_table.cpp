#include "src/new_table/target_table.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/new_table/check_constraint_names.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/operators_names.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/schema/stored_expression.hpp"
#include "src/sql/lookalike.hpp"
#include "src/wire/server_failure.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

schema::table_definition read(db::session& session, const table_name& name) {
    auto made = schema::read_table(session, name);
    require(made.has_value(), "the new table is there");
    return std::move(*made);
}

// CREATE TABLE ... LIKE leaves some things out without a word, DATA DIRECTORY for one.
void refuse_what_like_leaves_out(const schema::table_definition& original,
                                 const schema::table_definition& like) {
    const auto refuse = [](const std::string& difference) {
        throw_refusals(
            {{"CREATE TABLE ... LIKE does not make a table of the same definition: " + difference,
              "Run this ALTER as a plain ALTER TABLE."}});
    };
    const auto wanted = schema::definition_beside_checks(original);
    const auto found = schema::definition_beside_checks(like);
    const auto [left, right] =
        std::ranges::mismatch(wanted, found, schema::equal_but_for_backslashes);
    if (left != wanted.end() || right != found.end()) {
        refuse(fmt::format("the original has '{}', the new table '{}'",
                           left == wanted.end() ? "" : *left, right == found.end() ? "" : *right));
    }
    if (!schema::may_be_made_like(
            schema::check_constraints_of(original.create_statement),
            schema::in_order_of_numbers(schema::check_constraints_of(like.create_statement))))
        refuse("it is not clear which of its CHECK constraints is which of the original's");
}

// LIKE copies expressions as the session read them that had the table opened before.
void refuse_expressions_read_otherwise(db::session& session, const table_name& original,
                                       const table_name& like) {
    if (schema::backslashes_in(schema::read_stored_expressions(session, original)) ==
        schema::backslashes_in(schema::read_stored_expressions(session, like)))
        return;
    throw_refusals(
        {{fmt::format("a session with the sql_mode NO_BACKSLASH_ESCAPES has {} open, and the "
                      "server would copy the expressions of its columns, indexes or constraints "
                      "with twice as many backslashes: a plain ALTER TABLE as well",
                      original.quoted()),
          fmt::format("Keep such sessions away from the table for the time of the migration, FLUSH "
                      "TABLES {}, and start again.",
                      original.quoted())}});
}

// What the server refuses on the ghost table alone, and what helps; empty where ALTER TABLE would
// refuse it too.
std::string remedy_for(const error& failure, const table_name& target) {
    if (failure.mysql_errno() == er::check_constraint_dup_name)
        return " Names of CHECK constraints are unique in a schema, and the original keeps its own "
               "until it is dropped, as does the old table of an earlier migration: give the new "
               "constraint another name.";
    const std::string_view words = failure.what();
    if (failure.mysql_errno() == er::too_long_ident && words.find(target.name) != words.npos)
        return fmt::format(
            " The server makes the constraint's name from the table's, which is {} before the "
            "swap: "
            "give the new CHECK constraint a name (ADD CONSTRAINT name CHECK ...).",
            target.quoted());
    return {};
}

// In place the server makes one FULLTEXT index at a time; by a copy as many as are asked for. A
// replica is told so by the text: it runs the ALTER with settings of its own.
void execute_alter_once(db::session& session, const sql::alter_statement& alter,
                        const table_name& target, const sql::words_on_target& words) {
    const auto text = [&](sql::alter_way way) { return sql::alter_on(alter, target, words, way); };
    try {
        session.execute(text(sql::alter_way::as_it_likes));
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::innodb_ft_limit) throw;
        session.execute(text(sql::alter_way::by_copy));
    }
}

// With what is put before a comment it may be too long, or the server speak of it.
void execute_alter(db::session& session, const sql::alter_statement& alter,
                   const table_name& target, sql::words_on_target words) {
    try {
        execute_alter_once(session, alter, target, words);
    } catch (const error& failure) {
        const std::string_view told = failure.what();
        if (words.before_comment.empty() || (failure.mysql_errno() != er::too_long_table_comment &&
                                             told.find(words.before_comment) == told.npos))
            throw;
        words.before_comment = {};
        execute_alter_once(session, alter, target, words);
    }
}

void run_alter(db::session& session, const sql::alter_statement& alter, const table_name& target,
               const std::string& original, const sql::words_on_target& words) {
    if (alter.options_text.empty()) return;  // All of it was about foreign keys.
    try {
        fault::point("target_table.before_alter");
        execute_alter(session, alter, target, words);
    } catch (const error& failure) {
        if (failure.connection_lost())
            throw failure.in("the connection was lost while the new table was altered");
        // Of these, too, the statement is not the reason.
        if (wire::passes_by_itself(failure) || db::is_conflict(failure) ||
            failure.mysql_errno() == er::query_interrupted)
            throw failure.in("the new table could not be altered");
        const auto lookalike = sql::lookalike_hint(alter.options_text);
        operators_names known{{target.name, original}};
        for (const auto* const some : {&words.checks, &words.foreign_keys})
            for (const auto& [operators, name] : *some) known.emplace(name, operators);
        throw error(
            fmt::format("the server refuses this ALTER: {}.{}{}",
                        in_operators_words(failure.what(), known), remedy_for(failure, target),
                        lookalike.empty() ? "" : fmt::format(" {}.", lookalike)),
            failure.properties());
    }
}

}  // namespace

std::vector<std::string> notes_on_target(const schema::table_definition& original,
                                         const schema::table_definition& target,
                                         const migration_tables& tables) {
    return notes_on_check_names(
        target, schema::check_names(schema::check_constraints_of(original.create_statement),
                                    original.name.name, target.name.name, tables.old.name));
}

target_table alter_target(db::session& session, const schema::table_definition& original,
                          const table_name& name, const migration_tables& tables,
                          const sql::alter_statement& alter,
                          const sql::words_on_target& other_names) {
    const auto names = schema::check_names(schema::check_constraints_of(original.create_statement),
                                           original.name.name, name.name, tables.old.name);
    schema::table_definition like = read(session, name);
    const bool marked = is_marked_for_a_moment(like.create_statement);
    if (marked)
        like.create_statement = without_mark(like.create_statement, original.create_statement);
    refuse_expressions_read_otherwise(session, original.name, name);
    refuse_what_like_leaves_out(original, like);
    remake_check_constraints(session, name, names);
    sql::words_on_target words{
        .checks = check_names_in_alter(alter, names, original.name.name, name.name),
        .foreign_keys = other_names.foreign_keys,
        .before_comment = marked ? mark_before_comment : std::string_view()};
    for (const auto& [written, meant] : other_names.checks)
        words.checks.insert_or_assign(written, meant);
    run_alter(session, alter, name, original.name.name, words);
    fault::point("target_table.altered");
    target_table made{.definition = read(session, name), .notes = {}};
    std::string& text = made.definition.create_statement;
    // A comment that is as long as may be has no room for what is put before it.
    if (marked && !is_marked_for_a_moment(text)) mark_for_a_moment(session, name);
    if (marked) text = without_mark(text, original.create_statement);
    refuse_names_held_by_others(session, made.definition, tables, names);
    made.notes = notes_on_check_names(made.definition, names);
    return made;
}

}  // namespace segue::preflight
