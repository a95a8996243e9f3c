#include "throttle/pace.hpp"

#include <utility>

namespace segue::throttle {

pace live_pace::snapshot() const {
    std::lock_guard lock(mutex_);
    return now_;
}

bool live_pace::replay_paused() const {
    std::lock_guard lock(mutex_);
    return now_.replay_paused;
}

void live_pace::change(const std::function<void(pace&)>& apply) {
    pace next = snapshot();
    apply(next);
    std::lock_guard lock(mutex_);
    now_ = std::move(next);
}

}  // namespace segue::throttle
