#include "src/new_table/left_for_a_moment.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/refusal.hpp"
#include "src/db/table_failure.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/schema/check_constraint.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/schema/trigger.hpp"
#include "src/servers/tables_there.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

enum class found {
    nothing,
    left,  ///< With the comment, and empty.
    twin,  ///< Without it, empty, and as CREATE TABLE ... LIKE makes it.
    with_rows,
    another
};

std::string text_of(db::session& session, const table_name& name) {
    return session.query_row("SHOW CREATE TABLE " + name.quoted())[1].value_or("");
}

bool is_empty(db::session& session, const table_name& name) {
    return session.query("SELECT 1 FROM " + name.quoted() + " LIMIT 1").empty();
}

// LIKE numbers CHECK constraints in the order of the original's.
bool has_the_checks_of(db::session& session, const table_name& twin, const table_name& like) {
    const auto there = schema::in_order_of_numbers(schema::read_check_constraints(session, twin));
    const auto wanted = schema::read_check_constraints(session, like);
    return std::ranges::equal(there, wanted, {}, &schema::check_constraint::text,
                              &schema::check_constraint::text) &&
           std::ranges::equal(there, schema::check_names_made_like(there.size(), twin.name), {},
                              &schema::check_constraint::name);
}

// It has neither foreign keys nor triggers.
bool is_made_like(db::session& session, const schema::table_definition& twin,
                  const table_name& like) {
    const auto original = schema::read_table(session, like);
    return original && original->name != twin.name && original->table_type == twin.table_type &&
           schema::definition_beside_checks(*original) == schema::definition_beside_checks(twin) &&
           has_the_checks_of(session, twin.name, like) &&
           schema::read_foreign_keys(session, twin.name).empty() &&
           schema::read_triggers(session, twin.name).empty();
}

struct looked_at {
    found is = found::nothing;
    std::string text;  ///< Of SHOW CREATE TABLE.
};

looked_at seen_now(db::session& session, const table_name& name,
                   const std::vector<table_name>& like) {
    const auto table = schema::read_table(session, name);
    if (!table) return {};
    const std::string& text = table->create_statement;
    const bool marked = is_marked_for_a_moment(text);
    if (!marked && std::ranges::none_of(like, [&](const table_name& one) {
            return is_made_like(session, *table, one);
        }))
        return {.is = found::another, .text = text};
    if (!is_empty(session, name)) return {.is = found::with_rows, .text = text};
    return {.is = marked ? found::left : found::twin, .text = text};
}

looked_at look_at(db::session& session, const table_name& name,
                  const std::vector<table_name>& like) {
    return db::in_spite_of_drops([&] { return seen_now(session, name, like); });
}

// Nothing tells whose the table is but what it is: it must be so when it is dropped. Returns
// whether it is gone; false: it was not so, or the account may lock no table.
bool dropped_under_lock(db::session& session, const table_name& name, const std::string& text) {
    fault::point("left_for_a_moment.before_lock");
    try {
        session.execute(fmt::format("LOCK TABLES {} WRITE", name.quoted()));
    } catch (const error& failure) {
        if (db::is_missing_table(failure)) return true;
        if (db::is_denied(failure)) return false;
        throw;
    }
    bool gone = false;
    try {
        gone = text_of(session, name) == text && is_empty(session, name);
        if (gone) session.execute("DROP TABLE " + name.quoted());
    } catch (const error& failure) {
        if (!failure.connection_lost()) session.execute("UNLOCK TABLES");
        throw;
    }
    session.execute("UNLOCK TABLES");
    return gone;
}

// Returns what is still there.
found drop_if_left(db::session& session, const table_name& name,
                   const std::vector<table_name>& like) {
    const auto [is, text] = look_at(session, name, like);
    if (is == found::left) servers::drop_if_exists(session, name);
    if (is == found::left || (is == found::twin && dropped_under_lock(session, name, text)))
        return found::nothing;
    return is == found::twin ? look_at(session, name, like).is : is;
}

}  // namespace

std::vector<table_name> made_like(db::session& session, const migration_tables& tables) {
    std::vector<table_name> all{tables.original, tables.ghost};
    for (const schema::foreign_key& key : schema::read_foreign_keys(session, tables.original))
        all.push_back(key.parent);
    return all;
}

bool is_left_for_a_moment(db::session& session, const table_name& name,
                          const std::vector<table_name>& like) {
    const found is = look_at(session, name, like).is;
    return is == found::left || is == found::twin;
}

void clear_for_a_moment(db::session& session, const table_name& name,
                        const std::vector<table_name>& like) {
    const found is = drop_if_left(session, name, like);
    if (is == found::nothing) return;
    if (is == found::with_rows)
        throw_refusals(
            {{fmt::format("the table {} exists, and has rows", name.quoted()),
              "Segue makes an empty table of this name for a moment, and drops no other. "
              "Rename that one, or drop it if it is not needed."}});
    throw_refusals(
        {{fmt::format("the table {} exists, and neither does its comment say that Segue made it, "
                      "nor is it what CREATE TABLE ... LIKE makes of the table to be changed",
                      name.quoted()),
          fmt::format("It is somebody's: rename it, as Segue needs the name for a moment. (If it "
                      "has no rows, and the table to be changed has got another definition since, "
                      "it may be what a Segue left that was killed in the moment in which it made "
                      "it: DROP TABLE {};)",
                      name.quoted())}});
}

void drop_left_for_a_moment(db::session& session, const table_name& name,
                            const std::vector<table_name>& like) {
    drop_if_left(session, name, like);
}

}  // namespace segue::preflight
