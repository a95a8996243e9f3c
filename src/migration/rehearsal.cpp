#include "src/migration/rehearsal.hpp"

#include "src/base/error.hpp"
#include "src/migration/rehearsal_checks.hpp"
#include "src/migration/statement_ender.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace segue::migration {
namespace {

void append(std::vector<std::string>& all, std::vector<std::string> more) {
    for (std::string& one : more) all.push_back(std::move(one));
}

void rehearse_on(db::session& session, run_state& of, const std::stop_token& stop) {
    const settings& with = of.with;
    findings found = look_at_surroundings(session, with);
    throw_refusals(found.refusals);
    inspection_request request = with.request;
    request.rehearsal = true;
    const plan made = of.inspect(session, request, stop);
    try {
        const auto& replica = of.roles().stream_from();
        append(
            found.warnings,
            look_at_replicas(with.throttling, replica ? replica->connection : of.roles().primary(),
                             made.target.name, stop));
    } catch (...) {
        drop_made(session, of.record(), made.target.name);
        throw;
    }
    drop_made(session, of.record(), made.target.name);
    append(found.warnings, start_notices(made, with));
    of.told.on_rehearsed(made, found.warnings);
}

}  // namespace

void rehearse(run_state& of, std::stop_token stop) {
    of.find_servers();
    const statement_ender ender(of.sessions(), of.swap(), stop, std::chrono::milliseconds(0));
    try {
        db::session session = of.sessions().connect(db::session_role::patient);
        rehearse_on(session, of, stop);
    } catch (const error&) {
        if (stop.stop_requested()) throw stopped();
        throw;
    }
}

}  // namespace segue::migration
