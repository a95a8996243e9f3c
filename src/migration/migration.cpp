#include "src/migration/migration.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/migration/rehearsal.hpp"
#include "src/migration/run_state.hpp"
#include "src/migration/runner.hpp"
#include "src/wire/server_failure.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace segue::migration {

// Of runs that go on one after the other in a process each step is asked for once, but for those
// that come again and again.
class migration::step_memory final : public step_gate {
  public:
    explicit step_memory(step_gate& asked) : asked_(asked) {}
    void pass(step at, const std::function<void()>& meanwhile) override {
        const bool is_repeated = at == step::begin_postponed || at == step::stop_replication ||
                                 at == step::start_replication;
        if (!is_repeated && passed_.contains(at)) return;
        asked_.pass(at, meanwhile);
        passed_.insert(at);
    }
    void on_copy_failure(const std::string& why) noexcept override { asked_.on_copy_failure(why); }

  private:
    step_gate& asked_;
    std::set<step> passed_;  // only the thread that runs the migration
};

migration::migration(settings with, observer& told, step_gate& gate)
    : with_(std::move(with)),
      told_(told),
      gate_(std::make_unique<step_memory>(gate)),
      steering_(with_.carrying.pace, with_.postpone_flag_file),
      state_(std::make_shared<run_state>(with_, told_, *gate_, steering_)) {}
migration::~migration() = default;

std::shared_ptr<run_state> migration::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

void migration::rehearse(std::stop_token stop) {
    segue::migration::rehearse(*state(), std::move(stop));
}

outcome migration::run(std::stop_token stop) {
    for (;;) {
        const auto now = state();
        try {
            return runner(*now).run(stop);
        } catch (const error& failure) {
            if (stop.stop_requested() || steering_.panic_words() ||
                !goes_on_after(*now, failure, stop))
                throw;
            begin_again(stop);
        }
    }
}

bool migration::goes_on_after(const run_state& ended, const error& failure,
                              const std::stop_token& stop) {
    // A server that becomes the primary may refuse writes, or lack what it has yet to apply.
    constexpr std::chrono::seconds until_fit{30};
    const auto now = std::chrono::steady_clock::now();
    if (ended.has_parts()) {
        if (!ended.is_told_by_the_database(stop)) return false;
        searches_since_ = now;
        told_.on_notice(
            fmt::format("{}. Going on with what the database says of it now", failure.what()));
        return true;
    }
    if (!searches_since_) return false;
    const auto limit =
        wire::passes_by_itself(failure) ? std::max(with_.wait_for_server, until_fit) : until_fit;
    if (now - *searches_since_ > limit) return false;
    if (searches_told_.due(now))
        told_.on_notice(fmt::format("the migration cannot go on yet: {}", failure.what()));
    return true;
}

// As another process would that is given the same command.
void migration::begin_again(const std::stop_token& stop) {
    constexpr std::chrono::seconds rest{1};
    pause_for(rest, stop);
    with_.request.earlier = earlier::run_use::required;
    with_.request.drop_ghost = false;
    with_.attempt_instant_ddl = false;
    auto next = std::make_shared<run_state>(with_, told_, *gate_, steering_);
    const std::lock_guard lock(mutex_);
    state_ = std::move(next);
}

progress migration::now() const {
    return state()->now();
}

std::optional<subject> migration::about() const {
    return state()->about();
}

throttle::throttle_counts migration::throttled() const {
    return state()->throttled();
}

steering& migration::steer() noexcept {
    return steering_;
}

const steering& migration::steer() const noexcept {
    return steering_;
}

leftovers migration::left_behind() const {
    return state()->left_behind();
}

}  // namespace segue::migration
