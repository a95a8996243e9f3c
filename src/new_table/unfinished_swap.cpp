#include "src/new_table/unfinished_swap.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/base/server_errors.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/new_table/kept_foreign_keys.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/tables_there.hpp"
#include "src/tables/saved_state.hpp"

#include <algorithm>
#include <chrono>

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

}  // namespace

std::vector<std::string> finish_swap_of_before(db::session& session, const table_name& original,
                                               const table_naming& naming,
                                               const std::stop_token& stop) {
    const migration_tables tables = earlier::tables_as_stored(session, original, naming);
    if (!servers::exists(session, tables.checkpoint) || servers::exists(session, tables.ghost))
        return {};
    if (tables::look_for_state(session, tables.checkpoint) != tables::state_found::whole) return {};
    const tables::saved_state swapped = tables::read_state(session, tables.checkpoint);
    if (swapped.foreign_keys.empty()) return {};
    const table_name old{original.schema, swapped.old_table};
    earlier::claim_start(session, original);
    const auto own = schema::read_foreign_keys(session, original);
    // The operator may have dropped it since.
    const bool old_is_there = servers::exists(session, old);
    const auto left = old_is_there ? foreign_keys_of(session, old) : std::vector<std::string>();
    const auto unnamed = not_named_yet(own, swapped.foreign_keys, original.name);
    std::vector<std::string> statements;
    if (!left.empty()) statements.push_back(drop_foreign_keys_statement(old, left));
    if (!unnamed.empty()) statements.push_back(name_foreign_keys_statement(original, unnamed));
    if (statements.empty()) return {};
    std::vector<table_name> held{original};
    if (old_is_there) held.push_back(old);
    for (const schema::foreign_key& key : own) held.push_back(key.parent);
    std::vector<std::string> told;
    const unchecked_foreign_keys unchecked(session);
    session.execute("SET SESSION lock_wait_timeout=1");
    for (const std::string& statement : statements)
        for (int tries = 1; tries <= tries_max; ++tries) {
            wait_for_holders(session, held, stop);
            try {
                session.execute(statement);
                told.push_back(
                    fmt::format("what the swap of an earlier run had still to do about "
                                "foreign keys was done: {}",
                                statement));
                break;
            } catch (const error& failure) {
                if (failure.connection_lost()) throw;
                if (failure.mysql_errno() == er::lock_wait_timeout && tries < tries_max) continue;
                told.push_back(
                    fmt::format("what the swap of an earlier run had still to do about foreign "
                                "keys could not be done ({}): SET foreign_key_checks=0; {};",
                                failure.what(), statement));
                return told;
            }
        }
    return told;
}

}  // namespace segue::preflight
