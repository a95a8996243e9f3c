#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"
#include "src/servers/server_roles.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace segue::migration {

/// What the watch of a run's place in the binary log needs. Lifetime: what is referred to outlives
/// the watch.
struct watched_place {
    db::session_factory& sessions;  ///< To the primary.
    const servers::server_roles& roles;
    table_name checkpoint;
    std::function<void(const std::string&)> tell;
};

/// Looks every few seconds whether the place that a later run would go on from (in the state, as it
/// was written down last) stands in the oldest file of the binary log, and tells it once. Returns
/// when asked to stop. No failure here ends the run. Has a session of its own. Threads: the
/// caller's.
void watch_place_in_log(const watched_place& of, const std::stop_token& stop);

}  // namespace segue::migration
