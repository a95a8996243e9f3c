#pragma once

#include "src/preflight/plan.hpp"

#include <string>
#include <vector>

namespace segue::rehearsal {

/// What a run was asked for that its server may not let it do, or that has consequences.
struct asked_for {
    bool blockers_ended = false;  ///< --kill-blockers-after-seconds
    /// --migrate-on-replica, --test-on-replica
    bool replica_written = false;
    bool replica_alone_changed = false;  ///< --migrate-on-replica
};

/// What the operator has to know at the start, beside slow_rename(): what a flag cannot do for want
/// of rights, and what is done otherwise than usually. One sentence each.
std::vector<std::string> start_notices(const preflight::plan& made, const asked_for& of);

}  // namespace segue::rehearsal
