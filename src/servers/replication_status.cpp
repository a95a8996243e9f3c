#include "src/servers/replication_status.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/base/table_name.hpp"
#include "src/servers/binary_log_status.hpp"

#include <map>
#include <string_view>

#include <fmt/format.h>

namespace segue::servers {
namespace {

// SHOW SLAVE STATUS is gone in 8.4, its successor came in 8.0.22.
std::vector<db::named_row> replica_status(db::session& session) {
    try {
        return session.query_named("SHOW REPLICA STATUS");
    } catch (const error& failure) {
        if (failure.mysql_errno() == er::specific_access_denied_error) return {};
        if (failure.mysql_errno() != er::parse_error) throw;
        return session.query_named("SHOW SLAVE STATUS");
    }
}

// A column by its name, or by the one it had before 8.0.22.
std::string column(const db::named_row& of, std::string_view name, std::string_view old_name) {
    auto found = of.find(name);
    if (found == of.end()) found = of.find(old_name);
    if (found == of.end()) throw error(fmt::format("SHOW REPLICA STATUS has no column {}", name));
    return found->second.value_or("");
}
std::string column(const db::named_row& of, std::string_view name) {
    return column(of, name, name);
}

replication_channel channel_of(const db::named_row& told) {
    replication_channel made;
    made.name = column(told, "Channel_Name");
    made.source.host = column(told, "Source_Host", "Master_Host");
    made.source.port = static_cast<std::uint16_t>(
        db::to_uint64(column(told, "Source_Port", "Master_Port"), "Source_Port"));
    made.source_uuid = column(told, "Source_UUID", "Master_UUID");
    made.receives = column(told, "Replica_IO_Running", "Slave_IO_Running") != "No";
    made.applies = column(told, "Replica_SQL_Running", "Slave_SQL_Running") == "Yes";
    made.delay_seconds = db::to_uint64(column(told, "SQL_Delay"), "SQL_Delay");
    made.last_error = column(told, "Last_SQL_Error");
    if (made.last_error.empty()) made.last_error = column(told, "Last_IO_Error");
    for (const std::string_view filter :
         {"Replicate_Do_DB", "Replicate_Ignore_DB", "Replicate_Do_Table", "Replicate_Ignore_Table",
          "Replicate_Wild_Do_Table", "Replicate_Wild_Ignore_Table", "Replicate_Rewrite_DB",
          "Replicate_Ignore_Server_Ids"})
        if (const auto set = column(told, filter); !set.empty())
            made.filters.push_back(fmt::format("{}={}", filter, set));
    return made;
}

// Each also under the name that it had before 8.0.26; the new one counts where both are there.
std::map<std::string, std::string> relay_variables(db::session& session) {
    std::map<std::string, std::string> found;
    for (const db::row& one : session.query(
             R"(SHOW GLOBAL VARIABLES
                WHERE Variable_name IN ('log_bin','gtid_mode','binlog_format','binlog_row_image',
                  'lower_case_table_names','server_uuid','hostname','port','version','sync_binlog',
                  'log_replica_updates','log_slave_updates',
                  'replica_preserve_commit_order','slave_preserve_commit_order',
                  'replica_parallel_workers','slave_parallel_workers',
                  'replica_exec_mode','slave_exec_mode',
                  'replica_skip_errors','slave_skip_errors'))")) {
        std::string name = one[0].value_or("");
        const bool old_name = name.starts_with("slave_") || name == "log_slave_updates";
        if (const auto at = name.find("slave"); old_name) name.replace(at, 5, "replica");
        if (old_name)
            found.try_emplace(name, one[1].value_or(""));
        else
            found[name] = one[1].value_or("");
    }
    return found;
}

std::string named(std::map<std::string, std::string>& variables) {
    return "the replica " + variables["hostname"] + ":" + variables["port"];
}

// replica_parallel_workers can be set while the workers of an earlier value run on.
bool one_worker_runs(db::session& session, const std::string& channel) {
    try {
        const db::value workers = session.query_value(fmt::format(
            R"(SELECT COUNT(*)
               FROM performance_schema.replication_applier_status_by_worker
               WHERE CHANNEL_NAME={})",
            quoted_literal(channel)));
        return db::to_uint64(workers, "COUNT(*)") <= 1;
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return false;
    }
}

}  // namespace

std::vector<replication_channel> replication_channels(db::session& session) {
    std::vector<replication_channel> channels;
    for (const db::named_row& told : replica_status(session))
        if (!column(told, "Channel_Name").starts_with("group_replication_"))
            channels.push_back(channel_of(told));
    return channels;
}

