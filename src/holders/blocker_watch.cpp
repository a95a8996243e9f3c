#include "src/holders/blocker_watch.hpp"

#include <algorithm>

namespace segue::holders {

void blocker_watch::see(const std::vector<servers::blocker>& found, time_point now) {
    std::vector<seen> still;
    for (const servers::blocker& one : found) {
        const auto before = std::ranges::find_if(
            seen_, [&](const seen& earlier) { return earlier.who.identity() == one.identity(); });
        still.push_back({.who = one, .since = before == seen_.end() ? now : before->since});
    }
    seen_ = std::move(still);
}

std::vector<servers::blocker> blocker_watch::overdue(time_point now,
                                                     time_point::duration limit) const {
    std::vector<servers::blocker> found;
    for (const seen& one : seen_)
        if (now - one.since >= limit) found.push_back(one.who);
    return found;
}

std::optional<blocker_watch::time_point> blocker_watch::next_due(time_point now,
                                                                 time_point::duration limit) const {
    std::optional<time_point> next;
    for (const seen& one : seen_) {
        const time_point due = one.since + limit;
        if (due > now && (!next || due < *next)) next = due;
    }
    return next;
}

}  // namespace segue::holders
