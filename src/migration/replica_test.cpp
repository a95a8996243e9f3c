#include "src/migration/replica_test.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/servers/replication_status.hpp"
#include "src/servers/tables_there.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <stop_token>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::migration {
namespace {

constexpr std::chrono::milliseconds tick{50};

// STOP SLAVE is gone in 8.4, its successor came in 8.0.22.
void execute_on_replication(db::session& session, std::string_view verb) {
    try {
        session.execute(fmt::format("{} REPLICA", verb));
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::parse_error) throw;
        session.execute(fmt::format("{} SLAVE", verb));
    }
}

bool replicates(db::session& session) {
    return std::ranges::any_of(servers::replication_channels(session), [](const auto& channel) {
        return channel.receives || channel.applies;
    });
}

}  // namespace

std::string replica_test::prepare_swap(const std::function<void()>& meanwhile) {
    if (!std::exchange(asked_, true)) state_.pass(step::stop_replication, meanwhile);
    db::session session = state_.sessions().connect(db::session_role::patient);
    if (!replicates(session)) return "";
    if (state_.with.replication_is_stopped_by_others)
        return "replication runs, and others are to stop it before the swap: STOP REPLICA;";
    execute_on_replication(session, "STOP");
    stopped_here_ = true;
    state_.told.on_notice(
        "replication of this replica is stopped for the test, and stays so at its end");
    return "";
}

void replica_test::swap_back() {
    const migration_tables& tables = state_.plan().tables;
    const std::string statement =
        fmt::format("RENAME TABLE {0} TO {1}, {2} TO {0}", tables.original.quoted(),
                    tables.ghost.quoted(), tables.old.quoted());
    bool was_started = false;
    try {
        db::session_factory sessions = state_.sessions().unwatched();
        db::retrying_session session(sessions, state_.with.carrying.failures_max,
                                     db::lock_conflicts::outlasted);
        session.run("swap the tables back", std::stop_token(), [&](db::session& on) {
            // An answer that was lost may have been that it is done.
            if (!servers::exists(on, tables.old) && servers::exists(on, tables.ghost)) return;
            was_started = replicates(on);
            on.execute("SET SESSION lock_wait_timeout=1");
            on.execute(statement);
        });
    } catch (const error& failure) {
        throw failure.in(
            fmt::format("the tables of the replica could not be swapped back; to do "
                        "that: {};",
                        statement));
    }
    if (was_started)
        state_.told.on_notice(fmt::format(
            "replication was started by somebody else while the tables were swapped: what it "
            "changed then stands in {} alone. Make this replica anew.",
            tables.ghost.quoted()));
    state_.note_swapped_back();
}

void replica_test::go_on_replicating() noexcept {
    if (!asked_) return;
    try {
        state_.pass(step::start_replication, [] { pause_for(tick, std::stop_token()); });
    } catch (const std::exception& failure) {
        state_.told.on_notice(failure.what());
    }
    if (!stopped_here_) return;
    try {
        db::session_factory sessions = state_.sessions().unwatched();
        db::session session = sessions.connect(db::session_role::control);
        execute_on_replication(session, "START");
        stopped_here_ = false;
        state_.told.on_notice("replication of this replica goes on");
    } catch (const std::exception& failure) {
        state_.told.on_notice(fmt::format(
            "replication of this replica is stopped still: START REPLICA; ({})", failure.what()));
    }
}

}  // namespace segue::migration
