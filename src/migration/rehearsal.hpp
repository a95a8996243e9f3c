#pragma once

#include "src/migration/run_state.hpp"

#include <stop_token>

namespace segue::migration {

/// Inspects on a table that it drops again, and tells the plan and what a run that started now
/// would meet. Blocks. Throws as migration::rehearse().
void rehearse(run_state& of, std::stop_token stop);

}  // namespace segue::migration
