#include "src/swap/rename_outcome.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/db/retry.hpp"

#include <stop_token>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace segue::swap {
namespace {

void kill_if_possible(db::session& by, std::uint64_t connection) {
    try {
        kill_connection(by, connection);
    } catch (const error&) {
        // Then its end is waited for.
    }
}

}  // namespace

bool take_over_and_look_whether_swapped(db::session_factory& sessions,
                                        const preflight::plan& migration,
                                        const tables::checkpoint_table& checkpoint,
                                        const lost_connection& lost) {
    const std::stop_token stop;
    log::warning("the connection was lost while the names were swapped; looking what is true");
    constexpr unsigned tries = 30;
    // Also after a restart that ends the migration: what is true of the names comes first.
    db::session_factory at_any_time = sessions.unwatched();
    db::retrying_session session(at_any_time, tries, db::lock_conflicts::failures);
    std::vector<std::string> names;
    fault::point("rename_outcome.begin");
    try {
        session.run("look whether the names were swapped", stop, [&](db::session& on) {
            fault::point("rename_outcome.look");
            on.execute("SET SESSION lock_wait_timeout=2");
            // LOCK TABLES of the lost connection, and a RENAME of its that still runs, end first.
            if (!restarted_since(on, lost.since)) kill_if_possible(on, lost.id);
            checkpoint.take_over(on);
            names.clear();
            for (const db::row& one : on.query(fmt::format(
                     "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA={}",
                     quoted_literal(migration.original.name.schema))))
                names.push_back(one[0].value_or(""));
        });
    } catch (const error& failure) {
        throw error(fmt::format("the connection was lost in RENAME TABLE, and what became of it "
                                "could not be looked up: {}",
                                failure.what()),
                    failure.properties());
    }
    const auto is_there = [&](const table_name& table) {
        for (const std::string& name : names)
            if (sql::same_table_name(name, table.name, migration.server.names_fold_case))
                return true;
        return false;
    };
    const bool original = is_there(migration.original.name);
    const bool ghost = is_there(migration.tables.ghost);
    const bool old = is_there(migration.tables.old);
    if (original && ghost && !old) return false;
    if (original && !ghost && old) return true;
    throw error(
        fmt::format("after the connection was lost in RENAME TABLE, the tables are neither "
                    "swapped nor as before. Look at {}, {} and {}.",
                    migration.original.name.quoted(), migration.tables.ghost.quoted(),
                    migration.tables.old.quoted()));
}

}  // namespace segue::swap
