#include "src/commands/table_comparison.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/session_factory.hpp"
#include "src/preflight/load_obstacles.hpp"
#include "src/preflight/projected_pair.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/start_failure.hpp"
#include "src/verify/definition_difference.hpp"
#include "src/verify/difference.hpp"
#include "src/verify/tables_at_rest.hpp"
#include "throttle/signals/signal_set.hpp"

#include <array>
#include <random>

namespace segue::commands {
namespace {

// A lag is that of a heartbeat, which a run writes, and nobody here.
void refuse_lag(const throttle::pace& pace) {
    if (!pace.control_replicas.empty())
        throw_refusals(
            {{"--throttle-control-replicas: the lag of a replica is measured by rows that a "
              "migration writes, and a comparison writes none",
              "Leave it out; --throttle-query and --throttle-http can ask for what you know of "
              "the replicas."}});
}

// Names who holds what was waited for in vain.
error told_of_holder(const error& failure, db::session_factory& sessions, const table_name& one,
                     const table_name& other) {
    if (failure.mysql_errno() != er::lock_wait_timeout) return failure;
    db::session session = sessions.connect();
    const auto held = servers::who_holds(session, one);
    return servers::start_failure(failure, session, held && held->empty() ? other : one);
}

preflight::projected_pair look(db::session_factory& sessions, db::session& session,
                               const preflight::inspection_request& request,
                               const table_name& target, const std::stop_token& stop) {
    try {
        auto pair = preflight::look_at_pair(session, request, target, stop);
        // A lock that keeps readers out is met here, and not after many tries.
        for (const table_name& one : {pair.source.name, pair.target.name})
            static_cast<void>(session.query("SELECT 1 FROM " + one.quoted() + " LIMIT 1"));
        return pair;
    } catch (const error& failure) {
        throw told_of_holder(failure, sessions, request.original, target);
    }
}

throttle::throttler throttler_of(const migration::settings& with, const throttle::live_pace& pace) {
    return {throttle::make_signals(with.carrying.throttling,
                                   {.pace = pace,
                                    .primary = with.connection,
                                    .changelog = {},
                                    .heartbeat_interval = with.carrying.heartbeat_interval,
                                    .clock = machine_clock()}),
            machine_clock()};
}

}  // namespace

compared_tables compare_tables(const migration::settings& with, const table_name& target,
                               const comparison_observer& told, const std::stop_token& stop) {
    refuse_lag(with.carrying.pace);
    db::session_factory sessions(with.connection);
    sessions.use_schema(with.request.original.schema);
    db::session session = sessions.connect(db::session_role::patient);
    throw_refusals(
        preflight::load_obstacles(session.query("SHOW GLOBAL STATUS"), with.carrying.pace));
    const auto pair = look(sessions, session, with.request, target, stop);
    const throttle::live_pace pace(with.carrying.pace);
    throttle::throttler throttler = throttler_of(with, pace);
    verify::tables_at_rest tables(pair.projection, pair.source, pair.target,
                                  {.sessions = sessions,
                                   .pace = pace,
                                   .workers = with.carrying.copy_workers,
                                   .failures_max = with.carrying.failures_max,
                                   .packet_bytes_max = pair.packet_bytes_max,
                                   .throttler = &throttler,
                                   .holders = [&pair](db::session& waited) {
                                       return servers::who_holds_up_rows(
                                           waited, std::array{pair.source.name, pair.target.name});
                                   }});
    compared_tables made{.source = pair.source.name, .target = pair.target.name};
    made.definition_compared = pair.wanted.has_value();
    if (pair.wanted)
        made.definition_differences = verify::definition_differences(*pair.wanted, pair.target);
    std::random_device seed;
    try {
        for (const std::string& notice : tables.prepare(session)) told.on_notice(notice);
        static_cast<void>(
            tables.compare({.sample_percent = with.verify_percent, .sample_seed = seed()}, stop,
                           [&](const verify::verified& so_far) {
                               told.on_progress({.rows = so_far,
                                                 .rows_estimate = pair.source.rows_estimate,
                                                 .throttled = throttler.state()});
                           }));
    } catch (const stopped&) {
        made.ended_by = std::current_exception();
    } catch (const error& failure) {
        made.ended_by = std::make_exception_ptr(
            told_of_holder(failure, sessions, with.request.original, target));
    }
    made.rows = tables.so_far();
    for (const verify::difference& one : made.rows.differences)
        made.differences.push_back(
            verify::describe(one, tables.codec(), pair.target.name.quoted()));
    return made;
}

}  // namespace segue::commands
