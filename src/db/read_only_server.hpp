#pragma once

#include "src/base/error.hpp"

namespace segue::db {

/// read_only, also for an account that the server does not stop (CONNECTION_ADMIN, SUPER): after a
/// failover it is all that tells that this is the primary no more. What the server would say of a
/// write, so that it is waited for in the same way.
error read_only_failure();

}  // namespace segue::db
