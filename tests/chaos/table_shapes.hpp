#pragma once

#include "tests/chaos/draw.hpp"
#include "tests/chaos/plan.hpp"

#include <string_view>

namespace segue::chaos {

/// One of plan::set_up: only the writers keep the column's values unique then.
inline constexpr std::string_view hide_unique_index = "ALTER TABLE {} DROP INDEX code";

/// Chooses the table, its rows, what the ALTER makes of it, and who writes it.
void choose_table(plan& made, draw& random);
void choose_alter(plan& made, draw& random);
void choose_writers(plan& made, draw& random);

}  // namespace segue::chaos
