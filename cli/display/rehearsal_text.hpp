#pragma once

#include "src/migration/settings.hpp"

#include <string>
#include <vector>

namespace segue::display {

/// What a rehearsal prints: the columns, the key, the size, the new table, the steps that a run
/// would take, and what it would meet. Pure.
std::string rehearsal_text(const preflight::plan& made, const migration::settings& with,
                           const std::vector<std::string>& warnings);

}  // namespace segue::display
