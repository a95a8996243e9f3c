#include "src/commands/remnants.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/base/refused_as.hpp"
#include "src/carry/lost_heartbeat.hpp"
#include "src/db/session_factory.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/backfill_at_work.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/earlier_state.hpp"
#include "src/earlier/others_at_work.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/schema/table_definition.hpp"
#include "src/schema/trigger.hpp"
#include "src/servers/account.hpp"
#include "src/servers/read_only_refusal.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "src/tables/saved_state.hpp"

#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace segue::commands {
namespace {

// Whatever the account may do: what is dropped on a replica, its source still has.
void refuse_read_only(db::session& session) {
    const db::row found = session.query_row(
        "SELECT @@GLOBAL.read_only, CONCAT(@@hostname, ':', @@port), "
        "IF(@@GLOBAL.super_read_only, 'ON', 'OFF')");
    if (found[0] != "0")
        throw_refusals({servers::read_only_refusal(found[1].value_or(""), found[2].value_or(""))});
}

// The server hides tables on which the account has no privilege, so that nothing would seem to be
// there. Grants on single tables do not count: of which tables there are, they tell nothing.
// https://dev.mysql.com/doc/refman/8.4/en/information-schema-introduction.html
void refuse_unseen(db::session& session, const std::string& schema,
                   std::span<const char* const> needed) {
    const servers::account_facts account = servers::read_account(session, schema);
    const std::string missing = account.held.missing(needed);
    if (missing.empty()) return;
    throw_refusals({{fmt::format("what runs have left in {} cannot be seen, or not be cleaned up: "
                                 "the account lacks {} on that schema",
                                 quoted_name(schema), missing),
                     account.held.grants_of_missing(needed, account.name)}});
}

void refuse_beside_others(db::session& session, const migration_tables& tables,
                          const std::stop_token& stop) {
    earlier::claim_start(session, tables.original);
    if (const auto others = earlier::others_at_work(session, tables, {}, stop))
        throw_refusals({*others});
}

std::optional<left_table> look_at(db::session& session, const table_name& name) {
    const auto found = session.query(fmt::format(
        R"(SELECT COALESCE(TABLE_ROWS, 0), COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0)
           FROM information_schema.TABLES
           WHERE TABLE_SCHEMA={} AND TABLE_NAME={} AND TABLE_TYPE='BASE TABLE')",
        quoted_literal(name.schema), quoted_literal(name.name)));
    if (found.empty()) return std::nullopt;
    return left_table{.name = name,
                      .rows = db::to_uint64(found.front()[0], "TABLE_ROWS"),
                      .bytes = db::to_uint64(found.front()[1], "DATA_LENGTH")};
}

// A session on the server whose tables they are, and their names.
struct place {
    explicit place(const migration::settings& with)
        : roles(migration::find_roles(with)),
          sessions(roles.primary()),
          session(connect(sessions, with)),
          tables(earlier::tables_as_stored(session, stored_name(session, with.request.original),
                                           with.request.naming)) {}

    static db::session connect(db::session_factory& sessions, const migration::settings& with) {
        sessions.use_schema(with.request.original.schema);
        return sessions.connect(db::session_role::patient);
    }
    static table_name stored_name(db::session& session, const table_name& written) {
        const auto seen = schema::read_table(session, written);
        return seen ? seen->name : written;
    }

    servers::server_roles roles;
    db::session_factory sessions;
    db::session session;
    migration_tables tables;
};

remnants::kind kind_of(earlier::remains is) {
    switch (is) {
        case earlier::remains::none:
            return remnants::kind::none;
        case earlier::remains::unknown:
            return remnants::kind::unknown;
        case earlier::remains::unfinished:
        case earlier::remains::another:
            return remnants::kind::stopped;
        case earlier::remains::resumable:
            return remnants::kind::resumable;
        case earlier::remains::swapped:
            return remnants::kind::swapped;
    }
    return remnants::kind::unknown;
}

// As the run that goes on looks itself.
void look_at_place(place& at, const tables::resume_point& from, remnants& found) {
    try {
        const auto gone = carry::why_not_taken_up(at.roles, at.session, at.tables, from);
        if (!gone) return;
        found.are = remnants::kind::stopped;
        found.why = *gone;
    } catch (const error& failure) {
        if (!db::is_denied(failure)) throw;
        found.why =
            fmt::format("if the binary log still has its place, which this account cannot see ({})",
                        failure.what());
    }
}

// By the run's own ALTER, as nobody gives another.
void look_at_run(place& at, const schema::table_definition* original, remnants& found) {
    const earlier::state state =
        earlier::look_at_earlier_state(at.session, at.tables, original, std::nullopt);
    found.are = kind_of(state.is);
    found.why = state.why;
    if (tables::look_for_state(at.session, at.tables.checkpoint) != tables::state_found::whole)
        return;
    const tables::saved_state left = tables::read_state(at.session, at.tables.checkpoint);
    at.tables.old.name = left.old_table;
    found.alter = left.print.alter;
    found.phase = left.phase;
    found.run = left.run;
    found.copied = tables::rows_copied(left);
    if (found.are == remnants::kind::resumable) look_at_place(at, *left.resume_at, found);
}

