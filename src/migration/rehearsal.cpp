#include "src/migration/rehearsal.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/carry/xa_start.hpp"
#include "src/migration/data_check.hpp"
#include "src/preflight/inspection.hpp"
#include "src/rehearsal/start_notices.hpp"
#include "src/rehearsal/surroundings.hpp"
#include "src/servers/blockers.hpp"
#include "src/swap/own_statement_ender.hpp"
#include "src/wire/login_failure.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::migration {
namespace {

void append(std::vector<std::string>& all, std::vector<std::string> more) {
    for (std::string& one : more) all.push_back(std::move(one));
}

// As throttle::make_signals() has them.
std::vector<wire::connection_options> replicas_that_throttle(const run_state& of) {
    const auto& stream = of.roles().stream_from();
    std::vector<wire::connection_options> all;
    if (stream) all.push_back(stream->connection);
    for (const auto& endpoint : of.with.carrying.pace.control_replicas) {
        all.push_back(stream ? stream->connection : of.roles().primary());
        all.back().server = endpoint;
        wire::given_by(endpoint, "--throttle-control-replicas");
    }
    return all;
}

// What a run drops at its start it drops when nobody holds it.
void look_at_tables_to_drop(db::session& session, const preflight::plan& made,
                            std::vector<std::string>& warnings) {
    for (const auto& [name, rows, why] : made.drops) {
        if (!rows) continue;
        if (const auto held = servers::who_holds(session, name); held && !held->empty())
            warnings.push_back(fmt::format("a run would wait at its start to drop {}: {}.",
                                           name.quoted(), servers::describe(*held)));
    }
}

void rehearse_on(db::session& session, run_state& of, const std::stop_token& stop) {
    const settings& with = of.with;
    rehearsal::findings found = rehearsal::look_at_surroundings(
        session, with.carrying,
        {.postpone = with.postpone_flag_file, .panic = with.panic_flag_file});
    throw_refusals(found.refusals);
    preflight::inspection_request request = with.request;
    request.rehearsal = true;
    of.hold(of.inspect(session, request, stop));
    const preflight::plan& made = of.plan();
    if (made.begins == preflight::beginning::from_swap)
        return of.told.on_rehearsed(made, found.warnings);
    try {
        append(found.warnings,
               rehearsal::look_at_replicas(replicas_that_throttle(of), made.server.uuid,
                                           with.carrying.pace.lag_max, made.target.name, stop));
        if (const auto held =
                carry::prepared_xa_in_the_way(session, made.server, made.original.name))
            found.warnings.push_back("a run would wait at its start for " + *held);
        look_at_tables_to_drop(session, made, found.warnings);
        if (const auto refused = refused_by_data(of, made, stop)) throw_refusals({*refused});
    } catch (...) {
        preflight::drop_made(session, of.record(), made.target.name);
        throw;
    }
    preflight::drop_made(session, of.record(), made.target.name);
    append(found.warnings, rehearsal::start_notices(made, what_is_asked(with)));
    if (with.attempt_instant_ddl)
        found.warnings.emplace_back(
            "a run would try ALTER TABLE ... ALGORITHM=INSTANT first; a rehearsal does not.");
    of.told.on_rehearsed(made, found.warnings);
}

}  // namespace

void rehearse(run_state& of, std::stop_token stop) {
    constexpr std::chrono::milliseconds tick{50};
    const auto pass = [&](step at) { of.pass(at, [&] { pause_for(tick, stop); }); };
    pass(step::startup);
    of.find_servers();
    const swap::own_statement_ender ender(of.sessions(), of.swap_record(), stop,
                                          std::chrono::milliseconds(0));
    try {
        db::session session = of.sessions().connect(db::session_role::patient);
        rehearse_on(session, of, stop);
    } catch (const error&) {
        if (stop.stop_requested()) throw stopped();
        throw;
    }
    // No session is open any more, and no table of ours is there.
    for (const step at :
         {step::validated, step::before_row_copy, step::row_copy_complete, step::before_cut_over})
        pass(at);
}

}  // namespace segue::migration
