#pragma once

#include "src/db/session_factory.hpp"
#include "src/preflight/inspection.hpp"
#include "src/tables/checkpoint_table.hpp"

#include <chrono>
#include <cstdint>

namespace segue::swap {

struct lost_connection {
    std::uint64_t id = 0;
    std::chrono::steady_clock::time_point since{};  ///< It was there at that moment.
};

/// After the connection was lost in RENAME TABLE: whether the names were swapped. Takes the
/// migration over from the lost connection, which waits until that is gone, and looks which tables
/// there are. Not to be stopped: the answer is needed, and the tries are bounded.
/// Throws segue::error when it cannot be found out.
bool was_swapped(db::session_factory& sessions, const preflight::plan& migration,
                 const tables::checkpoint_table& checkpoint, const lost_connection& lost);

/// Whether the server was started after the moment, give or take a second. Numbers of connections
/// begin anew then, and a lost one's may be somebody else's. Throws segue::error.
bool restarted_since(db::session& session, std::chrono::steady_clock::time_point moment);

/// Ends a connection; one that is gone is not an error. Throws segue::error.
/// https://dev.mysql.com/doc/refman/8.4/en/kill.html
void kill_connection(db::session& by, std::uint64_t connection);

}  // namespace segue::swap
