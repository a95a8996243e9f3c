#include "throttle/signals/control_replicas_signal.hpp"

#include "src/base/task_group.hpp"
#include "throttle/decision.hpp"
#include "throttle/reading.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stop_token>
#include <utility>

namespace segue::throttle {

/// One replica, and the thread that reads it.
class control_replicas_signal::reader {
  public:
    reader(wire::endpoint replica, std::unique_ptr<signal> of, const clock_source& clock)
        : replica_(std::move(replica)),
          watched_{.name = std::string(of->name()),
                   .rank = of->rank(),
                   .period = of->period(),
                   .last = std::nullopt} {
        thread_.spawn("replica-lag", [this, &clock, owned = std::shared_ptr<signal>(std::move(of))](
                                         const std::stop_token& stop) {
            keep_reading(*owned, clock, stop, [this](reading last) { publish(std::move(last)); });
            ended_ = true;
        });
    }

    bool reads(const wire::endpoint& replica) const { return replica_.text() == replica.text(); }
    watched_signal watched() const {
        std::lock_guard lock(mutex_);
        return watched_;
    }
    void dismiss() { thread_.request_stop(); }
    bool ended() const { return ended_; }
    /// Rethrows what ended the thread, if anything did.
    void check() {
        if (thread_.failed()) thread_.join();
    }

  private:
    void publish(reading last) {
        std::lock_guard lock(mutex_);
        watched_.last = std::move(last);
    }

    const wire::endpoint replica_;
    mutable std::mutex mutex_;
    watched_signal watched_;  // guarded by mutex_
    std::atomic<bool> ended_{false};
    task_group thread_;  // its end comes first
};

control_replicas_signal::control_replicas_signal(const live_pace& pace, const clock_source& clock,
                                                 make_one make)
    : pace_(pace), clock_(clock), make_(std::move(make)) {}

control_replicas_signal::~control_replicas_signal() {
    for (const auto& one : readers_) one->dismiss();
}

std::chrono::milliseconds control_replicas_signal::period() const noexcept {
    return std::chrono::milliseconds(100);
}

std::optional<std::string> control_replicas_signal::evaluate() {
    follow(pace_.snapshot().control_replicas);
    std::vector<watched_signal> all;
    for (const auto& one : readers_) {
        one->check();
        all.push_back(one->watched());
    }
    auto made = decide(all, clock_.now());
    if (!made.throttled) return std::nullopt;
    return std::move(made.reason);
}

void control_replicas_signal::follow(const std::vector<wire::endpoint>& named) {
    std::erase_if(dismissed_, [](const auto& one) { return one->ended(); });
    std::vector<std::unique_ptr<reader>> wanted;
    for (const wire::endpoint& replica : named) {
        const auto is_it = [&](const auto& one) { return one && one->reads(replica); };
        if (std::ranges::any_of(wanted, is_it)) continue;
        const auto there = std::ranges::find_if(readers_, is_it);
        wanted.push_back(there != readers_.end()
                             ? std::move(*there)
                             : std::make_unique<reader>(replica, make_(replica), clock_));
    }
    for (auto& left : readers_) {
        if (!left) continue;
        left->dismiss();
        dismissed_.push_back(std::move(left));
    }
    readers_ = std::move(wanted);
}

}  // namespace segue::throttle
