#pragma once

#include "src/base/error.hpp"

namespace segue::db {

/// The failure of a session on a server with read_only, with the number (1290) that the server
/// would give a write, so that it is waited for in the same way. Meant also for an account that the
/// server does not stop (CONNECTION_ADMIN, SUPER): after a failover read_only is all that tells
/// that this is the primary no more.
error read_only_failure();

}  // namespace segue::db
