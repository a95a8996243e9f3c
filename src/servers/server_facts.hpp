#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace segue::servers {

/// What the server is and lets us see; read once, before anything is made.
struct server_facts {
    std::string version;
    std::string uuid;
    std::string host;          ///< As the server names itself, with its port.
    std::string account = {};  ///< Which we are logged in as, as GRANT takes it.
    bool logs = true;          ///< log_bin
    bool gtids = false;
    bool order_commits = true;       ///< binlog_order_commits
    bool image_is_minimal = false;   ///< binlog_row_image is not FULL.
    bool names_fold_case = false;    ///< lower_case_table_names is not 0.
    bool concurrent_inserts = true;  ///< innodb_autoinc_lock_mode is 2.
    std::uint64_t packet_bytes_max = 0;
    bool sees_locks = false;       ///< performance_schema.metadata_locks is filled and readable.
    bool sees_xa_holders = false;  ///< Which prepared XA transactions hold which tables.
    bool sees_transaction_events = false;  ///< performance_schema.events_transactions_current.
    bool sees_statement_history = false;   ///< performance_schema.events_statements_history, whole.
    bool ends_connections = false;         ///< CONNECTION_ADMIN: KILL of other accounts' sessions.
    bool sees_transactions = false;        ///< PROCESS: information_schema.INNODB_TRX.
    bool recovers_xa = false;              ///< XA RECOVER
    bool sees_triggers = false;            ///< TRIGGER on the schema.
    /// A replica that is migrated by itself: its being read_only is as it should be.
    bool read_only_is_meant = false;
    /// What is weaker for want of a privilege or a setting, one sentence each.
    std::vector<std::string> weaker;
};

/// What the server is that is to be written to.
enum class server_kind {
    primary,
    replica_by_itself,     ///< What is done there stays there.
    replica_to_be_stopped  ///< The same, and its replication is stopped.
};

/// Reads the facts. `refusals` grows by what makes the server, or the account's privileges on
/// `schema`, unfit. Throws segue::error at once for a server that is no MySQL of 8.0.19 or above.
server_facts read_server(db::session& session, const std::string& schema, server_kind kind,
                         std::vector<refusal>& refusals);

/// "8.0.36-log" as 80036. Throws segue::error for what is no version.
unsigned version_number(const std::string& version);

}  // namespace segue::servers
