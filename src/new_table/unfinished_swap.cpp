#include "src/new_table/unfinished_swap.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/pause.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/new_table/kept_foreign_keys.hpp"
#include "src/servers/account.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/tables_there.hpp"
#include "src/tables/saved_state.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds holders_awaited{10};
constexpr milliseconds look_interval{20};
constexpr int tries_max = 5;

// Those of the table's keys that have the name of the swap still, each under the number of that and
// with the name that it is to have.
std::vector<kept_foreign_key> not_named_yet(const std::vector<schema::foreign_key>& there,
                                            const tables::swapped_foreign_keys& names,
                                            const std::string& table) {
    std::vector<kept_foreign_key> found;
    for (const auto& [number, name] : names)
        for (const schema::foreign_key& key : there) {
            if (name.empty() || key.name == name) continue;
            if (key.name != schema::generated_key_name(table, number)) continue;
            found.push_back({.wanted = key, .source_columns = key.columns, .number = number});
            found.back().wanted.name = name;
        }
    return found;
}

// So that nobody waits behind us for those who hold a table for long.
void wait_for_holders(db::session& session, const std::vector<table_name>& tables,
                      const std::stop_token& stop) {
    const auto give_up = steady_clock::now() + holders_awaited;
    const auto is_held = [&](const table_name& one) {
        const auto holders = servers::who_holds(session, one);
        return holders && !holders->empty();
    };
    while (steady_clock::now() < give_up && std::ranges::any_of(tables, is_held))
        pause_for(look_interval, stop);
}

// Those of the tables that somebody holds, each with who does; empty: none is held, or it cannot be
// seen.
std::string holders_of(db::session& session, const std::vector<table_name>& tables) {
    std::string text;
    for (const table_name& one : tables) {
        const auto holders = servers::who_holds(session, one);
        if (!holders) return "; " + servers::unseen_holder();
        if (!holders->empty())
            text += fmt::format("; of {}: {}", one.quoted(), servers::describe(*holders));
    }
    return text;
}

// What ALTER TABLE needs, and a foreign key of its parent.
// https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
// https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
std::string missing_grants(db::session& session, const std::string& schema,
                           const std::vector<schema::foreign_key>& named) {
    std::string grants;
    const auto add = [&](const std::string& on, std::span<const char* const> needed) {
        const servers::account_facts account = servers::read_account(session, on);
        const std::string more = account.held.grants_of_missing(needed, account.name);
        if (!more.empty()) grants += (grants.empty() ? "" : "\n") + more;
    };
    add(schema, std::array{"ALTER", "CREATE", "INSERT"});
    std::set<std::string> parents;
    for (const schema::foreign_key& key : named) parents.insert(key.parent.schema);
    for (const std::string& one : parents) add(one, std::array{"REFERENCES"});
    return grants;
}

struct looked_at {
    swap_of_before swap;
    std::vector<table_name> held;  // which the statements lock
};

looked_at seen_now(db::session& session, const table_name& original,
                   const migration_tables& tables) {
    if (!servers::exists(session, tables.checkpoint) || servers::exists(session, tables.ghost))
        return {};
    if (tables::look_for_state(session, tables.checkpoint) != tables::state_found::whole) return {};
    const tables::saved_state swapped = tables::read_state(session, tables.checkpoint);
    if (swapped.foreign_keys.empty()) return {};
    const table_name old{original.schema, swapped.old_table};
    const auto own = schema::read_foreign_keys(session, original);
    // The operator may have dropped it since.
    const bool old_is_there = servers::exists(session, old);
    const auto left = old_is_there ? foreign_keys_of(session, old) : std::vector<std::string>();
    const auto unnamed = not_named_yet(own, swapped.foreign_keys, original.name);
    looked_at found;
    auto& statements = found.swap.left;
    if (!left.empty()) statements.push_back(drop_foreign_keys_statement(old, left));
    if (!unnamed.empty()) statements.push_back(name_foreign_keys_statement(original, unnamed));
    if (statements.empty()) return {};
    found.swap.state = tables.checkpoint;
    found.swap.grants = missing_grants(session, original.schema,
                                       unnamed.empty() ? std::vector<schema::foreign_key>() : own);
    found.held.push_back(original);
    if (old_is_there) found.held.push_back(old);
    for (const schema::foreign_key& key : own) found.held.push_back(key.parent);
    return found;
}

looked_at look(db::session& session, const table_name& original, const migration_tables& tables) {
    return db::in_spite_of_drops([&] { return seen_now(session, original, tables); });
}

// Waits for those who hold the tables. Returns why it could not be done; empty: it is.
std::string execute(db::session& session, const std::string& statement,
                    const std::vector<table_name>& held, const std::stop_token& stop) {
    const bool is_patient = !fault::rule_taken_out("unfinished_swap.patience");
    for (int tries = is_patient ? 1 : tries_max;; ++tries) {
        if (is_patient) wait_for_holders(session, held, stop);
        try {
            session.execute(statement);
            return "";
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            if (failure.mysql_errno() != er::lock_wait_timeout) return failure.what();
            if (tries == tries_max) return failure.what() + holders_of(session, held);
        }
    }
}

}  // namespace

swap_of_before look_at_swap_of_before(db::session& session, const table_name& original,
                                      const table_naming& naming) {
    return look(session, original, earlier::tables_as_stored(session, original, naming)).swap;
}

swap_of_before finish_swap_of_before(db::session& session, const table_name& original,
                                     const table_naming& naming, const std::stop_token& stop) {
    const migration_tables tables = earlier::tables_as_stored(session, original, naming);
    if (look(session, original, tables).swap.left.empty()) return {};
    earlier::claim_start(session, original);
    auto [made, held] = look(session, original, tables);
    if (made.left.empty()) return made;
    const unchecked_foreign_keys unchecked(session);
    session.execute("SET SESSION lock_wait_timeout=1");
    // The names are the old table's until it has lost them.
    while (!made.left.empty() && made.why.empty()) {
        made.why = execute(session, made.left.front(), held, stop);
        if (!made.why.empty()) break;
        made.done.push_back(std::move(made.left.front()));
        made.left.erase(made.left.begin());
    }
    return made;
}

std::string by_hand(const swap_of_before& swap) {
    return fmt::format("SET foreign_key_checks=0; {};", fmt::join(swap.left, "; "));
}

refusal left_undone(const swap_of_before& swap, const table_name& original) {
    return {fmt::format("{} is swapped by an earlier run, and what that had still to do about "
                        "foreign keys could not be done ({}): while the old table has any, its "
                        "rows hold those that they refer to, which nobody can delete",
                        original.quoted(), swap.why),
            fmt::format("{} stays, which alone knows of it. The same command, or `segue cleanup "
                        "--execute`, does it once nothing is in the way any more, and then drops "
                        "that table.{} Or by hand, and then the same command:\n{}",
                        swap.state.quoted(),
                        swap.grants.empty()
                            ? ""
                            : fmt::format(" The account lacks a right:\n{}\n", swap.grants),
                        by_hand(swap))};
}

std::vector<std::string> done_about(const swap_of_before& swap) {
    std::vector<std::string> told;
    for (const std::string& statement : swap.done)
        told.push_back(
            fmt::format("what the swap of an earlier run had still to do about foreign "
                        "keys was done: {}",
                        statement));
    return told;
}

}  // namespace segue::preflight
