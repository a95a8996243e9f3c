#pragma once

#include "src/swap/rename_forecast.hpp"

#include <optional>
#include <string>

namespace segue::rehearsal {

/// What the operator has to know where RENAME TABLE takes longer than the stall budget leaves to
/// it, by the forecast; nullopt: it fits. `accepted`: by --accept-slow-rename.
std::optional<std::string> slow_rename(const swap::rename_forecast& seen, bool accepted);

}  // namespace segue::rehearsal
