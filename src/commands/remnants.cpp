#include "src/commands/remnants.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/db/session_factory.hpp"
#include "src/earlier/backfill_at_work.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/earlier/earlier_state.hpp"
#include "src/earlier/gh_ost.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/new_table/unfinished_swap.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/tables_there.hpp"
#include "src/tables/saved_state.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::commands {
namespace {

void refuse_beside_others(db::session& session, const migration_tables& tables,
                          const std::stop_token& stop) {
    earlier::claim_start(session, tables.original);
    auto others = earlier::backfill_at_work(session, tables.original);
    if (!others) others = earlier::gh_ost_at_work(session, tables.original);
    if (!others) others = earlier::at_work(session, tables, stop);
    if (!others) others = earlier::checkpoint_of_gh_ost(session, tables);
    if (!others) others = earlier::segue_at_work(session, tables, {}, stop);
    if (others) throw_refusals({*others});
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

// By the run's own ALTER, as nobody gives another.
void look_at_state(db::session& session, migration_tables& tables,
                   const schema::table_definition& original, remnants& found) {
    const tables::saved_state left = tables::read_state(session, tables.checkpoint);
    tables.old.name = left.old_table;
    const earlier::state state = earlier::look_at_earlier_state(
        session, tables, original, {.alter = left.print.alter, .sets = left.print.sets});
    found.alter = left.print.alter;
    found.phase = left.phase;
    found.run = left.run;
    found.copied = tables::rows_copied(left);
    found.why = state.why;
    found.are = state.is == earlier::remains::swapped     ? remnants::kind::swapped
                : state.is == earlier::remains::resumable ? remnants::kind::resumable
                                                          : remnants::kind::stopped;
}

remnants::kind kind_without_a_state(db::session& session, const migration_tables& tables,
                                    tables::state_found state, std::string& why) {
    if (state == tables::state_found::unfinished) return remnants::kind::stopped;
    if (state == tables::state_found::other_format) {
        why = fmt::format("{} was written by another version of Segue", tables.checkpoint.quoted());
        return remnants::kind::unknown;
    }
    std::string there;
    for (const table_name& one : {tables.ghost, tables.changelog, tables.checkpoint})
        if (servers::exists(session, one))
            there += fmt::format("{}{}", there.empty() ? "" : ", ", one.quoted());
    if (there.empty()) return remnants::kind::none;
    why = "no state of a run is beside " + there;
    return remnants::kind::unknown;
}

remnants look(db::session& session, const migration::settings& with, migration_tables& tables) {
    remnants found;
    found.server = session.query_value("SELECT CONCAT(@@hostname, ':', @@port)").value_or("");
    found.original = tables.original;
    const auto original = schema::read_table(session, tables.original);
    const auto state = tables::look_for_state(session, tables.checkpoint);
    if (state == tables::state_found::whole && original) {
        look_at_state(session, tables, *original, found);
    } else if (state == tables::state_found::whole) {
        found.are = remnants::kind::stopped;
        found.why = fmt::format("the table {} is gone", tables.original.quoted());
    } else {
        found.are = kind_without_a_state(session, tables, state, found.why);
    }
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
    // The state goes last: while it is there, the next run knows what is left to be done.
    if (may_drop) add(tables.checkpoint);
    found.trials = find_trial_tables(session, tables);
    if (const auto backfill =
            earlier::backfill_state_of(session, tables.original, with.request.naming))
        found.backfill = look_at(session, *backfill);
    const bool nothing = found.are == remnants::kind::none && !found.kept && !found.backfill &&
                         found.trials.ours.empty() && found.trials.others.empty();
    if (!original && nothing)
        throw_refusals({{fmt::format("there is no table {} that the account can see, nor anything "
                                     "that a run of it leaves",
                                     tables.original.quoted()),
                         "Check --database and --table, and the account's privileges."}});
    return found;
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

}  // namespace

remnants look_at_remnants(const migration::settings& with, const std::stop_token& stop) {
    place at(with);
    refuse_beside_others(at.session, at.tables, stop);
    return look(at.session, with, at.tables);
}

remnants clean_up_remnants(const migration::settings& with, const std::stop_token& stop,
                           const std::function<void(const std::string&)>& tell) {
    place at(with);
    refuse_beside_others(at.session, at.tables, stop);
    for (const std::string& told : preflight::finish_swap_of_before(at.session, at.tables.original,
                                                                    with.request.naming, stop))
        tell(told);
    remnants found = look(at.session, with, at.tables);
    drop_trial_tables(at.session, found.trials);
    for (const table_name& one : found.trials.ours) tell(fmt::format("dropped {}", one.quoted()));
    if (found.backfill) {
        earlier::drop_leftover(at.session, found.backfill->name, stop);
        tell(fmt::format("dropped {}", found.backfill->name.quoted()));
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

}  // namespace segue::commands
