#include "src/migration/blockers.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace segue::migration {
namespace {

blocker::kind kind_of(std::string_view object_type) {
    if (object_type == "BACKUP LOCK") return blocker::kind::backup;
    if (object_type == "GLOBAL" || object_type == "COMMIT") return blocker::kind::read_lock;
    return object_type == "SCHEMA" ? blocker::kind::whole_schema : blocker::kind::table;
}

std::string what(blocker::kind of) {
    switch (of) {
        case blocker::kind::backup:
            return "holds LOCK INSTANCE FOR BACKUP";
        case blocker::kind::read_lock:
            return "holds FLUSH TABLES WITH READ LOCK, or waits for it";
        case blocker::kind::whole_schema:
            return "changes or drops the schema";
        case blocker::kind::table:
            break;
    }
    return "holds the table";
}

// Locks of whole servers and schemas are taken with intention by every write: harmless. A read lock
// that is waited for holds new writes up already.
std::string query_for(const std::string& schema, const std::string& quoted_names, bool events) {
    return fmt::format(
        "SELECT t.PROCESSLIST_ID, m.OWNER_EVENT_ID, m.OBJECT_TYPE, CONCAT(t.PROCESSLIST_USER, "
        "'@', t.PROCESSLIST_HOST), COALESCE({0}, t.PROCESSLIST_TIME, 0), "
        "t.NAME='thread/sql/one_connection' AND t.PROCESSLIST_COMMAND NOT LIKE 'Binlog Dump%', {1} "
        "FROM performance_schema.metadata_locks m LEFT JOIN performance_schema.threads t ON "
        "t.THREAD_ID=m.OWNER_THREAD_ID {2} WHERE (m.OBJECT_TYPE='TABLE' AND m.OBJECT_SCHEMA={3} "
        "AND m.OBJECT_NAME IN ({4}) AND m.LOCK_STATUS='GRANTED') OR (m.OBJECT_TYPE IN "
        "('GLOBAL','COMMIT','BACKUP LOCK') AND m.LOCK_TYPE<>'INTENTION_EXCLUSIVE') OR "
        "(m.OBJECT_TYPE='SCHEMA' AND m.OBJECT_SCHEMA={3} AND m.LOCK_TYPE<>'INTENTION_EXCLUSIVE')",
        events ? "IF(x.STATE='ACTIVE', x.TIMER_WAIT DIV 1000000000000, NULL)" : "NULL",
        events ? "COALESCE(x.XA_STATE='PREPARED', 0)" : "NULL",
        events ? "LEFT JOIN performance_schema.events_transactions_current x ON "
                 "x.THREAD_ID=m.OWNER_THREAD_ID"
               : "",
        quoted_literal(schema), quoted_names);
}

template <typename IsOurs>
std::vector<blocker> look(db::session& session, const std::string& query, IsOurs is_ours) {
    std::vector<blocker> found;
    for (const db::row& one : session.query(query)) {
        const std::uint64_t connection = one[0] ? db::to_uint64(one[0], "PROCESSLIST_ID") : 0;
        if (connection != 0 && is_ours(connection)) continue;
        const blocker::kind of = kind_of(one[2].value_or(""));
        found.push_back({.of = of,
                         .connection = connection,
                         .event = one[1].value_or(""),
                         .who = one[3].value_or(""),
                         .age = std::chrono::seconds(db::to_uint64(one[4], "the age of a lock")),
                         .may_be_ended = of == blocker::kind::table && connection != 0 &&
                                         one[5] == "1" && one[6] == "0"});
    }
    return found;
}

}  // namespace

std::vector<blocker> look_for_blockers(db::session& session, const db::session_factory& ours,
                                       const server_facts& server, const migration_tables& tables) {
    const auto names =
        quoted_literal(tables.original.name) + "," + quoted_literal(tables.ghost.name);
    return look(session, query_for(tables.original.schema, names, server.sees_transaction_events),
                [&](std::uint64_t connection) { return ours.is_ours(connection); });
}

std::vector<blocker> who_holds(db::session& session, const table_name& table) {
    const auto is_ours = [&](std::uint64_t connection) {
        return connection == session.connection_id();
    };
    for (const bool events : {true, false}) {
        try {
            return look(session, query_for(table.schema, quoted_literal(table.name), events),
                        is_ours);
        } catch (const error& failure) {
            if (failure.connection_lost()) return {};
        }
    }
    return {};
}

std::vector<blocker> beside_locked_tables(const std::vector<blocker>& found) {
    std::vector<blocker> others;
    std::copy_if(found.begin(), found.end(), std::back_inserter(others),
                 [](const blocker& one) { return one.of != blocker::kind::table; });
    return others;
}

std::string describe(const std::vector<blocker>& found) {
    const blocker& first = found.front();
    const std::string more =
        found.size() == 1 ? "" : fmt::format("; {} more stand in the way", found.size() - 1);
    if (first.connection == 0)
        return fmt::format("a prepared XA transaction {}{}", what(first.of), more);
    return fmt::format("{}connection {} {} ({}, for {} s){}",
                       first.of == blocker::kind::table ? "the transaction of " : "",
                       first.connection, what(first.of), first.who, first.age.count(), more);
}

std::vector<std::string> end_blockers(db::session& session, const std::vector<blocker>& found) {
    constexpr int no_such_thread = 1094;
    std::vector<std::string> told;
    std::vector<std::uint64_t> done;
    for (const blocker& one : found) {
        if (one.of != blocker::kind::table ||
            std::find(done.begin(), done.end(), one.connection) != done.end())
            continue;
        done.push_back(one.connection);
        const std::string which =
            one.connection == 0
                ? "a prepared XA transaction"
                : fmt::format("connection {} ({}), which has held the table for {} s",
                              one.connection, one.who, one.age.count());
        if (!one.may_be_ended) {
            told.push_back("not ended: " + which +
                           ", as it is not known to be a client's session without a prepared XA "
                           "transaction");
            continue;
        }
        try {
            session.execute(fmt::format("KILL CONNECTION {}", one.connection));
            told.push_back("ended, as --kill-blockers-after-seconds asks: " + which);
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            if (failure.mysql_errno() == no_such_thread) continue;
            told.push_back(
                fmt::format("not ended: {}: {}. Other accounts' sessions need GRANT "
                            "CONNECTION_ADMIN ON *.*, and SYSTEM_USER if theirs has it.",
                            which, failure.what()));
        }
    }
    return told;
}

}  // namespace segue::migration
