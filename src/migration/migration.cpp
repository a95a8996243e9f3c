#include "src/migration/migration.hpp"

#include "src/migration/rehearsal.hpp"
#include "src/migration/run_state.hpp"
#include "src/migration/runner.hpp"

#include <utility>

namespace segue::migration {

migration::migration(settings with, observer& told, step_gate& gate)
    : state_(std::make_unique<run_state>(std::move(with), told, gate)) {}
migration::~migration() = default;

void migration::rehearse(std::stop_token stop) {
    segue::migration::rehearse(*state_, std::move(stop));
}

outcome migration::run(std::stop_token stop) {
    return runner(*state_).run(stop);
}

progress migration::now() const {
    return state_->now();
}

std::optional<subject> migration::about() const {
    return state_->about();
}

throttle::throttle_counts migration::throttled() const {
    return state_->throttled();
}

steering& migration::steer() noexcept {
    return state_->steer();
}

const steering& migration::steer() const noexcept {
    return state_->steer();
}

leftovers migration::left_behind() const {
    return state_->left_behind();
}

}  // namespace segue::migration
