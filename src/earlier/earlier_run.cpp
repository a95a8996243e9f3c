#include "src/earlier/earlier_run.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/growing_interval.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/gh_ost.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/start_failure.hpp"
#include "src/servers/tables_there.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::earlier {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds look_for{3'000};
constexpr milliseconds look_interval{100};
constexpr milliseconds written_at_once{500};
constexpr int looks_max = 10;
// What a process that has died had under way may be committed yet, a statement for each of its
// connections that write there: heartbeats, markers and their like.
constexpr int changes_of_the_dead_max = 4;
// A rehearsal of somebody else's lasts no longer, as a rule, and must not end a run.
constexpr std::chrono::seconds claim_awaited{10};

// Empty for a table that is none of these; nullopt: it is gone.
std::optional<std::vector<db::row>> changelog_rows(db::session& session,
                                                   const table_name& changelog) {
    try {
        return session.query("SELECT id, value FROM " + changelog.quoted() +
                             " ORDER BY id LIMIT 1000");
    } catch (const error& failure) {
        if (failure.retryable() || failure.connection_lost()) throw;
        if (db::is_missing_table_or_schema(failure)) return std::nullopt;
        return std::vector<db::row>{};
    }
}

// Whether somebody who writes the changelog would not have had to wait: nobody waits for one that
// is gone. Changes nothing.
bool could_be_written(db::session& session, const table_name& changelog) {
    fault::point("earlier_run.before_writing");
    const auto asked = steady_clock::now();
    try {
        session.execute("UPDATE " + changelog.quoted() + " SET value=value");
    } catch (const error& failure) {
        if (db::is_missing_table_or_schema(failure)) return true;
        if (failure.connection_lost() || !failure.retryable()) throw;
        return false;
    }
    return steady_clock::now() - asked < written_at_once;
}

void take_tables_over(db::session& session, const table_name& checkpoint,
                      const std::stop_token& stop) {
    outlast_statements(session, checkpoint, stop, [&] {
        try {
            tables::checkpoint_table(checkpoint, "dropped").take_over(session);
        } catch (const error& failure) {
            if (failure.retryable() || stop.stop_requested()) throw;
            if (db::is_missing_table_or_schema(failure)) return;  // Dropped since it was seen.
            log::warning("{} is not a table of Segue's: {}", checkpoint.quoted(), failure.what());
        }
    });
}

// A name of at most 64 characters, which do not distinguish case.
std::string claim_on(const table_name& original) {
    return fmt::format("CONCAT('segue/', LEFT(SHA2({},256),50))",
                       quoted_literal(original.quoted()));
}

// Whose it is, as " (account, process and host)"; empty where that cannot be read.
std::string whose_run(db::session& session, const table_name& checkpoint) {
    try {
        const std::string run = tables::checkpoint_table(checkpoint, "").other_run(session);
        return run.empty() ? "" : fmt::format(" ({})", run);
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return "";
    }
}

refusal run_at_work(db::session& session, const migration_tables& tables) {
    const table_name& changelog = tables.changelog;
    const bool gh_ost = is_changelog_of_gh_ost(session, changelog);
    return {fmt::format("{}{} is at work on this table: the rows of {} change while we look",
                        gh_ost ? "gh-ost" : "another run",
                        gh_ost ? "" : whose_run(session, tables.checkpoint), changelog.quoted()),
            fmt::format("Nothing was changed. Drop none of its tables: let it finish, or end it "
                        "first. {}",
                        gh_ost ? "Its socket takes `status` and `panic`."
                               : "On its machine `segue status` tells how far it is, and `segue "
                                 "ctl panic` ends it.")};
}

}  // namespace

void outlast_statements(db::session& session, const table_name& checkpoint,
                        const std::stop_token& stop, const std::function<void()>& take_over) {
    constexpr int tries_max = 24;  // of innodb_lock_wait_timeout each
    growing_interval told;
    for (int tries = 1;; ++tries) {
        if (stop.stop_requested()) throw stopped();
        try {
            return take_over();
        } catch (const error& failure) {
            if (stop.stop_requested()) throw stopped();
            if (failure.mysql_errno() != er::lock_wait_timeout) throw;
            if (tries == tries_max)
                throw error(
                    fmt::format("statements of the earlier run are still at work: they hold "
                                "{}; {}. End its connections (SHOW PROCESSLIST), and start "
                                "again.",
                                checkpoint.quoted(), servers::holders_text(session, checkpoint)));
            if (told.due(machine_clock().now()))
                log::write(
                    log::level::warning,
                    fmt::format("waiting for statements of the earlier run that are still "
                                "at work on {}: {}",
                                checkpoint.quoted(), servers::holders_text(session, checkpoint)));
        }
    }
}

std::string definition_but_for_names(const std::string& create_statement) {
    std::istringstream lines(create_statement);
    std::string kept;
    std::string line;
    for (std::getline(lines, line); std::getline(lines, line);)
        if (line.find("CONSTRAINT") == std::string::npos) {
            if (line.ends_with(',')) line.pop_back();  // Another one may stand last.
            kept += line + "\n";
        }
    return kept;
}

