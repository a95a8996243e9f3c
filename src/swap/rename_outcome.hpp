#pragma once

#include "src/db/session_factory.hpp"
#include "src/preflight/plan.hpp"
#include "src/swap/lost_connection.hpp"
#include "src/tables/checkpoint_table.hpp"

namespace segue::swap {

/// Finds out, after the connection was lost in RENAME TABLE, whether the names were swapped. Ends
/// the lost connection, takes the migration over from it (an UPDATE of the owner's row in
/// `_<t>_ghk`, which waits until that is gone), and looks which tables there are. Blocks, and is
/// not to be stopped: the answer is needed, and the tries are bounded. Throws segue::error when it
/// cannot be found out.
bool take_over_and_look_whether_swapped(db::session_factory& sessions,
                                        const preflight::plan& migration,
                                        const tables::checkpoint_table& checkpoint,
                                        const lost_connection& lost);

}  // namespace segue::swap
