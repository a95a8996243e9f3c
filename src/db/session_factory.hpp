#pragma once

#include "src/db/session.hpp"
#include "src/wire/connection_options.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace segue::db {

/// What a session is for; each has its own bounds.
enum class session_role {
    work,    ///< Statements of ours that may run for long: read timeout of an hour.
    control  ///< Short statements: read timeout of connection_options.
};

class live_sessions;

/// Makes sessions to one server.
/// Lifecycle: made once, before threads; the first session fixes which server it is.
/// Threads: connect() and kill_query() may be called from any thread.
/// Errors: segue::error; a server with another @@server_uuid than the first one is an error that is
/// not retryable (a failover or a proxy stands between).
class session_factory {
  public:
    explicit session_factory(wire::connection_options options);

    /// Opens a session with every setting of session_settings(). Where TLS is asked for, the
    /// server's greeting is looked at before any password is sent.
    session connect(session_role role = session_role::work);

    /// Ends the statement that runs on another connection, which stays usable.
    /// https://dev.mysql.com/doc/refman/8.4/en/kill.html
    /// A connection that is already gone is not an error.
    void kill_query(std::uint64_t connection_id);

    /// KILL QUERY for every session of this factory's that is open, so that threads which were
    /// asked to stop do not wait for their statements to end. Failures are ignored.
    void kill_running_statements() noexcept;

    /// Whether an open session of this factory's has this CONNECTION_ID().
    bool is_ours(std::uint64_t connection_id) const;

    const wire::connection_options& options() const noexcept { return options_; }
    /// @@server_uuid of the server; empty before the first connect().
    std::string server_uuid() const;

  private:
    const wire::connection_options options_;
    const std::shared_ptr<live_sessions> live_;
    mutable std::mutex mutex_;
    std::string server_uuid_;  // guarded by mutex_
    std::string time_zone_;    // of the first session, and so of all; guarded by mutex_
    std::string sql_mode_;     // the same
};

/// The SET statement that every session starts with. All that a server-wide setting could change
/// under us is set explicitly: a sql_select_limit alone would make rows seem absent. What a
/// server-wide sql_mode makes of expressions and values is kept, as ALTER TABLE would do it.
std::string_view session_settings();

/// The time-outs that Connector/C++ takes have whole seconds; at least one.
int whole_seconds(std::chrono::milliseconds duration) noexcept;

}  // namespace segue::db
