#pragma once

#include "src/db/session_factory.hpp"
#include "src/swap/rename_outcome.hpp"

#include <stop_token>

namespace segue::swap {

/// Ends a lost connection, whose request for a lock would stay queued in the server, with all that
/// queue up behind it, and waits for seconds at most until it is gone from the processlist. False:
/// it is not known to be gone. Throws segue::error, `stopped`.
/// https://dev.mysql.com/doc/refman/8.4/en/kill.html
bool end_lost_connection(db::session& by, const lost_connection& lost, std::stop_token stop);

}  // namespace segue::swap
