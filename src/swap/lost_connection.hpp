#pragma once

#include "src/db/session.hpp"

#include <chrono>
#include <cstdint>
#include <stop_token>

/// A connection of ours that was lost while the server may have it still: what it asked for stays
/// queued there, and what it holds stays held.
namespace segue::swap {

/// What is known of such a connection.
struct lost_connection {
    std::uint64_t id = 0;                           ///< As CONNECTION_ID() gave it.
    std::chrono::steady_clock::time_point since{};  ///< The connection was there at that moment.
};

/// Ends a lost connection, whose request for a lock would stay queued in the server, with all that
/// queue up behind it, and waits for seconds at most until it is gone from the processlist. False:
/// it is not known to be gone. Throws segue::error, `stopped`.
/// https://dev.mysql.com/doc/refman/8.4/en/kill.html
bool end_lost_connection(db::session& by, const lost_connection& lost, std::stop_token stop);

/// Whether the server was started after the moment, give or take a second. Numbers of connections
/// begin anew then, and a lost one's may be somebody else's. Throws segue::error.
bool restarted_since(db::session& session, std::chrono::steady_clock::time_point moment);

/// Ends a connection of the server by its number; one that is gone is not an error. Throws
/// segue::error.
/// https://dev.mysql.com/doc/refman/8.4/en/kill.html
void kill_connection(db::session& by, std::uint64_t connection);

}  // namespace segue::swap
