#include "src/servers/blockers.hpp"

#include "src/base/server_errors.hpp"
#include "src/servers/prepared_xa.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace segue::servers {
namespace {

blocker::kind kind_of(std::string_view object_type) {
    if (object_type == "BACKUP LOCK") return blocker::kind::backup;
    if (object_type == "GLOBAL" || object_type == "COMMIT") return blocker::kind::read_lock;
    return object_type == "SCHEMA" ? blocker::kind::whole_schema : blocker::kind::table;
}

std::string what(const blocker& one) {
    switch (one.of) {
        case blocker::kind::backup:
            return "holds LOCK INSTANCE FOR BACKUP";
        case blocker::kind::read_lock:
            return "holds FLUSH TABLES WITH READ LOCK, or waits for it";
        case blocker::kind::whole_schema:
            return "changes or drops the schema";
        case blocker::kind::state:
            return "writes the table of the run's state";
        case blocker::kind::beside:
            return fmt::format("holds {}, which is locked with the table", one.table);
        case blocker::kind::table:
            break;
    }
    return "holds the table";
}

// Locks of whole servers and schemas are taken with intention by every write: harmless. A read lock
// that is waited for holds new writes up already.
constexpr std::string_view writes =
    "('SHARED_WRITE','SHARED_WRITE_LOW_PRIO','SHARED_NO_READ_WRITE','EXCLUSIVE')";

// "(a, b), (c, d)" of the tables that are locked for writing, or of those for reading.
std::string names_of(const std::vector<locked_table>& beside, bool for_writing) {
    std::string names;
    for (const locked_table& one : beside)
        if (one.for_writing == for_writing)
            names += fmt::format("{}({},{})", names.empty() ? "" : ", ",
                                 quoted_literal(one.name.schema), quoted_literal(one.name.name));
    return names.empty() ? "('','')" : names;
}

// The table of the state is locked for reading, which waits for whoever writes it.
std::string query_for(const std::string& schema, const std::string& quoted_names,
                      const std::string& state, bool events,
                      const std::vector<locked_table>& beside = {}) {
    return fmt::format(
        R"(SELECT t.PROCESSLIST_ID, m.OWNER_EVENT_ID, m.OBJECT_TYPE,
             CONCAT(t.PROCESSLIST_USER, '@', t.PROCESSLIST_HOST),
             COALESCE({0}, t.PROCESSLIST_TIME, 0),
             t.NAME='thread/sql/one_connection' AND t.PROCESSLIST_COMMAND NOT LIKE 'Binlog Dump%',
             {1},
             m.LOCK_TYPE IN ('EXCLUSIVE','SHARED_NO_READ_WRITE'),
             m.OBJECT_TYPE='TABLE' AND m.OBJECT_SCHEMA={3} AND m.OBJECT_NAME={5},
             IF(m.OBJECT_TYPE='TABLE' AND NOT (m.OBJECT_SCHEMA={3}
                 AND m.OBJECT_NAME IN ({4},{5})), m.OBJECT_SCHEMA, NULL), m.OBJECT_NAME
           FROM performance_schema.metadata_locks m
           LEFT JOIN performance_schema.threads t ON t.THREAD_ID=m.OWNER_THREAD_ID
           {2}
           WHERE (m.OBJECT_TYPE='TABLE' AND m.OBJECT_SCHEMA={3} AND m.OBJECT_NAME IN ({4})
               AND m.LOCK_STATUS='GRANTED')
             OR (m.OBJECT_TYPE='TABLE' AND m.OBJECT_SCHEMA={3} AND m.OBJECT_NAME={5}
               AND m.LOCK_STATUS='GRANTED' AND m.LOCK_TYPE IN {6})
             OR (m.OBJECT_TYPE='TABLE' AND m.LOCK_STATUS='GRANTED'
               AND ((m.OBJECT_SCHEMA, m.OBJECT_NAME) IN ({7})
                 OR ((m.OBJECT_SCHEMA, m.OBJECT_NAME) IN ({8}) AND m.LOCK_TYPE IN {6})))
             OR (m.OBJECT_TYPE IN ('GLOBAL','COMMIT','BACKUP LOCK')
               AND m.LOCK_TYPE<>'INTENTION_EXCLUSIVE')
             OR (m.OBJECT_TYPE='SCHEMA' AND m.OBJECT_SCHEMA={3}
               AND m.LOCK_TYPE<>'INTENTION_EXCLUSIVE'))",
        events ? "IF(x.STATE='ACTIVE', x.TIMER_WAIT DIV 1000000000000, NULL)" : "NULL",
        events ? fmt::format("COALESCE({}, 0)", lock_of_prepared_xa) : "NULL",
        events ? R"(LEFT JOIN performance_schema.events_transactions_current x
                      ON x.THREAD_ID=m.OWNER_THREAD_ID)"
               : "",
        quoted_literal(schema), quoted_names, quoted_literal(state), writes,
        names_of(beside, /*for_writing=*/true), names_of(beside, /*for_writing=*/false));
}

