#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"
#include "src/servers/server_facts.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::holders {

/// A transaction of somebody else that is open, and may have a snapshot from before a moment.
struct old_snapshot {
    std::uint64_t connection = 0;
    std::string event;  ///< Which transaction of the connection; empty where that cannot be seen.
    std::optional<std::chrono::milliseconds> age;
    std::string who;  ///< user@host, or empty.
};

/// "the transaction of connection 12 (app@host), open for 34 s, has a snapshot ...", for the first
/// of them, and how many more there are. Precondition: there is one.
std::string describe(const std::vector<old_snapshot>& found);

/// Looks for transactions that would see the new table as it was before it was complete: those at
/// REPEATABLE READ or SERIALIZABLE, longer than one statement, that may have taken their snapshot
/// before the target was last written, and that read the table for the first time after the swap.
/// The server gives them no error, as it does after ALTER TABLE (1412).
///
/// What cannot be told counts as old. Transactions at READ COMMITTED or below, and single
/// statements, take a new snapshot for what they read after the swap; one that has only written or
/// only locked has none yet. With PROCESS all of that can be seen; without it
/// performance_schema shows open transactions, each of which counts; without either nothing is
/// seen.
///
/// Lifecycle: any number of looks on one session, on which nothing else is begun.
/// Threads: one. Errors: segue::error.
class snapshot_lookout {
  public:
    /// `tables`: a look begins to write to the changelog, without a trace. All that is given
    /// outlives this.
    snapshot_lookout(db::session& session, const db::session_factory& ours,
                     const servers::server_facts& server, const migration_tables& tables);

    /// Looks for those whose snapshot may be from before `written`, a time of this process.
    /// Precondition: that write was answered by then.
    std::vector<old_snapshot> look(std::chrono::steady_clock::time_point written);

    /// Those of `found` that have not ended since.
    std::vector<old_snapshot> still_open(const std::vector<old_snapshot>& found);

    /// information_schema.INNODB_TRX shows nothing new within 100 ms of being read; waits until
    /// the last look was that long ago. Throws `stopped`.
    void wait_until_fresh(std::stop_token stop) const;

  private:
    struct open_transaction {
        bool keeps_snapshot = true;  ///< At REPEATABLE READ or above, and not a single statement.
        std::string event;
        std::optional<std::chrono::microseconds> age;
        std::string who;
    };
    using transactions = std::map<std::uint64_t, open_transaction>;

    std::vector<std::uint64_t> suspects(const transactions& open);
    transactions seen_by_performance_schema();
    std::optional<std::vector<std::uint64_t>> seen_by_innodb();
    std::vector<std::uint64_t> only_begun();
    std::vector<std::uint64_t> without_view(const std::vector<std::uint64_t>& among);

    db::session& session_;
    const db::session_factory& ours_;
    const servers::server_facts& server_;
    const migration_tables& tables_;
    std::uint64_t looks_ = 0;
    std::chrono::steady_clock::time_point last_look_{};
};

}  // namespace segue::holders
