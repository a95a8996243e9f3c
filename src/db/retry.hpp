#pragma once

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/db/session_factory.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace segue::db {

/// What a lock held by somebody else means: a deadlock (1213) or a lock wait that timed out (1205).
enum class lock_conflicts {
    outlasted,  ///< They are retried for as long as they come, and told; they end nothing.
    failures    ///< They are failures like any other, so that the tries are bounded.
};

/// How many failures in a row of one operation are tried again, where nobody says how many
/// (--default-retries).
inline constexpr unsigned default_failures_max = 60;

/// How often locks of others, from 1 on, stood in the way of an operation, in words.
std::string outlasted_text(unsigned conflicts);

/// The failures in a row of one operation. Pure.
class retry_count {
  public:
    retry_count(unsigned failures_max, lock_conflicts are)
        : failures_max_(failures_max), conflicts_(are) {}

    /// Counts a failure. False: it ends the operation.
    bool goes_on_after(const error& failure) noexcept;
    /// How long to wait before the next try.
    std::chrono::milliseconds pause() const noexcept;
    /// Lock conflicts that were outlasted; what else counts is in failures().
    unsigned outlasted() const noexcept { return outlasted_; }
    unsigned failures() const noexcept { return failures_; }

  private:
    const unsigned failures_max_;
    const lock_conflicts conflicts_;
    unsigned failures_ = 0;
    unsigned outlasted_ = 0;
};

/// A session for operations that may be repeated as a whole: unless it is known that this would be
/// in vain, the operation is tried again, with a growing pause between. What passes by itself is
/// waited for with the factory's patience; what may pass or not is counted. The first retry of a
/// kind is told, and then some of those that follow, so that no run is silent that gets nowhere.
/// Threads: one.
class retrying_session {
  public:
    /// `failures_max`: so many failures in a row of one operation are retried; the next one is
    /// thrown. Each operation begins to count anew.
    retrying_session(db::session_factory& sessions, unsigned failures_max, lock_conflicts are,
                     db::session_role role = db::session_role::work,
                     const clock_source& clock = machine_clock())
        : sessions_(sessions),
          failures_max_(failures_max),
          conflicts_(are),
          role_(role),
          clock_(clock) {}

    /// An operation that comes after a longer pause gets a new session, as the server, or what lies
    /// between, may have ended the old one.
    static constexpr std::chrono::seconds idle_max{60};

    /// Runs `operation` until it returns. Before each new try whatever the session had begun is
    /// rolled back. Blocks for as long as it takes; `stop` ends it between two tries and while the
    /// server is not to be found, a KILL QUERY from another session within one. Throws `stopped`,
    /// or the error that is not retryable, or the last one.
    void run(std::string_view what, std::stop_token stop,
             const std::function<void(db::session&)>& operation);

  private:
    /// The session, connected where it was not. Throws segue::error.
    db::session& connected();

    /// Throws segue::error where a new session is needed and the server is not there, or `stopped`.
    void find_server(std::stop_token stop) const;

    /// Returns when it is to be tried again.
    void tell_or_throw(retry_count& count, const error& failure, std::string_view what) const;

    /// Rolls back what was begun; forgets the session if even that fails.
    void roll_back() noexcept;

    db::session_factory& sessions_;
    const unsigned failures_max_;
    const lock_conflicts conflicts_;
    const db::session_role role_;
    const clock_source& clock_;
    std::optional<db::session> session_;
    clock_source::time_point used_{};  ///< When an operation last ended.
};

/// Whether the failure is a deadlock (1213) or a lock wait that timed out (1205).
bool is_conflict(const error& failure) noexcept;

/// Whether the rows that were written may be what the server's error is about: not if it is about a
/// connection, the server's condition, a lock, a table or a right.
bool may_be_the_rows(const error& failure) noexcept;

/// Whether a transaction was refused because it is too large as a whole, so that smaller ones may
/// pass: for the binary log's cache (1197), for the locks it takes (1206), or by group replication,
/// which tells it as a hook that failed (3100).
bool is_too_large(const error& failure) noexcept;

/// The pause before the n-th try in a row, n from 1: 20 ms, doubling up to 2 s.
std::chrono::milliseconds back_off(unsigned failures) noexcept;

}  // namespace segue::db
