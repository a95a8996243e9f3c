#pragma once

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

namespace segue::servers {

/// A lock wait whose message tells who holds the lock already.
struct explained_lock_wait : error {
    using error::error;
};

/// A failure of the start: one that waited in vain for a lock, as a failed check that tells who
/// holds it and what to do; any other as it is. The session is the one that waited.
error start_failure(const error& failure, db::session& session, const table_name& original);

}  // namespace segue::servers
