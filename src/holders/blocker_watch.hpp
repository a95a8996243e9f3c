#pragma once

#include "src/base/clock.hpp"
#include "src/servers/blockers.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace segue::holders {

/// For how long each blocker has been seen in the way of the swap, one look after the other.
/// Whoever is not seen at a look has let go, and begins anew. Pure.
class blocker_watch {
  public:
    using time_point = clock_source::time_point;

    /// Notes that these, and no others, were in the way at that moment.
    void see(const std::vector<servers::blocker>& found, time_point now);

    /// Those seen at the last look that have been in the way for `limit` or longer at `now`.
    std::vector<servers::blocker> overdue(time_point now, time_point::duration limit) const;

    /// When the next one of those seen last will be overdue; nullopt: there is no other.
    std::optional<time_point> next_due(time_point now, time_point::duration limit) const;

    /// Forgets who was seen: all begin anew.
    void forget() noexcept { seen_.clear(); }

  private:
    struct seen {
        servers::blocker who;
        time_point since;
    };
    std::vector<seen> seen_;
};

}  // namespace segue::holders
