#pragma once

#include "src/migration/settings.hpp"
#include "src/swap/rename_forecast.hpp"

#include <optional>
#include <string>

namespace segue::migration {

/// What the operator has to know where RENAME TABLE takes longer than the stall budget leaves to
/// it, by the forecast; nullopt: it fits.
std::optional<std::string> slow_rename(const swap::rename_forecast& seen, const settings& with);
/// What the operator has to know of RENAME TABLE at the start, by the time that was measured for
/// the plan; nullopt: it fits the stall budget.
std::optional<std::string> slow_rename(const preflight::plan& made, const settings& with);

}  // namespace segue::migration
