#include "src/servers/log_place.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/servers/binary_log_status.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <variant>

#include <fmt/format.h>

namespace segue::servers {
namespace {

using text = std::optional<std::string>;

text why_not_from_transactions(db::session& on, const binlog::gtid_set& seen,
                               const std::string& server_uuid) {
    if (on.query_value("SELECT @@GLOBAL.gtid_mode") != "ON")
        return "it was read by GTIDs, and gtid_mode is not ON any more";
    const binlog::gtid_set executed = read_executed_transactions(on);
    if (!seen.is_subset_of(executed))
        return fmt::format(
            "transactions that it had seen are not in the server's gtid_executed: {}. They were "
            "lost in a failover or a restore, or RESET BINARY LOGS AND GTIDS was run",
            seen.without(executed).text());
    const auto purged =
        binlog::gtid_set::parse(on.query_value("SELECT @@GLOBAL.gtid_purged").value_or(""));
    if (!purged.is_subset_of(seen))
        return fmt::format(
            "the binary log does not hold all that came since any more: {} are purged "
            "(binlog_expire_logs_seconds)",
            purged.without(seen).text());
    // A server that took over may lack a change, and have what was carried over of it.
    const auto gaps = executed.gaps_behind(seen);
    if (!gaps.empty() && on.query_value("SELECT @@GLOBAL.server_uuid") != server_uuid)
        return fmt::format(
            "this server is another one, and has later transactions without earlier ones: it lacks "
            "{}. It did not keep the order of the one before (replica_preserve_commit_order), so "
            "the new table may hold changes that are lost",
            gaps.text());
    return std::nullopt;
}

text why_not_from_file(db::session& on, const binlog::file_position& seen,
                       const std::string& server_uuid) {
    const std::string uuid = on.query_value("SELECT @@GLOBAL.server_uuid").value_or("");
    if (uuid != server_uuid)
        return fmt::format(
            "it stopped at a place in the binary log of another server ({}; this one is {}), and "
            "such places are of no use elsewhere: gtid_mode is not ON",
            server_uuid, uuid);
    const auto logs = on.query("SHOW BINARY LOGS");
    const auto found = std::ranges::find_if(
        logs, [&](const db::row& one) { return one[0].value_or("") == seen.file; });
    if (found == logs.end())
        return fmt::format(
            "the binary log does not hold all that came since any more: {} is purged "
            "(binlog_expire_logs_seconds)",
            seen.file);
    if (db::to_uint64((*found)[1], "File_size") < seen.offset)
        return fmt::format("{} ends before the place at which it stopped, {}", seen.file,
                           seen.offset);
    return std::nullopt;
}

// What was logged before this file was begun: its first events say it.
binlog::gtid_set transactions_before(db::session& on, const std::string& file) {
    for (const db::named_row& one :
         on.query_named(fmt::format("SHOW BINLOG EVENTS IN {} LIMIT 3", quoted_literal(file))))
        if (one.at("Event_type") == "Previous_gtids")
            return binlog::gtid_set::parse(one.at("Info").value_or(""));
    return {};
}

std::optional<db::session> replica_of_stream(const server_roles& roles) {
    if (!roles.stream_from()) return std::nullopt;
    return roles.connect_replica();
}

}  // namespace

text why_log_may_not_last(const server_roles& roles, db::session& primary) {
    constexpr std::uint64_t day = 86'400;
    auto replica = replica_of_stream(roles);
    std::uint64_t seconds = 0;
    // The second one is there from 8.0.29 on.
    for (const db::row& one : (replica ? *replica : primary)
                                  .query("SHOW GLOBAL VARIABLES WHERE Variable_name IN "
                                         "('binlog_expire_logs_seconds', "
                                         "'binlog_expire_logs_auto_purge')")) {
        if (one[0] == "binlog_expire_logs_seconds")
            seconds = db::to_uint64(one[1], "binlog_expire_logs_seconds");
        else if (one[1] == "OFF")
            return std::nullopt;
    }
    if (seconds == 0 || seconds >= day) return std::nullopt;
    return fmt::format(
        "binlog_expire_logs_seconds is {}: a migration that stands still for longer, or is stopped "
        "for longer, cannot be gone on with, as the server will have purged the binary log. "
        "SET GLOBAL binlog_expire_logs_seconds={} for its time.",
        seconds, 7 * day);
}

text why_place_may_be_purged(const server_roles& roles, db::session& primary,
                             const binlog::stream_position& place) {
    auto replica = replica_of_stream(roles);
    db::session& on = replica ? *replica : primary;
    const auto logs = on.query("SHOW BINARY LOGS");
    // The last one is written to, and is never purged.
    if (logs.size() < 2) return std::nullopt;
    const std::string oldest = logs[0][0].value_or("");
    const bool in_oldest = std::holds_alternative<binlog::file_position>(place)
                               ? std::get<binlog::file_position>(place).file == oldest
                               : !transactions_before(on, logs[1][0].value_or(""))
                                      .is_subset_of(std::get<binlog::gtid_set>(place));
    if (!in_oldest) return std::nullopt;
    return fmt::format(
        "a run that goes on with this one would read the binary log from its oldest file on, {}, "
        "which is the next one to be purged (binlog_expire_logs_seconds is {}, or by PURGE BINARY "
        "LOGS): let the server keep it until this migration has come further.",
        oldest, on.query_value("SELECT @@GLOBAL.binlog_expire_logs_seconds").value_or("not known"));
}

void log_place_watch::look(db::session& primary, const binlog::stream_position& place) {
    try {
        const auto why = why_place_may_be_purged(roles_, primary, place);
        if (why && !told_) tell_(*why);
        told_ = why.has_value();
    } catch (const error&) {
        // Whoever needs the session next says so; a file may have been purged in between.
    }
}

std::string transactions_lost_by(db::session& primary, db::session& replica) {
    if (replica.query_value("SELECT @@GLOBAL.gtid_mode") != "ON") return {};
    const auto there = read_executed_transactions(replica);
    const auto lacking = there.without(read_executed_transactions(primary)).text();
    const auto uuid = primary.query_value("SELECT @@GLOBAL.server_uuid").value_or("");
    std::string own;
    for (std::size_t at = 0; at < lacking.size();) {
        const std::size_t end = std::min(lacking.find(',', at), lacking.size());
        const auto one = std::string_view(lacking).substr(at, end - at);
        if (one.starts_with(uuid)) own += fmt::format("{}{}", own.empty() ? "" : ",", one);
        at = end + 1;
    }
    return own;
}

text why_not_read_from(const server_roles& roles, db::session& primary,
                       const binlog::stream_position& position, const std::string& server_uuid) {
    auto replica = replica_of_stream(roles);
    db::session& on = replica ? *replica : primary;
    if (const auto* const file = std::get_if<binlog::file_position>(&position))
        return why_not_from_file(on, *file, server_uuid);
    return why_not_from_transactions(on, std::get<binlog::gtid_set>(position), server_uuid);
}

}  // namespace segue::servers
