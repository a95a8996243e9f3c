#pragma once

#include "tests/chaos/draw.hpp"
#include "tests/chaos/plan.hpp"

namespace segue::chaos {

/// Chooses the table, its rows, what the ALTER makes of it, and who writes it.
void choose_table(plan& made, draw& random);
void choose_alter(plan& made, draw& random);
void choose_writers(plan& made, draw& random);

}  // namespace segue::chaos