relay_facts read_relay(db::session& session) {
    auto seen = relay_variables(session);
    return {.uuid = seen["server_uuid"],
            .host = seen["hostname"] + ":" + seen["port"],
            .version = seen["version"],
            .gtids = seen["gtid_mode"] == "ON",
            .image_is_minimal = seen["binlog_row_image"] != "FULL",
            .logs_what_it_applies = seen["log_bin"] == "ON" && seen["log_replica_updates"] == "ON",
            .lower_case_table_names = seen["lower_case_table_names"]};
}

std::optional<refusal> not_replicating(db::session& session, const replication_channel& channel,
                                       replica_duty duty) {
    if (channel.receives && channel.applies) return std::nullopt;
    auto seen = relay_variables(session);
    const bool streams = duty == replica_duty::streams;
    const std::string first =
        channel.last_error.empty()
            ? (streams ? "START REPLICA" : "START REPLICA there")
            : "First mend there what the error says, which START REPLICA alone would meet again";
    const std::string_view without =
        !streams ? "leave it out of --throttle-control-replicas."
        : channel.last_error.empty()
            ? "if it is a primary now, RESET REPLICA ALL, or say that it is one with "
              "--assume-master-host."
            : "let --host name the primary or another replica.";
    return refusal{fmt::format("{} does not replicate{}", named(seen),
                               channel.last_error.empty() ? "" : ": " + channel.last_error),
                   fmt::format("{}; or {}", first, without)};
}

std::vector<refusal> relay_obstacles(db::session& session, const replication_channel& channel,
                                     const std::string& schema, bool gtids) {
    auto seen = relay_variables(session);
    const std::string replica = named(seen);
    std::vector<refusal> found;
    const auto refuse = [&](const std::string& problem, const std::string& remedy) {
        found.push_back({replica + " " + problem, remedy});
    };
    if (channel.delay_seconds != 0)
        refuse(fmt::format("is {} s behind on purpose (SOURCE_DELAY)", channel.delay_seconds),
               "Let --host name the primary, or another replica.");
    for (const std::string& filter : channel.filters)
        refuse(fmt::format("filters what it replicates ({}), so changes may be missing in its "
                           "binary log",
                           filter),
               "Let --host name the primary, or a replica without filters.");
    if (seen["log_bin"] != "ON" || seen["log_replica_updates"] != "ON")
        refuse("does not log what it replicates (log_bin, log_replica_updates)",
               "Let --host name the primary, or a replica with both of them ON.");
    if (seen["log_bin"] == "ON" &&
        read_binary_log_status(session).leaves_out(schema, seen["lower_case_table_names"] != "0"))
        refuse(fmt::format("leaves {} out of its binary log (binlog-do-db, binlog-ignore-db)",
                           quoted_name(schema)),
               "Start it without these options, or let --host name the primary.");
    if (seen.contains("binlog_format") && seen["binlog_format"] != "ROW")
        refuse(fmt::format("has binlog_format {}", seen["binlog_format"]),
               "SET GLOBAL binlog_format=ROW there, and start its replication anew.");
    const bool in_order = seen["replica_preserve_commit_order"] == "ON" ||
                          seen["replica_preserve_commit_order"] == "1";
    const bool one_worker =
        (seen["replica_parallel_workers"] == "0" || seen["replica_parallel_workers"] == "1") &&
        one_worker_runs(session, channel.name);
    if (!in_order && !one_worker)
        refuse(fmt::format("applies with {} workers and does not keep the order of commits "
                           "(replica_preserve_commit_order), so a marker in its binary log would "
                           "prove nothing",
                           seen["replica_parallel_workers"]),
               "STOP REPLICA SQL_THREAD; SET GLOBAL replica_preserve_commit_order=ON; START "
               "REPLICA; or let --host name the primary.");
    if (const auto& skipped = seen["replica_skip_errors"]; !skipped.empty() && skipped != "OFF")
        refuse(fmt::format("skips errors (replica_skip_errors={}), so changes may be missing in "
                           "its binary log",
                           skipped),
               "Let --host name the primary, or another replica.");
    if (seen["replica_exec_mode"] != "STRICT")
        refuse(fmt::format("has replica_exec_mode {}: it passes over changes that do not fit its "
                           "rows, and does not log them",
                           seen["replica_exec_mode"]),
               "SET GLOBAL replica_exec_mode=STRICT there, and start its replication anew.");
    if (!gtids && seen["sync_binlog"] != "1")
        refuse(fmt::format("has sync_binlog {} and no GTIDs, so a crash of it could lose changes "
                           "without a trace",
                           seen["sync_binlog"]),
               "SET GLOBAL sync_binlog=1 there, or use GTIDs, or let --host name the primary.");
    return found;
}

}  // namespace segue::servers
