#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "throttle/pace.hpp"

#include <vector>

namespace segue::preflight {

/// Limits of --max-load and --critical-load that can never be read: the migration would wait for
/// ever. Asks the server only where there are limits. Throws segue::error.
std::vector<refusal> load_obstacles(db::session& primary, const throttle::pace& pace);

}  // namespace segue::preflight
