#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/carry/engine_settings.hpp"
#include "src/db/session.hpp"
#include "src/wire/connection_options.hpp"

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::rehearsal {

/// What a run that is started now would meet beside its tables.
struct findings {
    std::vector<refusal> refusals;      ///< What would end it.
    std::vector<std::string> warnings;  ///< What would hold it up. One sentence each.
};

/// Files by which a run is steered, beside those that throttle it. Empty: none.
struct flag_files {
    std::string postpone;  ///< --postpone-cut-over-flag-file
    std::string panic;     ///< --panic-flag-file
};

/// What a run would meet of flag files, of the load of the primary, and of what else throttles it.
/// Throws segue::error.
findings look_at_surroundings(db::session& primary, const carry::engine_settings& with,
                              const flag_files& files);

/// A warning for each of the replicas that cannot be read, that is the primary itself, or to which
/// `probe`, a table that was just made on the primary, does not come within `lag_max`, 2 s at
/// least. Throws `stopped`.
std::vector<std::string> look_at_replicas(const std::vector<wire::connection_options>& replicas,
                                          const std::string& primary_uuid,
                                          std::chrono::milliseconds lag_max,
                                          const table_name& probe, std::stop_token stop);

}  // namespace segue::rehearsal
