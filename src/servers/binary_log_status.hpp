#pragma once

#include "binlog/gtid_set.hpp"
#include "binlog/stream.hpp"
#include "src/db/session.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace segue::servers {

/// What SHOW BINARY LOG STATUS says.
/// https://dev.mysql.com/doc/refman/8.4/en/show-binary-log-status.html
struct binary_log_status {
    std::string file = {};
    std::uint64_t offset = 0;
    std::vector<std::string> only_schemas = {};     ///< --binlog-do-db; empty: all.
    std::vector<std::string> without_schemas = {};  ///< --binlog-ignore-db; empty: none.

    /// Whether row changes of the schema are left out of the log.
    /// https://dev.mysql.com/doc/refman/8.4/en/replication-rules-db-options.html
    bool leaves_out(const std::string& schema, bool names_fold_case) const;
};

/// Asks the server. Needs REPLICATION CLIENT. Throws segue::error, also when the server writes no
/// binary log.
binary_log_status read_binary_log_status(db::session& session);

/// The transactions in gtid_executed. Throws segue::error.
/// https://dev.mysql.com/doc/refman/8.4/en/replication-options-gtids.html
binlog::gtid_set read_executed_transactions(db::session& session);

/// Where the binary log ends now: a GTID set if `gtids`, else file and offset. Throws segue::error.
binlog::stream_position read_end_of_log(db::session& session, bool gtids);

}  // namespace segue::servers
