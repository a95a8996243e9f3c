#include "src/servers/sight.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::servers {
namespace {

bool metadata_locks_are_seen(db::session& session) {
    constexpr std::string_view instrument =
        R"(SELECT 1 FROM performance_schema.setup_instruments
           WHERE NAME='wait/lock/metadata/sql/mdl' AND ENABLED='YES')";
    constexpr std::string_view locks =
        R"(SELECT 1 FROM performance_schema.metadata_locks m
           JOIN performance_schema.threads t ON t.THREAD_ID=m.OWNER_THREAD_ID
           LIMIT 1)";
    try {
        return !session.query(instrument).empty() && can_run(session, locks);
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return false;
    }
}

std::string how_locks_are_seen(db::session& session, bool performance_schema,
                               const account_facts& account) {
    if (!performance_schema) return "The server runs with performance_schema=OFF.";
    if (!can_run(session, "SELECT 1 FROM performance_schema.metadata_locks LIMIT 1"))
        return grant_statement("SELECT", account.name, "performance_schema.*");
    return "UPDATE performance_schema.setup_instruments SET ENABLED='YES' WHERE "
           "NAME='wait/lock/metadata/sql/mdl';";
}

// Which transaction holds a lock, and that it is an XA transaction that is prepared.
bool transactions_are_instrumented(db::session& session) {
    constexpr std::string_view switched_on =
        R"(SELECT
             (SELECT COUNT(*) FROM performance_schema.setup_consumers
              WHERE NAME IN ('global_instrumentation','thread_instrumentation',
                  'events_transactions_current')
                AND ENABLED='YES') +
             (SELECT COUNT(*) FROM performance_schema.setup_instruments
              WHERE NAME='transaction' AND ENABLED='YES'))";
    constexpr std::string_view transactions =
        R"(SELECT 1 FROM performance_schema.events_transactions_current x
           JOIN performance_schema.threads t ON t.THREAD_ID=x.THREAD_ID
           LIMIT 1)";
    try {
        return db::to_uint64(session.query_value(switched_on), "COUNT(*)") == 4 &&
               can_run(session, transactions);
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return false;
    }
}

// Which statements a connection has run last: all kinds of them are watched, but for the steps of
// stored programs.
bool statements_are_instrumented(db::session& session) {
    constexpr std::string_view switched_on =
        R"(SELECT
             (SELECT COUNT(*) FROM performance_schema.setup_consumers
              WHERE NAME IN ('events_statements_current','events_statements_history')
                AND ENABLED='YES')=2
             AND NOT EXISTS (SELECT 1 FROM performance_schema.setup_instruments
               WHERE NAME LIKE 'statement/%' AND NAME NOT LIKE 'statement/sp/%'
                 AND ENABLED='NO'))";
    constexpr std::string_view statements =
        R"(SELECT 1 FROM performance_schema.events_statements_history h
           JOIN performance_schema.events_statements_current c ON c.THREAD_ID=h.THREAD_ID
           LIMIT 1)";
    try {
        return session.query_value(switched_on) == "1" && can_run(session, statements);
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return false;
    }
}

}  // namespace

bool can_run(db::session& session, std::string_view query) {
    try {
        session.query(query);
        return true;
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        return false;
    }
}

std::vector<std::string> look_at_sight(db::session& session, const account_facts& account,
                                       server_facts& facts) {
    std::vector<std::string> weaker;
    const bool performance_schema = session.query_value("SELECT @@performance_schema") == "1";
    facts.sees_locks = performance_schema && metadata_locks_are_seen(session);
    if (!facts.sees_locks)
        weaker.push_back(
            "performance_schema.metadata_locks cannot be read: the cut-over cannot foresee who "
            "holds the table, so it may ask for its lock, and give way, more often. " +
            how_locks_are_seen(session, performance_schema, account));
    facts.sees_transaction_events = performance_schema && transactions_are_instrumented(session);
    facts.sees_xa_holders = facts.sees_locks && facts.sees_transaction_events;
    facts.sees_statement_history =
        facts.sees_transaction_events && statements_are_instrumented(session);
    facts.ends_connections = account.held.holds("CONNECTION_ADMIN") || account.held.holds("SUPER");
    facts.sees_transactions = account.held.holds("PROCESS");
    if (!facts.sees_transactions)
        weaker.push_back(
            "without the PROCESS privilege, transactions of other accounts and foreign keys from "
            "other schemas cannot all be seen. " +
            grant_statement("PROCESS", account.name));
    if (!facts.sees_transactions)
        weaker.emplace_back(
            facts.sees_transaction_events
                ? "without the PROCESS privilege it cannot be seen which transactions have a "
                  "snapshot: every open one at REPEATABLE READ or above counts as one that has, "
                  "and "
                  "the swap waits for it."
                : "without the PROCESS privilege old snapshots cannot be seen: a transaction, such "
                  "as a backup, that began before the swap and reads the table after it may see it "
                  "partly filled.");
    return weaker;
}

std::vector<std::string> look_at_sight_again(db::session& session, const std::string& schema,
                                             server_facts& facts) {
    std::vector<std::string> weaker = look_at_sight(session, read_account(session, schema), facts);
    std::erase_if(weaker, [&](const std::string& one) {
        return std::ranges::find(facts.weaker, one) != facts.weaker.end();
    });
    facts.weaker.insert(facts.weaker.end(), weaker.begin(), weaker.end());
    return weaker;
}

}  // namespace segue::servers