std::vector<left_expand> look_at_expanded(db::session& session, const migration_tables& tables,
                                          const table_naming& naming) {
    const table_name state = expanded_state_beside(tables.original, naming);
    std::vector<left_expand> found;
    if (!earlier::is_expanded_state(session, state)) return found;
    const auto triggers = schema::read_triggers(session, tables.original);
    for (earlier::expanded_column& one : earlier::expanded_columns(session, state)) {
        auto undoing = earlier::undoing(tables.original, state, one.asked.new_column, triggers);
        found.push_back({.what = std::move(one), .undoing = std::move(undoing)});
    }
    return found;
}

remnants seen_now(place& at, const migration::settings& with) {
    db::session& session = at.session;
    const migration_tables& tables = at.tables;
    remnants found;
    found.server = session.query_value("SELECT CONCAT(@@hostname, ':', @@port)").value_or("");
    found.original = tables.original;
    const auto original = schema::read_table(session, tables.original);
    look_at_run(at, original ? &*original : nullptr, found);
    const bool swapped = found.are == remnants::kind::swapped;
    const bool may_drop = found.are != remnants::kind::unknown || with.request.drop_ghost;
    const auto add = [&](const table_name& name) {
        if (auto there = look_at(session, name)) found.dropped.push_back(std::move(*there));
    };
    if (may_drop && !swapped) add(tables.ghost);
    if (may_drop) add(tables.changelog);
    if (swapped && with.drop_old_table)
        add(tables.old);
    else
        found.kept = look_at(session, tables.old);
    found.kept_though_asked = found.kept && with.drop_old_table;
    // The state goes last: while it is there, the next run knows what is left to be done.
    if (may_drop) add(tables.checkpoint);
    found.foreign_keys =
        preflight::look_at_swap_of_before(session, tables.original, with.request.naming);
    found.trials = find_trial_tables(session, tables);
    if (const auto state =
            earlier::backfill_state_of(session, tables.original, with.request.naming))
        found.backfill = look_at(session, *state);
    found.splits = earlier::splits_left(session, tables.original);
    found.expanded = look_at_expanded(session, tables, with.request.naming);
    const bool nothing = found.are == remnants::kind::none && !found.kept && !found.backfill &&
                         found.splits.empty() && found.expanded.empty() &&
                         found.trials.ours.empty() && found.trials.others.empty();
    if (!original && nothing)
        throw_refusals({{fmt::format("there is no table {} that the account can see, nor anything "
                                     "that a run of it leaves",
                                     tables.original.quoted()),
                         "Check --database and --table, and the account's privileges."}});
    return found;
}

// A run's statements may end in the server when its process has died, a DROP TABLE among them.
remnants look(place& at, const migration::settings& with) {
    const std::string old_by_name = at.tables.old.name;
    return db::in_spite_of_drops([&] {
        at.tables.old.name = old_by_name;
        return seen_now(at, with);
    });
}

}  // namespace

remnants look_at_remnants(const migration::settings& with, const std::stop_token& stop) {
    place at(with);
    refuse_unseen(at.session, at.tables.original.schema, std::array{"SELECT", "UPDATE"});
    refuse_beside_others(at.session, at.tables, stop);
    return look(at, with);
}

remnants clean_up_remnants(const migration::settings& with, const std::stop_token& stop,
                           const std::function<void(const std::string&)>& tell) {
    place at(with);
    refuse_read_only(at.session);
    refuse_unseen(at.session, at.tables.original.schema, std::array{"SELECT", "UPDATE", "DROP"});
    refuse_beside_others(at.session, at.tables, stop);
    auto finished =
        preflight::finish_swap_of_before(at.session, at.tables.original, with.request.naming, stop);
    for (const std::string& told : preflight::done_about(finished)) tell(told);
    remnants found = look(at, with);
    // Nothing may be dropped by which a later one knows of it.
    if (!finished.left.empty()) {
        found.foreign_keys = std::move(finished);
        return found;
    }
    drop_trial_tables(at.session, found.trials, at.tables);
    if (found.trials.view) tell(fmt::format("dropped {}", found.trials.view->quoted()));
    for (const table_name& one : found.trials.ours) tell(fmt::format("dropped {}", one.quoted()));
    if (found.backfill) {
        earlier::drop_leftover(at.session, found.backfill->name, stop);
        tell(fmt::format("dropped {}", found.backfill->name.quoted()));
    }
    for (const earlier::split_left& one : found.splits) {
        earlier::outlast_statements(at.session, one.state, stop, [&] {
            tables::checkpoint_table(one.state, "dropped").take_over(at.session);
        });
        // The state goes last: while it is there, the next run knows what is left to be done.
        for (const table_name& table : {one.changelog, one.state}) {
            earlier::drop_leftover(at.session, table, stop);
            tell(fmt::format("dropped {}", table.quoted()));
        }
    }
    if (found.are == remnants::kind::unknown && found.dropped.empty()) return found;
    // Statements of a run that died before its swap may be at work in the server: they are waited
    // for.
    if (found.are != remnants::kind::swapped && !found.dropped.empty())
        earlier::drop_leftovers(at.session, at.tables, stop);
    for (const left_table& one : found.dropped) {
        earlier::drop_leftover(at.session, one.name, stop);
        tell(fmt::format("dropped {}", one.name.quoted()));
    }
    return found;
}

std::string why_not_done(const remnants& found) {
    if (found.foreign_keys.why.empty()) return "";
    return refused_as("the clean-up is not finished, and nothing was dropped:",
                      refused({preflight::left_undone(found.foreign_keys, found.original)}).what());
}

}  // namespace segue::commands
