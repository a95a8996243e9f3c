#include "src/migration/failed_run.hpp"

#include "src/base/log.hpp"
#include "src/base/refusal.hpp"
#include "src/carry/lost_heartbeat.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/earlier_run.hpp"
#include "src/new_table/operators_names.hpp"
#include "src/servers/account.hpp"
#include "src/servers/tables_there.hpp"
#include "src/tables/saved_state.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;

// It had them all at the start. Empty: it still has.
std::string lost_privileges(db::session& session, const preflight::plan& made) {
    const std::string& schema = made.original.name.schema;
    std::vector<refusal> lacking;
    servers::check_privileges(servers::read_account(session, schema), schema, made.server.host,
                              lacking);
    std::string told;
    for (const refusal& one : lacking)
        told += fmt::format("{}{}.\n{}", told.empty() ? "" : "\n", one.problem, one.remedy);
    return told;
}

wire::connection_options brief(const db::session_factory& of) {
    constexpr milliseconds patience{2'000};
    wire::connection_options made = of.options();
    made.connect_timeout = std::min(made.connect_timeout, patience);
    made.read_timeout = std::min(made.read_timeout, patience);
    return made;
}

}  // namespace

void failed_run::write_down_spoiled(const std::string& why) {
    state_.note_not_resumable();
    try {
        db::session_factory sessions(brief(state_.sessions()));
        db::session session = sessions.connect(db::session_role::control);
        state_.parts().checkpoint.record_spoiled(session, why);
    } catch (const error& failure) {
        log::info("that the run is spoiled is not written down: {}", failure.what());
    }
}

// What it would tell to drop may be another run's, under the same names.
void failed_run::look() {
    try {
        db::session_factory sessions(brief(state_.sessions()));
        db::session session = sessions.connect(db::session_role::control);
        // After a failover tables of these names say nothing of those that were left.
        if (sessions.server_uuid() != state_.plan().server.uuid) return;
        lost_privileges_ = lost_privileges(session, state_.plan());
        const migration_tables& tables = state_.plan().tables;
        // Another run drops them all, and makes its own while it has the claim; so that is looked
        // at before whose they are.
        const bool claimed = earlier::start_is_claimed(session, tables.original);
        const earlier::owner owner = state_.owner_of_tables(session);
        std::vector<table_name> there;
        for (const table_name& one :
             {tables.ghost, tables.old, tables.changelog, tables.checkpoint})
            if (servers::exists(session, one)) there.push_back(one);
        const auto is_there = [&](const table_name& one) {
            return std::ranges::count(there, one) > 0;
        };
        const bool has_state = is_there(tables.checkpoint);
        const bool emptied_or_dropped =
            owner == earlier::owner::nobody && !claimed && (has_state || is_there(tables.ghost));
        if (owner == earlier::owner::this_run || emptied_or_dropped) {
            look_for_changes(session, there);
            if (has_state) look_at_place(session);
            return;
        }
        const earlier::other_run_made seen = earlier::seen_take_over(
            session, state_.plan().tables, state_.plan().original, state_.plan().target, there);
        state_.note_taken_over(seen, std::move(there));
        if (has_state) state_.note_taken_over_by(state_.parts().checkpoint.other_run(session));
    } catch (const error&) {
        // It cannot be seen, so what was made is told as it is known.
    }
}

// Where the log does not hold any more what came since, the same command would be refused.
void failed_run::look_at_place(db::session& session) {
    if (state_.swap_record().now() != swap::swap_state::not_made) return;
    const migration_tables& tables = state_.plan().tables;
    if (tables::look_for_state(session, tables.checkpoint) != tables::state_found::whole) return;
    const auto left = tables::read_state(session, tables.checkpoint);
    if (left.resume_at && carry::why_not_taken_up(state_.roles(), session, tables, *left.resume_at))
        state_.note_not_resumable();
}

void failed_run::look_for_changes(db::session& session, const std::vector<table_name>& there) {
    if (state_.swap_record().now() != swap::swap_state::not_made) return;
    const migration_tables& tables = state_.plan().tables;
    for (const table_name& one : {tables.ghost, tables.changelog, tables.checkpoint}) {
        if (std::ranges::count(there, one) > 0) continue;
        dropped_by_others_.push_back(one);
        state_.note_dropped(one);
    }
    target_changed_by_others_ = servers::was_changed(session, state_.plan().target);
    original_changed_by_others_ = servers::was_changed(session, state_.plan().original);
    // The next run would be refused.
    if (target_changed_by_others_ || original_changed_by_others_) state_.note_not_resumable();
}

error failed_run::in_words(const error& failure) const {
    const preflight::plan& made = state_.plan();
    const std::string words = preflight::in_operators_words(
        failure.what(), preflight::operators_names_of(made.original, made.target, made.tables));
    std::string others;
    if (!dropped_by_others_.empty() && db::is_missing_table(failure)) {
        std::vector<std::string> names;
        for (const table_name& one : dropped_by_others_)
            names.push_back((one == made.tables.ghost ? "the new table " : "") + one.quoted());
        others = fmt::format("{} {} dropped by somebody else while the migration ran: ",
                             fmt::join(names, ", "), names.size() == 1 ? "was" : "were");
    } else if (target_changed_by_others_ && db::is_about_a_table(failure)) {
        others = fmt::format(
            "the new table {} was changed by somebody else while the migration "
            "ran: ",
            made.tables.ghost.quoted());
    } else if ((original_changed_by_others_ && failure.from_server()) ||
               db::is_gone(failure, made.tables.original)) {
        // The stream, which would name the statement, is a moment behind or does not show it.
        others =
            fmt::format("the table {} was redefined by another session while it was migrated: ",
                        made.tables.original.quoted());
    } else if (db::is_about_a_table(failure) && !db::is_denied(failure)) {
        others = "a table of this migration was changed by somebody else while it ran: ";
    }
    std::string lost;
    if (!lost_privileges_.empty())
        lost = ". The account has lost privileges since the start: " + lost_privileges_;
    return error(others + words + lost, failure.properties());
}

}  // namespace segue::migration
