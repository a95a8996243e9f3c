#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "throttle/pace.hpp"

#include <vector>

namespace segue::preflight {

/// Limits of --max-load and --critical-load that can never be read: the migration would wait for
/// ever. `status`: the primary's SHOW GLOBAL STATUS. Pure.
std::vector<refusal> load_obstacles(const std::vector<db::row>& status, const throttle::pace& pace);

}  // namespace segue::preflight
