#pragma once

#include "src/db/session.hpp"
#include "src/wire/connection_options.hpp"
#include "src/wire/server_patience.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace segue::db {

/// What a session is for; each has its own bounds. A connection that is cut without a word is
/// noticed by the read timeout on our side and by wait_timeout on the server's, where it may hold
/// locks until then.
enum class session_role {
    work,     ///< Chunks, flushes, bounds: 10 minutes to answer; ended when idle for two.
    patient,  ///< Statements that read or drop a whole table: an hour to answer.
    beat,     ///< Commits of one row: a minute to answer, or connection_options' read timeout if
              ///< that is more; ended when idle for two.
    control   ///< Short statements: the read timeout of connection_options.
};

/// How long an answer may take.
std::chrono::milliseconds answer_timeout(session_role role,
                                         const wire::connection_options& options) noexcept;

class live_sessions;

/// Makes sessions to one server.
/// Lifecycle: made once, before threads; the first session fixes which server it is.
/// Threads: connect() and kill_query() may be called from any thread.
/// Errors: segue::error; a server with another @@server_uuid than the first one is an error that is
/// not retryable (a failover or a proxy stands between).
class session_factory {
  public:
    /// `patience`: how long whoever retries on these sessions waits for the server; nullptr: ten
    /// minutes, told by a log line.
    explicit session_factory(wire::connection_options options,
                             std::shared_ptr<wire::server_patience> patience = nullptr);

    /// `look` is called with each session that is made from now on, before anybody else has it;
    /// what it throws is what connect() throws. Before threads; nullptr: nobody looks.
    void look_at_each(std::function<void(session&)> look) { look_ = std::move(look); }

    /// The default schema of each session that is made from now on, which DATABASE() gives in a
    /// column's DEFAULT; none where the server has no such schema, or shows none to the account.
    /// Before threads.
    void use_schema(std::string name) { schema_ = std::move(name); }

    /// Another factory of the same sessions, on the same server, that nobody looks at.
    session_factory unwatched() const { return session_factory(*this, unwatched_tag{}); }

    /// Opens a session with every setting of session_settings(). Where TLS is asked for, the
    /// server's greeting is looked at before any password is sent.
    /// `answer_at_least`: an answer may take that long, whatever the role says.
    session connect(session_role role = session_role::work,
                    std::chrono::milliseconds answer_at_least = std::chrono::milliseconds(0));

    /// Ends the statement that runs on another connection, which stays usable.
    /// https://dev.mysql.com/doc/refman/8.4/en/kill.html
    /// A connection that is already gone is not an error.
    void kill_query(std::uint64_t connection_id);

    /// KILL QUERY for every session of this factory's that is open, so that threads which were
    /// asked to stop do not wait for their statements to end. Failures are ignored.
    void kill_running_statements() noexcept;

    /// Whether an open session of this factory's has this CONNECTION_ID().
    bool is_ours(std::uint64_t connection_id) const;

    /// Whether a session of this factory's has, or had, this CONNECTION_ID(). (A server that starts
    /// anew counts from the beginning.)
    bool was_ours(std::uint64_t connection_id) const;

    const wire::connection_options& options() const noexcept { return options_; }
    wire::server_patience& patience() const noexcept { return *patience_; }
    /// @@server_uuid of the server; empty before the first connect().
    std::string server_uuid() const;

  private:
    struct unwatched_tag {};
    session_factory(const session_factory& watched, unwatched_tag);

    const wire::connection_options options_;
    const std::shared_ptr<wire::server_patience> patience_;
    const std::shared_ptr<live_sessions> live_;
    std::function<void(session&)> look_;
    std::string schema_;  // empty: none
    mutable std::mutex mutex_;
    std::string server_uuid_;  // guarded by mutex_
    row held_;                 // settings of the first session, and so of all; guarded by mutex_
};

/// The SET statement that every session starts with, to which its wait_timeout is added. All that a
/// server-wide setting could change under us is set explicitly: a sql_select_limit alone would make
/// rows seem absent. What a server-wide sql_mode makes of expressions and values is kept, as ALTER
/// TABLE would do it.
std::string_view session_settings();

/// What of a session with these settings decides how values are converted, as the server that it is
/// of has it: a line for each variable. Equal texts: alike. Throws as a session does.
std::string conversion_settings(session& of);

/// The time-outs that Connector/C++ takes have whole seconds; at least one.
int whole_seconds(std::chrono::milliseconds duration) noexcept;

}  // namespace segue::db
