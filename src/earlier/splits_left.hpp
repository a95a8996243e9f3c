#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <string>
#include <vector>

namespace segue::earlier {

/// What a split (src/split) has left, or has, of a table: its state, and what stands there.
struct split_left {
    table_name target;
    table_name changelog;
    table_name state;
    std::string asked;    ///< "--from=users --columns=... --where=...": of which source, and how.
    std::string phase;    ///< In which it ended; empty: not known.
    std::string ended;    ///< At which place of the log; empty: it has not come to its end.
    std::string spoiled;  ///< Why nobody goes on with it; empty: somebody may.
};

/// All splits of the table's schema that have it as their source or their target, as far as the
/// account sees their states. Throws as sessions do.
std::vector<split_left> splits_left(db::session& session, const table_name& table);

}  // namespace segue::earlier
