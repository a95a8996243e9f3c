#pragma once

#include "binlog/stream.hpp"
#include "src/db/session.hpp"
#include "src/servers/server_roles.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace segue::servers {

/// Why a stream that has come to `position` cannot be taken up there, a part of a sentence;
/// nullopt: it can. `server_uuid`: of the server whose log it is a place in. `primary`: a session
/// on the primary. Throws as sessions do.
/// https://dev.mysql.com/doc/refman/8.4/en/show-binary-logs.html
/// https://dev.mysql.com/doc/refman/8.4/en/replication-options-gtids.html
std::optional<std::string> why_not_read_from(const server_roles& roles, db::session& primary,
                                             const binlog::stream_position& position,
                                             const std::string& server_uuid);

/// That the log from which a stream is taken up again may be purged within a day, one sentence;
/// nullopt: it is kept for longer. Throws as sessions do.
/// https://dev.mysql.com/doc/refman/8.4/en/replication-options-binary-log.html
std::optional<std::string> why_log_may_not_last(const server_roles& roles, db::session& primary);

/// That the place stands in the oldest file of the binary log, which is the next one to be purged,
/// one sentence; nullopt: it does not, or there is no other file. Needs REPLICATION SLAVE with
/// GTIDs. Throws as sessions do.
/// https://dev.mysql.com/doc/refman/8.4/en/show-binlog-events.html
std::optional<std::string> why_place_may_be_purged(const server_roles& roles, db::session& primary,
                                                   const binlog::stream_position& place);

/// Transactions of the primary's own that `replica` has and `primary` has not, as a GTID set: it
/// has lost the end of its binary log, and will issue these GTIDs again. Empty: there are none, or
/// gtid_mode is not ON. Throws as sessions do.
/// https://dev.mysql.com/doc/refman/8.4/en/replication-options-binary-log.html#sysvar_sync_binlog
std::string transactions_lost_by(db::session& primary, db::session& replica);

/// Tells once when the place comes to stand in the oldest file of the log, and again when it has
/// been in a later one meanwhile. Threads: one. Lifetime: `roles` outlives it.
class log_place_watch {
  public:
    using tell_function = std::function<void(const std::string&)>;
    log_place_watch(const server_roles& roles, tell_function tell)
        : roles_(roles), tell_(std::move(tell)) {}

    /// Asks the server that the stream comes from. A look that fails tells nothing.
    void look(db::session& primary, const binlog::stream_position& place);

  private:
    const server_roles& roles_;
    const tell_function tell_;
    bool told_ = false;
};

}  // namespace segue::servers
