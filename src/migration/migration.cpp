#include "src/migration/migration.hpp"

#include "src/migration/run_state.hpp"
#include "src/migration/runner.hpp"

#include <utility>

namespace segue::migration {

migration::migration(settings with, observer& told)
    : state_(std::make_unique<run_state>(std::move(with), told)) {}
migration::~migration() = default;

void migration::rehearse() {
    run_state& of = *state_;
    of.find_servers();
    db::session session = of.sessions().connect(db::session_role::patient);
    inspection_request request = of.with.request;
    request.rehearsal = true;
    const plan made = of.inspect(session, request);
    of.told.on_plan(made);
    drop_if_exists(session, made.target.name);
}

outcome migration::run(std::stop_token stop) {
    return runner(*state_).run(stop);
}

progress migration::now() const {
    return state_->now();
}

leftovers migration::left_behind() const {
    return state_->left_behind();
}

}  // namespace segue::migration
