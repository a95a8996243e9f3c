#pragma once

#include "src/migration/settings.hpp"

#include <string>
#include <vector>

namespace segue::migration {

/// What the operator has to know at the start, beside slow_rename(): what a flag cannot do for want
/// of rights, and what is done otherwise than usually. One sentence each.
std::vector<std::string> start_notices(const preflight::plan& made, const settings& with);

}  // namespace segue::migration
