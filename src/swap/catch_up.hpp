#pragma once

#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/router.hpp"
#include "src/changes/table_feed.hpp"
#include "src/db/session.hpp"
#include "src/rows/row_writer.hpp"
#include "src/swap/stall_budget.hpp"
#include "src/swap/watchdog.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

/// How the target comes to be equal to a source that is locked. docs/cut-over.md.
namespace segue::swap {

/// What that works with, and does not own.
struct caught_up_with {
    const rows::row_writer& writer;
    changes::barrier& barrier;
    changes::router& router;
    changes::table_feed& feed;
    changes::change_set& changes;
    std::chrono::milliseconds stall_budget;
    /// The stream comes from a replica, by GTIDs: that one that does not keep the order of commits
    /// is noticed by them.
    bool from_replica_by_gtids = false;
};

// Of both: words are why it cannot be done now; nullopt: it is done.

/// Waits, for seconds, until few changes are left for the flush under the lock, a marker was
/// written, and the stream has come to it. Throws segue::error, `stopped`.
std::optional<std::string> drain(const caught_up_with& with, std::stop_token stop);

/// With source, target and state locked by `locker`, a session with autocommit=0: reads the stream
/// to a marker that is committed behind the lock, and carries over the rest, committed. Throws
/// segue::error, and `stopped` when the budget is spent.
std::optional<std::string> catch_up_under_lock(const caught_up_with& with, db::session& locker,
                                               const watchdog& timer, const stall_budget& budget);

}  // namespace segue::swap
