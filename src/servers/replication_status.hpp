#pragma once

#include "src/base/refusal.hpp"
#include "src/db/session.hpp"
#include "src/wire/connection_options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace segue::servers {

/// A source that a server replicates from, as SHOW REPLICA STATUS tells.
/// https://dev.mysql.com/doc/refman/8.4/en/show-replica-status.html
struct replication_channel {
    std::string name;  ///< Usually empty.
    wire::endpoint source;
    std::string source_uuid;  ///< Empty until the replica was connected once.
    bool receives = false;    ///< The receiver runs, connected or not.
    bool applies = false;
    std::uint64_t delay_seconds = 0;   ///< SOURCE_DELAY
    std::vector<std::string> filters;  ///< "Replicate_Do_DB=a" for each that is set.
    std::string last_error;            ///< Of the applier; empty: none.
};

/// The channels that a server replicates by, without group replication's own. Empty for a server
/// that is no replica, and where the account may not look (REPLICATION CLIENT). Throws
/// segue::error.
std::vector<replication_channel> replication_channels(db::session& session);

/// What a server that hands the primary's changes on says of itself.
struct relay_facts {
    std::string uuid;
    std::string host;     ///< As the server names itself, with its port.
    std::string version;  ///< As @@version has it.
    bool gtids = false;
    bool image_is_minimal = false;       ///< binlog_row_image is not FULL.
    bool logs_what_it_applies = false;   ///< log_bin and log_replica_updates.
    std::string lower_case_table_names;  ///< As the server prints it.
};
/// Asks the server of the session. Throws segue::error.
relay_facts read_relay(db::session& session);

/// What a replica is there for, which decides what can be done without it.
enum class replica_duty {
    streams,   ///< --host: its binary log is read.
    throttles  ///< --throttle-control-replicas: its lag is.
};

/// Why the replica does not replicate just now, and what to do; nullopt: it does.
std::optional<refusal> not_replicating(db::session& session, const replication_channel& channel,
                                       replica_duty duty);

/// Why the binary log of a replica does not hold every change of the schema, in the primary's
/// order. `gtids`: positions are GTID sets, by which a change that is missing is noticed.
std::vector<refusal> relay_obstacles(db::session& session, const replication_channel& channel,
                                     const std::string& schema, bool gtids);

}  // namespace segue::servers
