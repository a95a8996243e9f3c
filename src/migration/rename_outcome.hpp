#pragma once

#include "src/db/session_factory.hpp"
#include "src/migration/checkpoint_table.hpp"
#include "src/migration/inspection.hpp"

#include <cstdint>

namespace segue::migration {

/// After the connection was lost in RENAME TABLE: whether the names were swapped. Takes the
/// migration over from the lost connection, which waits until that is gone, and looks which tables
/// there are. Not to be stopped: the answer is needed, and the tries are bounded.
/// Throws segue::error with outcome_unknown() when it cannot be found out.
bool was_swapped(db::session_factory& sessions, const plan& migration,
                 const checkpoint_table& checkpoint, std::uint64_t lost_connection);

}  // namespace segue::migration
