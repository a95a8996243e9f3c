#pragma once

#include "src/base/error.hpp"
#include "src/db/session.hpp"

#include <string>

namespace segue::servers {

/// Why a table that is written on the primary is not on this server: what the server says of
/// replication that stands still, or what to look at. Whole sentences. Throws segue::error.
std::string why_not_replicated(db::session& replica);

/// The statement that lets the session's account read tables of the schema; empty where it may.
/// Throws segue::error.
std::string grant_to_read(db::session& replica, const std::string& schema);

/// What an operator does about the failure to read a table of the schema on a replica: whole
/// sentences, empty where the failure says it all. `failure` is the server's. Throws segue::error.
std::string what_helps_to_read(db::session& replica, const std::string& schema,
                               const error& failure);

}  // namespace segue::servers
