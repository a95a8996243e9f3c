#include "src/holders/foresight.hpp"

#include "src/base/pause.hpp"

#include <algorithm>

namespace segue::holders {

using std::chrono::steady_clock;

std::vector<servers::blocker> foresight::wait_for_no_blockers(std::stop_token stop) {
    const auto give_up = steady_clock::now() + within_.patience;
    if (!server_.sees_locks) return {};
    const auto look = [&] {
        return servers::look_for_blockers(session_, ours_, server_, tables_, beside_);
    };
    std::vector<servers::blocker> before = look();
    for (;;) {
        if (before.empty()) return {};
        pause_for(within_.long_held, stop);
        std::vector<servers::blocker> now = look();
        std::vector<servers::blocker> still;
        for (const servers::blocker& one : now)
            if (std::any_of(before.begin(), before.end(), [&](const servers::blocker& seen) {
                    return seen.identity() == one.identity();
                }))
                still.push_back(one);
        if (still.empty()) return {};
        if (steady_clock::now() >= give_up) return still;
        before = std::move(now);
    }
}

std::vector<old_snapshot> foresight::wait_for_no_old_snapshot(
    snapshot_lookout& lookout, const std::function<steady_clock::time_point()>& written,
    std::stop_token stop) {
    // Younger ones have most likely ended until the lock is held; if not, that is seen then.
    constexpr std::chrono::milliseconds not_about_to_end{1'000};
    const auto give_up = steady_clock::now() + within_.patience;
    for (;;) {
        lookout.wait_until_fresh(stop);
        std::vector<old_snapshot> found = lookout.look(written());
        std::erase_if(
            found, [&](const old_snapshot& one) { return one.age && *one.age < not_about_to_end; });
        if (found.empty() || steady_clock::now() >= give_up) return found;
    }
}

}  // namespace segue::holders
