#include "src/carry/xa_start.hpp"

#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/growing_interval.hpp"
#include "src/base/pause.hpp"
#include "src/servers/prepared_xa.hpp"

#include <chrono>

#include <fmt/format.h>

namespace segue::carry {
namespace {

constexpr std::chrono::milliseconds look_again{100};

std::string in_lower_case(std::string hex) {
    for (char& c : hex)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    return hex;
}

// https://dev.mysql.com/doc/refman/8.4/en/xa-statements.html: formatID, gtrid_length, bqual_length,
// and data, the two parts behind each other, here as 0x and hexadecimal digits.
std::set<std::string> prepared(db::session& session) {
    std::set<std::string> found;
    for (const db::row& one : session.query("XA RECOVER CONVERT XID")) {
        const std::size_t gtrid_digits = 2 * db::to_uint64(one[1], "gtrid_length");
        const std::string digits = in_lower_case(one[3].value_or("0x").substr(2));
        if (digits.size() < gtrid_digits)
            throw error(fmt::format("XA RECOVER does not print the whole xid: {}", digits));
        found.insert(fmt::format("X'{}',X'{}',{}", digits.substr(0, gtrid_digits),
                                 digits.substr(gtrid_digits), one[0].value_or("")));
    }
    return found;
}

bool holds(db::session& session, const table_name& table, const std::string& condition) {
    return !session
                .query(fmt::format(
                    R"(SELECT 1 FROM performance_schema.metadata_locks m
                       LEFT JOIN performance_schema.threads t ON t.THREAD_ID=m.OWNER_THREAD_ID
                       LEFT JOIN performance_schema.events_transactions_current x
                         ON x.THREAD_ID=m.OWNER_THREAD_ID
                       WHERE m.OBJECT_TYPE='TABLE' AND m.OBJECT_SCHEMA={} AND m.OBJECT_NAME={}
                         AND m.LOCK_STATUS='GRANTED' AND m.LOCK_DURATION='TRANSACTION'
                         AND ({})
                       LIMIT 1)",
                    quoted_literal(table.schema), quoted_literal(table.name), condition))
                .empty();
}

// XA PREPARE is at work, and its transaction may stand in the binary log before it stands in
// XA RECOVER.
bool one_is_being_prepared(db::session& session, const table_name& table) {
    return holds(session, table,
                 "x.XA_STATE='PREPARED' OR (x.XA_STATE='IDLE' AND t.PROCESSLIST_COMMAND<>'Sleep')");
}

// A prepared transaction keeps its metadata locks, also when its client is gone, or goes on with
// other transactions. What is not known counts as one that holds the table.
bool prepared_one_holds(db::session& session, const table_name& table) {
    return holds(session, table,
                 fmt::format("t.PROCESSLIST_ID IS NULL OR x.EVENT_ID IS NULL OR {}",
                             servers::lock_of_prepared_xa)) ||
           one_is_being_prepared(session, table);
}

bool may_hold(db::session& session, const servers::server_facts& server, const table_name& table,
              const std::set<std::string>& prepared) {
    // Without the locks to look at, any of them may hold the table.
    if (!server.sees_xa_holders) return !prepared.empty();
    return prepared.empty() ? one_is_being_prepared(session, table)
                            : prepared_one_holds(session, table);
}

std::string text_of(const std::set<std::string>& prepared, const table_name& table) {
    return fmt::format(
        "XA transactions that are prepared and may hold {}: {} of them, the first is {}. Commit "
        "them or roll them back (XA RECOVER CONVERT XID lists them).",
        table.quoted(), prepared.size(), *prepared.begin());
}

}  // namespace

std::optional<std::string> prepared_xa_in_the_way(db::session& session,
                                                  const servers::server_facts& server,
                                                  const table_name& table) {
    if (!server.recovers_xa) return std::nullopt;
    const auto found = prepared(session);
    if (found.empty() || !may_hold(session, server, table, found)) return std::nullopt;
    return text_of(found, table);
}

std::set<std::string> wait_for_prepared_xa(db::session& session,
                                           const servers::server_facts& server,
                                           const table_name& table,
                                           const std::function<void(const std::string&)>& tell,
                                           const std::function<void()>& meanwhile,
                                           std::stop_token stop) {
    if (!server.recovers_xa) return {};
    for (growing_interval told;;) {
        std::set<std::string> found = prepared(session);
        if (!may_hold(session, server, table, found)) return found;
        if (!found.empty() && told.due(machine_clock().now()))
            tell("waiting for " + text_of(found, table));
        meanwhile();
        pause_for(look_again, stop);
    }
}

}  // namespace segue::carry
