#pragma once

#include "src/db/session_factory.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

namespace segue::migration {

/// A session for operations that may be repeated as a whole: after a deadlock, a lock wait that
/// timed out, or a lost connection the operation is tried again, with a growing pause between.
/// Threads: one.
class retrying_session {
  public:
    /// `failures_max`: after so many failures in a row the last one is thrown.
    retrying_session(db::session_factory& sessions, unsigned failures_max)
        : sessions_(sessions), failures_max_(failures_max) {}

    /// Runs `operation` until it returns. Before each new try whatever the session had begun is
    /// rolled back. Throws `stopped`, or the error that is not retryable, or the last one.
    void run(std::string_view what, std::stop_token stop,
             const std::function<void(db::session&)>& operation);

    /// The session, connected where it was not. Throws segue::error.
    db::session& connected();

    /// Rolls back what was begun; forgets the session if even that fails.
    void roll_back() noexcept;

  private:
    db::session_factory& sessions_;
    const unsigned failures_max_;
    std::optional<db::session> session_;
};

/// The pause before the n-th try in a row, n from 1: 20 ms, doubling up to 2 s.
std::chrono::milliseconds back_off(unsigned failures) noexcept;

}  // namespace segue::migration
