#pragma once

#include "tests/chaos/draw.hpp"
#include "tests/chaos/plan.hpp"

namespace segue::chaos {

/// Chooses the faults, in the order in which they may come; all else of the plan is there.
void choose_faults(plan& made, draw& random);

}  // namespace segue::chaos
