#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/servers/server_roles.hpp"
#include "src/tables/saved_state.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

/// What the heartbeat's row tells of a primary that has lost transactions which somebody has read
/// from a log already, and may give their GTIDs to others. docs/decisions/0012.
namespace segue::carry {

/// Looks, after each restart of the primary, whether it still has the heartbeat that it had
/// answered, or that the stream had brought, before. A server that was set up again from a copy of
/// its data has not, whatever its settings are. Threads: any.
class heartbeat_evidence {
  public:
    using moment = std::chrono::system_clock::time_point;

    /// To be called with each new session, before anybody has it, so that nothing is written behind
    /// a loss. `restarts`: how many were noticed so far. `seen`: the newest heartbeat that was
    /// answered or read. Throws segue::error where the changelog's row is older than what was seen
    /// when the restart was noticed.
    void look(db::session& session, const table_name& changelog, unsigned restarts,
              std::optional<moment> seen);

  private:
    std::mutex mutex_;
    // Guarded by mutex_:
    unsigned noticed_ = 0;
    unsigned proven_ = 0;         ///< Restarts behind which the row was there.
    std::optional<moment> seen_;  ///< When the last one was noticed.
};

/// Why the binary log of the replica cannot be gone on with, a part of a sentence; nullopt: it can,
/// or the stream comes from the primary. The replica has transactions of the primary's that the
/// primary has lost: by their GTIDs, or, where it has issued these again, by the heartbeat. Changes
/// under the same GTIDs never come to the replica. A primary that took over from another one lacks
/// what that one had written, and numbers what it writes itself. Precondition: no run is at work.
/// Throws as sessions do.
std::optional<std::string> why_replica_is_ahead(const servers::server_roles& roles,
                                                db::session& primary,
                                                const migration_tables& tables);

/// Why a stream cannot be taken up where an earlier run of these tables stopped, a part of a
/// sentence; nullopt: it can: its place is in the log still, and nothing of it was lost.
/// Precondition: no run is at work. Throws as sessions do.
std::optional<std::string> why_not_taken_up(const servers::server_roles& roles,
                                            db::session& primary, const migration_tables& tables,
                                            const tables::resume_point& from);

/// Why a run that reads the log on a replica has to compare all rows, a part of a sentence;
/// nullopt: it has not, or the stream comes from the primary. Where the primary was restarted since
/// the state was written it may have been set up again from an older copy, and have written as many
/// transactions as it lost since: under their GTIDs, which the replica has. Throws as sessions do.
std::optional<std::string> why_all_is_to_be_compared(const servers::server_roles& roles,
                                                     db::session& primary,
                                                     const tables::saved_state& left);

}  // namespace segue::carry
