#pragma once

#include "src/split/plan.hpp"
#include "src/split/progress.hpp"

namespace segue::split {

/// Writes the first ten rows that match to a table like the target, which is made for a moment, and
/// reads them there; and counts among the first rows how many match. Throws segue::error with a
/// refusal where the server refuses one of them. Blocks.
trial try_rows(const inspected_at& at, const plan& made);

}  // namespace segue::split
