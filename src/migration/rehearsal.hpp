#pragma once

#include "src/migration/run_state.hpp"

#include <stop_token>

namespace segue::migration {

/// As migration::rehearse().
void rehearse(run_state& of, std::stop_token stop);

}  // namespace segue::migration
