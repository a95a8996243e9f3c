#pragma once

#include "src/base/refusal.hpp"
#include "src/migration/run_state.hpp"

#include <optional>
#include <stop_token>

namespace segue::migration {

/// Looks at the data of a migration that begins, and has not copied a row: what the new table would
/// refuse, in the operator's words; nullopt where nothing was found, and then what was looked at is
/// told. One that goes on with an earlier run does not look: a part of the rows is copied.
/// `made.target` is there, and empty. Blocks for --preflight-data-check at most; throws `stopped`.
std::optional<refusal> refused_by_data(run_state& of, const preflight::plan& made,
                                       std::stop_token stop);

}  // namespace segue::migration
