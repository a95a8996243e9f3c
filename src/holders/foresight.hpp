#pragma once

#include "src/db/session_factory.hpp"
#include "src/holders/old_snapshots.hpp"
#include "src/servers/blockers.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::holders {

/// Looks, before the cut-over asks for its lock, whether that would be in vain: a pending lock
/// request blocks every query behind it, and a transaction that has read the table and writes it
/// afterwards would be a deadlock victim.
/// Lifetime: all that it is given outlives it. Threads: one. Errors: segue::error, `stopped`.
class foresight {
  public:
    struct limits {
        std::chrono::milliseconds long_held{50};  ///< What is held this long is waited for.
        std::chrono::milliseconds patience{2'000};
    };
    foresight(db::session& session, const db::session_factory& ours,
              const servers::server_facts& server, const migration_tables& tables,
              const std::vector<servers::locked_table>& beside, limits within)
        : session_(session),
          ours_(ours),
          server_(server),
          tables_(tables),
          beside_(beside),
          within_(within) {}

    /// Waits for a moment at which nobody holds for long what the lock or the swap needs. Empty
    /// then; else, when patience ends first, who does.
    std::vector<servers::blocker> wait_for_no_blockers(std::stop_token stop);

    /// Waits for a moment without old snapshots that are not about to end by themselves.
    std::vector<old_snapshot> wait_for_no_old_snapshot(
        snapshot_lookout& lookout,
        const std::function<std::chrono::steady_clock::time_point()>& written,
        std::stop_token stop);

  private:
    db::session& session_;
    const db::session_factory& ours_;
    const servers::server_facts& server_;
    const migration_tables& tables_;
    const std::vector<servers::locked_table>& beside_;
    const limits within_;
};

}  // namespace segue::holders
