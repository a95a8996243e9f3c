#pragma once

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"
#include "src/servers/server_facts.hpp"
#include "src/swap/lost_connection.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::swap {

/// What came of one attempt.
struct ddl_attempt {
    bool done = false;
    std::string why_not;                  ///< Empty when it is done.
    std::optional<error> failed;          ///< Unset where the statement was not sent, or is done.
    lost_connection by;                   ///< Whose connection sent it.
    std::chrono::milliseconds waited{0};  ///< From the request to the answer.
};

/// Where a statement that needs the lock of a whole table is made.
struct ddl_place {
    db::session_factory& sessions;
    const servers::server_facts& server;  ///< Whether locks are seen.
    const migration_tables& tables;       ///< Of which the original is meant.
    std::chrono::milliseconds length;     ///< The stall budget.
};

/// A statement that takes the lock of a whole table for a moment, made once: it is not sent while
/// somebody holds the table for long, and it is interrupted when the stall budget is spent.
/// `about_to_send` is called before. Threads: one, and a watchdog. Throws segue::error of the
/// sessions but for the statement's own, which the attempt has; `stopped`.
ddl_attempt attempt_ddl(const ddl_place& at, const std::string& text,
                        const std::function<void()>& about_to_send, const std::stop_token& stop);

/// Whether the attempt failed for who holds the table, so that a later one may pass.
bool may_pass_later(const ddl_attempt& one);

}  // namespace segue::swap
