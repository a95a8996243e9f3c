#pragma once

#include "cli/display/hint_block.hpp"
#include "src/migration/progress.hpp"

#include <string>

namespace segue::display {

/// One JSON object on one line, without its end: docs/interactive-commands.md has it field by
/// field. `known`: unset until the plan is made.
std::string status_json(const migration::progress& at, const hints* known);

}  // namespace segue::display