template <typename IsOurs>
std::vector<blocker> look(db::session& session, const std::string& query, IsOurs is_ours) {
    std::vector<blocker> found;
    for (const db::row& one : session.query(query)) {
        std::uint64_t connection = one[0] ? db::to_uint64(one[0], "PROCESSLIST_ID") : 0;
        if (connection != 0 && is_ours(connection)) continue;
        // Its session has nothing to do with it any more.
        if (one[6] == "1") connection = 0;
        const blocker::kind of = one[8] == "1" ? blocker::kind::state
                                 : one[9]      ? blocker::kind::beside
                                               : kind_of(one[2].value_or(""));
        blocker made{.of = of,
                     .connection = connection,
                     .event = one[1].value_or(""),
                     .who = one[3].value_or(""),
                     .age = std::chrono::seconds(db::to_uint64(one[4], "the age of a lock")),
                     .may_be_ended = of == blocker::kind::table && connection != 0 &&
                                     one[5] == "1" && one[6] == "0",
                     .table = one[9] ? table_name{*one[9], one[10].value_or("")}.quoted() : "",
                     .excludes_readers = of != blocker::kind::table || one[7] == "1"};
        // FLUSH TABLES WITH READ LOCK takes two locks at once.
        const auto is_this = [&](const blocker& seen) {
            return connection != 0 && seen.identity() == made.identity();
        };
        if (std::ranges::none_of(found, is_this)) found.push_back(std::move(made));
    }
    return found;
}

std::string of_whole_tables(std::vector<blocker> found) {
    std::erase_if(found, [](const blocker& one) {
        return !one.excludes_readers || one.of == blocker::kind::backup;
    });
    return found.empty()
               ? "no lock on the whole table is held now; sys.innodb_lock_waits shows who "
                 "holds rows, while one waits for them"
               : describe(found);
}

}  // namespace

std::vector<blocker> look_for_blockers(db::session& session, const db::session_factory& ours,
                                       const server_facts& server, const migration_tables& tables,
                                       const std::vector<locked_table>& beside) {
    const auto names =
        quoted_literal(tables.original.name) + "," + quoted_literal(tables.ghost.name);
    return look(session,
                query_for(tables.original.schema, names, tables.checkpoint.name,
                          server.sees_transaction_events, beside),
                [&](std::uint64_t connection) { return ours.is_ours(connection); });
}

std::optional<std::vector<blocker>> who_holds(db::session& session, const table_name& table) {
    const auto is_ours = [&](std::uint64_t connection) {
        return connection == session.connection_id();
    };
    for (const bool events : {true, false}) {
        try {
            return look(session, query_for(table.schema, quoted_literal(table.name), "", events),
                        is_ours);
        } catch (const error& failure) {
            if (failure.connection_lost()) return std::nullopt;
        }
    }
    return std::nullopt;
}

std::string unseen_holder() {
    return "somebody holds a lock who cannot be seen without SELECT on performance_schema";
}

std::string holders_text(db::session& session, const table_name& table) {
    const auto found = who_holds(session, table);
    if (!found) return unseen_holder();
    return found->empty() ? "somebody held a lock who has let go since" : describe(*found);
}

std::string who_holds_up_rows(db::session& session, const db::session_factory& ours,
                              const server_facts& server, const migration_tables& tables) {
    if (!server.sees_locks) return unseen_holder();
    return of_whole_tables(look_for_blockers(session, ours, server, tables));
}

std::string who_holds_up_rows(db::session& session, std::span<const table_name> tables) {
    std::vector<blocker> all;
    for (const table_name& one : tables) {
        auto found = who_holds(session, one);
        if (!found) return unseen_holder();
        std::ranges::move(*found, std::back_inserter(all));
    }
    return of_whole_tables(std::move(all));
}

std::vector<blocker> beside_locked_tables(const std::vector<blocker>& found) {
    std::vector<blocker> others;
    std::copy_if(found.begin(), found.end(), std::back_inserter(others), [](const blocker& one) {
        return one.of != blocker::kind::table && one.of != blocker::kind::state &&
               one.of != blocker::kind::beside;
    });
    return others;
}

std::string describe(const std::vector<blocker>& found) {
    const blocker& first = found.front();
    const std::string more =
        found.size() == 1 ? "" : fmt::format("; {} more stand in the way", found.size() - 1);
    if (first.connection == 0)
        return fmt::format("a prepared XA transaction, which XA RECOVER CONVERT XID lists, {}{}",
                           what(first), more);
    return fmt::format("{}connection {} {} ({}, for {} s){}",
                       first.of == blocker::kind::table || first.of == blocker::kind::state ||
                               first.of == blocker::kind::beside
                           ? "the transaction of "
                           : "",
                       first.connection, what(first), first.who, first.age.count(), more);
}

}  // namespace segue::servers
