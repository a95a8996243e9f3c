#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/db/session.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace segue::preflight {

/// What a run that died right after RENAME TABLE had still to do about foreign keys is done: the
/// old table loses its own, and the table's get the names that these had. Nothing where no such run
/// can be seen: its state tells of foreign keys, and the new table is gone.
/// Returns what was done, or could not be, one sentence each. Waits, for seconds, for those who
/// hold the tables, and then for a second at most behind them. Throws segue::error, and `stopped`.
std::vector<std::string> finish_swap_of_before(db::session& session, const table_name& original,
                                               const table_naming& naming,
                                               const std::stop_token& stop);

}  // namespace segue::preflight