void claim_start(db::session& session, const table_name& original) {
    const auto granted_within = [&](std::chrono::seconds limit) {
        return session.query_value(fmt::format("SELECT GET_LOCK({}, {})", claim_on(original),
                                               limit.count())) != "0";
    };
    if (granted_within(std::chrono::seconds(0))) return;
    log::write(log::level::warning,
               fmt::format("another run is starting or rehearsing a migration of {}: waiting for "
                           "it, for up to {} s",
                           original.quoted(), claim_awaited.count()));
    if (!granted_within(claim_awaited))
        throw_refusals({{fmt::format("another run is starting or rehearsing a migration of {}",
                                     original.quoted()),
                         "Nothing was changed. Look whether somebody else is at it."}});
}

void release_start(db::session& session, const table_name& original) {
    session.execute(fmt::format("DO RELEASE_LOCK({})", claim_on(original)));
}

bool start_is_claimed(db::session& session, const table_name& original) {
    return session.query_value(fmt::format("SELECT IS_FREE_LOCK({})", claim_on(original))) == "0";
}

std::optional<refusal> at_work(db::session& session, const migration_tables& tables,
                               std::stop_token stop) {
    if (!servers::exists(session, tables.changelog)) return std::nullopt;
    fault::point("earlier_run.changelog_seen");
    auto seen = changelog_rows(session, tables.changelog);
    if (!seen || seen->empty()) return std::nullopt;
    int changes = 0;
    growing_interval told;
    for (int looks = 0; looks < looks_max; ++looks) {
        // A heartbeat that stands still says nothing while nobody could write it: under FLUSH
        // TABLES WITH READ LOCK, or beside a lock on its row.
        const bool before = could_be_written(session, tables.changelog);
        auto until = steady_clock::now() + look_for;
        while (steady_clock::now() < until) {
            pause_for(look_interval, stop);
            auto there = changelog_rows(session, tables.changelog);
            // A run that has come to its end has dropped it: nobody is at work by it.
            if (!there) return std::nullopt;
            if (there == seen) continue;
            if (++changes > changes_of_the_dead_max) return run_at_work(session, tables);
            seen = std::move(there);
            until = steady_clock::now() + look_for;
        }
        if (could_be_written(session, tables.changelog) && before) return std::nullopt;
        if (told.due(machine_clock().now()))
            log::write(
                log::level::warning,
                fmt::format("waiting to see whether another run is at work: {} is locked; {}",
                            tables.changelog.quoted(),
                            servers::holders_text(session, tables.changelog)));
    }
    return refusal{
        fmt::format("whether another run is at work on this table cannot be seen: {} is locked, "
                    "so that nobody's heartbeat would move",
                    tables.changelog.quoted()),
        "Nothing was changed. Look who locks it (SHOW PROCESSLIST, XA RECOVER), and start again."};
}

owner owner_of(db::session& session, const table_name& checkpoint, const std::string& run_token,
               const std::string& token_before) {
    try {
        const auto found = session.query(
            fmt::format("SELECT value FROM {} WHERE kind='owner'", checkpoint.quoted()));
        if (found.empty()) return owner::nobody;
        const std::string token = found.front()[0].value_or("");
        const bool ours = token == run_token || (!token_before.empty() && token == token_before);
        return ours ? owner::this_run : owner::another_run;
    } catch (const error& failure) {
        if (db::is_missing_table_or_schema(failure)) return owner::nobody;
        throw;
    }
}

other_run_made seen_take_over(db::session& session, const migration_tables& tables,
                              const schema::table_definition& original,
                              const schema::table_definition& target,
                              const std::vector<table_name>& there) {
    const auto is_there = [&](const table_name& one) {
        return std::ranges::find(there, one) != there.end();
    };
    if (is_there(tables.ghost)) return other_run_made::unfinished;
    // This run would not have begun beside an old table.
    if (is_there(tables.old)) return other_run_made::swapped;
    const auto now = schema::read_table(session, tables.original);
    if (!now) return other_run_made::unknown;
    if (!schema::same_definition(*now, original)) return other_run_made::swapped;
    // An ALTER need not change the definition, and the old table may have been dropped.
    const auto text_of = [](const schema::table_definition& table) {
        return definition_but_for_names(schema::stable_create_statement(table));
    };
    return text_of(target) == text_of(original) ? other_run_made::unknown
                                                : other_run_made::not_swapped;
}

// As the old table is dropped.
void drop_leftover(db::session& session, const table_name& name, const std::stop_token& stop) {
    growing_interval told;
    for (;;) {
        if (stop.stop_requested()) throw stopped();
        try {
            return servers::drop_if_exists(session, name);
        } catch (const servers::explained_lock_wait& failure) {
            if (told.due(machine_clock().now()))
                log::write(
                    log::level::warning,
                    fmt::format("drop what an earlier run left: {}; trying again", failure.what()));
        }
    }
}

void drop_leftovers(db::session& session, const migration_tables& tables, std::stop_token stop) {
    if (servers::exists(session, tables.checkpoint))
        take_tables_over(session, tables.checkpoint, stop);
    std::vector<std::string> there;
    for (const table_name& name : {tables.checkpoint, tables.changelog, tables.ghost})
        if (servers::exists(session, name)) there.push_back(name.quoted());
    try {
        for (const table_name& name : {tables.ghost, tables.changelog, tables.checkpoint}) {
            drop_leftover(session, name, stop);
            std::erase(there, name.quoted());
        }
    } catch (const stopped&) {
        log::write(
            log::level::warning,
            fmt::format("left by an earlier run, and not dropped yet: {}", fmt::join(there, ", ")));
        throw;
    }
}

}  // namespace segue::earlier
