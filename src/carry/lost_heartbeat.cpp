#include "src/carry/lost_heartbeat.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/db/table_failure.hpp"
#include "src/servers/durability.hpp"
#include "src/servers/log_place.hpp"
#include "throttle/heartbeat_value.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::carry {
namespace {

using moment = heartbeat_evidence::moment;

std::optional<moment> written_heartbeat(db::session& on, const table_name& changelog) {
    try {
        for (const db::row& one : on.query(
                 fmt::format("SELECT value FROM {} WHERE hint='heartbeat'", changelog.quoted())))
            return throttle::parse_heartbeat(one[0].value_or(""));
    } catch (const error& failure) {
        if (!db::is_missing_table_or_schema(failure)) throw;
    }
    return std::nullopt;
}

}  // namespace

void heartbeat_evidence::look(db::session& session, const table_name& changelog, unsigned restarts,
                              std::optional<moment> seen) {
    std::optional<moment> before;
    {
        const std::lock_guard lock(mutex_);
        // Nobody has written on the restarted server before its first session came here.
        if (restarts > noticed_) {
            noticed_ = restarts;
            seen_ = seen;
        }
        if (proven_ == noticed_) return;
        before = seen_;
    }
    const auto written = written_heartbeat(session, changelog);
    if (before && written && *written < *before)
        throw error(fmt::format(
            "the server was restarted, and has lost what it had answered as committed, or what "
            "its binary log had told: {} holds the heartbeat of {}, and that of {} was seen. "
            "Nothing was written to it since. Was it set up from an older copy of its data, or do "
            "its disks not keep what is flushed to them? Its GTIDs may be issued twice, so look at "
            "its replicas. The same command goes on from what the database says now.",
            changelog.quoted(), throttle::format_heartbeat(*written),
            throttle::format_heartbeat(*before)));
    const std::lock_guard lock(mutex_);
    proven_ = std::max(proven_, restarts);
}

std::optional<std::string> why_replica_is_ahead(const servers::server_roles& roles,
                                                db::session& primary,
                                                const migration_tables& tables) {
    if (!roles.stream_from() || fault::rule_taken_out("lost_heartbeat.replica_ahead"))
        return std::nullopt;
    db::session replica = roles.connect_replica();
    // The replica first: what comes to it meanwhile is on the primary already.
    const std::string lost = servers::transactions_lost_by(primary, replica);
    if (!lost.empty())
        return fmt::format(
            "the replica {} has transactions of the primary's that the primary has lost, {}: it "
            "will issue their GTIDs again, and what it changes under them never comes to that "
            "replica. Make the replica anew",
            roles.stream_from()->host, lost);
    if (!primary
             .query(fmt::format("SELECT 1 FROM {} WHERE kind='server' AND value<>@@server_uuid",
                                tables.checkpoint.quoted()))
             .empty())
        return std::nullopt;
    const auto there = written_heartbeat(replica, tables.changelog);
    const auto here = written_heartbeat(primary, tables.changelog);
    if (!there || !here || *there <= *here) return std::nullopt;
    return fmt::format(
        "the replica {} has the heartbeat of {} in {}, and the primary, which wrote it, that of "
        "{}: it has lost transactions that the replica has, and may have issued their GTIDs twice. "
        "What it changed under them is not in the replica's binary log. Make the replica anew",
        roles.stream_from()->host, throttle::format_heartbeat(*there), tables.changelog.quoted(),
        throttle::format_heartbeat(*here));
}

std::optional<std::string> why_not_taken_up(const servers::server_roles& roles,
                                            db::session& primary, const migration_tables& tables,
                                            const tables::resume_point& from) {
    auto why = servers::why_not_read_from(roles, primary, from.position, from.server_uuid);
    return why ? why : why_replica_is_ahead(roles, primary, tables);
}

std::optional<std::string> why_all_is_to_be_compared(const servers::server_roles& roles,
                                                     db::session& primary,
                                                     const tables::saved_state& left) {
    if (!roles.stream_from()) return std::nullopt;
    const std::string uuid = primary.query_value("SELECT @@server_uuid").value_or("");
    if (left.seen_on &&
        (left.seen_on->server_uuid != uuid || left.seen_on->up_since == servers::up_since(primary)))
        return std::nullopt;
    return fmt::format(
        "the binary log is read on the replica {}, and the primary was restarted since the earlier "
        "run stopped. If it was set up again from an older copy of its data meanwhile, it may have "
        "given GTIDs twice, and what it changed under them is not in the replica's log. Only a "
        "comparison of all rows would show that: go on with --verify=full, or let --host name the "
        "primary",
        roles.stream_from()->host);
}

}  // namespace segue::carry
