#pragma once

#include "src/split/plan.hpp"

/// What an earlier run left of a split into this target.
namespace segue::split {

/// Notes in the plan where the run begins, and with what. Throws segue::error where what is left
/// stands in the way, or the target holds rows that are not of this split. Changes nothing.
void look_at_earlier(const inspected_at& at, plan& made);

/// Why the state, as it is once it is this run's, cannot be gone on with; throws segue::error then.
void throw_if_not_gone_on_with(const inspected_at& at, const plan& made,
                               const tables::saved_state& state);

}  // namespace segue::split
