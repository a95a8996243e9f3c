#pragma once

#include "src/db/session.hpp"

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace segue::servers {

/// The moment at which the session's server was started: the same text as long as it lives, also
/// where its clock is set. Blocks; throws segue::error.
std::string up_since(db::session& session);

/// Whether what the primary answers outlives its restarts. Where innodb_flush_log_at_trx_commit or
/// sync_binlog is not 1, a crash of mysqld or of its machine takes back rows that were answered as
/// committed, and may give a GTID to a second transaction; both can be set at any time.
///
/// A session cannot outlive its server, so a restart shows in the next session that is made: by the
/// moment at which its server was started. Nothing is written, and no name swapped, in a session
/// that was not looked at.
/// Threads: any. Errors: segue::error.
class durability {
  public:
    using tell_function = std::function<void(const std::string&)>;
    /// `tell` is called by whoever looks.
    explicit durability(tell_function tell) : tell_(std::move(tell)) {}

    /// To be called with each new session. Throws when its server was restarted and this migration
    /// cannot go on, since a setting was not 1 at one of the looks before; so does each look from
    /// then on.
    void look_at_new(db::session& session);
    /// To be called with each marker and heartbeat: notes what the two settings are now. Throws as
    /// look_at_new() once the migration cannot go on.
    void look_at_settings(db::session& session);

    /// Whether a restart may have taken back what was answered: what the database says now is true,
    /// and nothing else.
    bool may_have_lost() const;
    /// How many restarts of the primary were noticed.
    unsigned restarts() const;

  private:
    struct settings {
        std::string flush_log;    ///< innodb_flush_log_at_trx_commit
        std::string sync_binlog;  ///< the same name
        bool durable() const { return flush_log == "1" && sync_binlog == "1"; }
        std::string text() const;
        bool operator==(const settings&) const = default;
    };
    void note(const settings& now);
    void throw_if_lost() const;  ///< Precondition: mutex_ is held.
    void note_start(const std::string& started, const std::string& when);

    const tell_function tell_;
    mutable std::mutex mutex_;
    // Guarded by mutex_:
    std::set<std::string> starts_;  ///< Moments at which the server was started.
    unsigned restarts_ = 0;
    settings last_;
    settings weakest_;  ///< The last values that were not both 1; none while there were none.
    std::string lost_;  ///< Why the migration cannot go on; empty while it can.
};

}  // namespace segue::servers
