#include "src/holders/old_snapshots.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/holders/innodb_status.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace segue::holders {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Two clocks, of two machines maybe, measure the same duration a little differently.
microseconds with_margin(microseconds age) {
    constexpr microseconds least{1'000};
    return age + least + age / 1'000;
}

bool takes_each_snapshot_anew(const db::value& isolation) {
    return isolation == "READ COMMITTED" || isolation == "READ UNCOMMITTED";
}

}  // namespace

std::string describe(const std::vector<old_snapshot>& found) {
    const old_snapshot& first = found.front();
    return fmt::format(
        "the transaction of connection {}{}{}{} may have a snapshot from before the new table was "
        "complete, and would see it partly filled after the swap (it is waited for, unless "
        "--ignore-old-snapshots is given)",
        first.connection, first.who.empty() ? "" : fmt::format(" ({})", first.who),
        first.age
            ? fmt::format(", open for {:.1f} s,", static_cast<double>(first.age->count()) / 1'000)
            : "",
        found.size() == 1 ? "" : fmt::format(" and {} more", found.size() - 1));
}

snapshot_lookout::snapshot_lookout(db::session& session, const db::session_factory& ours,
                                   const servers::server_facts& server,
                                   const migration_tables& tables)
    : session_(session), ours_(ours), server_(server), tables_(tables) {
    // A transaction that has a snapshot, as the ones that are looked for.
    session_.execute("SET SESSION transaction_isolation='REPEATABLE-READ'");
}

// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-events-transactions-current-table.html
snapshot_lookout::transactions snapshot_lookout::seen_by_performance_schema() {
    transactions found;
    if (!server_.sees_transaction_events) return found;
    for (const db::row& one : session_.query(
             R"(SELECT t.PROCESSLIST_ID, x.EVENT_ID, x.ISOLATION_LEVEL, x.AUTOCOMMIT,
                  x.TIMER_WAIT DIV 1000000, CONCAT(t.PROCESSLIST_USER, '@', t.PROCESSLIST_HOST)
                FROM performance_schema.events_transactions_current x
                JOIN performance_schema.threads t ON t.THREAD_ID=x.THREAD_ID
                WHERE x.STATE='ACTIVE' AND t.PROCESSLIST_ID IS NOT NULL)")) {
        const std::uint64_t connection = db::to_uint64(one[0], "PROCESSLIST_ID");
        if (ours_.is_ours(connection)) continue;
        open_transaction& at = found[connection];
        at.keeps_snapshot = !takes_each_snapshot_anew(one[2]) && one[3] != "YES";
        at.event = one[1].value_or("");
        if (one[4]) at.age = microseconds(db::to_uint64(one[4], "TIMER_WAIT"));
        at.who = one[5].value_or("");
    }
    return found;
}

// https://dev.mysql.com/doc/refman/8.4/en/information-schema-innodb-trx-table.html
// What it shows is kept for a while. Our own transaction is in it with the statement that reads it,
// which tells whether this is the present. A transaction without a thread is prepared, and reads
// nothing any more. On MySQL 9 it cannot be read (3854) while a statement with characters of four
// bytes runs anywhere.
std::optional<std::vector<std::uint64_t>> snapshot_lookout::seen_by_innodb() {
    const std::string token = fmt::format("segue look {}", ++looks_);
    std::vector<db::row> shown;
    try {
        shown = session_.query(fmt::format(R"(SELECT '{}', trx_mysql_thread_id, trx_isolation_level,
                                                trx_autocommit_non_locking, trx_query
                                              FROM information_schema.INNODB_TRX)",
                                           token));
    } catch (const error& failure) {
        if (failure.retryable()) throw;
        return std::nullopt;
    }
    std::vector<std::uint64_t> found;
    bool fresh = false;
    for (const db::row& one : shown) {
        const std::uint64_t connection = db::to_uint64(one[1], "trx_mysql_thread_id");
        if (connection == session_.connection_id())
            fresh = one[4] && one[4]->find(token) != std::string::npos;
        if (connection == 0 || ours_.is_ours(connection) || takes_each_snapshot_anew(one[2]) ||
            one[3] == "1")
            continue;
        found.push_back(connection);
    }
    if (!fresh) return std::nullopt;
    return found;
}

// The last statement that they have ended is the one that began the transaction, without a
// snapshot; what they run now, if anything, waits for the original, and has read nothing yet.
// https://dev.mysql.com/doc/refman/8.4/en/performance-schema-events-statements-history-table.html
std::vector<std::uint64_t> snapshot_lookout::only_begun() {
    std::vector<std::uint64_t> found;
    if (!server_.sees_statement_history || !server_.sees_locks) return found;
    // These open all their tables before they read any; a CALL does not.
    constexpr std::string_view single_statements =
        R"('statement/sql/select','statement/sql/insert','statement/sql/update',
           'statement/sql/delete','statement/sql/replace','statement/sql/insert_select',
           'statement/sql/replace_select','statement/sql/update_multi',
           'statement/sql/delete_multi')";
    for (const db::row& one : session_.query(fmt::format(
             R"(SELECT t.PROCESSLIST_ID
                FROM performance_schema.events_transactions_current x
                JOIN performance_schema.threads t ON t.THREAD_ID=x.THREAD_ID
                WHERE x.STATE='ACTIVE' AND x.TRX_ID IS NULL AND x.NESTING_EVENT_TYPE='STATEMENT'
                  AND t.PROCESSLIST_ID IS NOT NULL
                  AND (SELECT MAX(h.EVENT_ID) FROM performance_schema.events_statements_history h
                    WHERE h.THREAD_ID=x.THREAD_ID)=x.NESTING_EVENT_ID
                  AND NOT EXISTS (SELECT 1 FROM performance_schema.events_statements_current c
                    WHERE c.THREAD_ID=x.THREAD_ID AND c.END_EVENT_ID IS NULL
                      AND (c.EVENT_NAME NOT IN ({})
                        OR NOT EXISTS (SELECT 1 FROM performance_schema.metadata_locks m
                          WHERE m.OWNER_THREAD_ID=x.THREAD_ID AND m.LOCK_STATUS='PENDING'
                            AND m.OBJECT_TYPE='TABLE' AND m.OBJECT_SCHEMA={}
                            AND m.OBJECT_NAME={}))))",
             single_statements, quoted_literal(tables_.original.schema),
             quoted_literal(tables_.original.name))))
        found.push_back(db::to_uint64(one[0], "PROCESSLIST_ID"));
    return found;
}

// A transaction that reads only has a snapshot since it began. One that writes or locks may have
// none, which the InnoDB monitor shows. That its text is still what we take it for is shown by our
// own transaction, which has a snapshot and has written.
std::vector<std::uint64_t> snapshot_lookout::without_view(const std::vector<std::uint64_t>& among) {
    std::vector<std::uint64_t> found;
    session_.execute(fmt::format("INSERT INTO {} (hint, value) VALUES ('lookout {}', '')",
                                 tables_.changelog.quoted(), session_.connection_id()));
    const db::row status = session_.query_row("SHOW ENGINE INNODB STATUS");
    const auto views = read_views(status.back().value_or(""));
    if (!views) return found;
    const auto own = views->find(session_.connection_id());
    if (own == views->end() || !own->second) return found;
    for (const std::uint64_t connection : among)
        if (const auto at = views->find(connection); at != views->end() && !at->second)
            found.push_back(connection);
    return found;
}

// Who may have a snapshot, by connection: from InnoDB's own list, or else all that are open.
std::vector<std::uint64_t> snapshot_lookout::suspects(const transactions& open) {
    std::optional<std::vector<std::uint64_t>> found;
    if (server_.sees_transactions) found = seen_by_innodb();
    if (!found) {
        if (!server_.sees_transaction_events && server_.sees_transactions)
            throw error(
                "information_schema.INNODB_TRX shows nothing new: something else reads it more "
                "often than every 100 ms, or statements run that it cannot show, so that old "
                "snapshots cannot be looked for",
                {.retryable = true});
        found.emplace();
        for (const auto& [connection, at] : open)
            if (at.keeps_snapshot) found->push_back(connection);
        if (!found->empty())
            for (const std::uint64_t harmless : only_begun()) std::erase(*found, harmless);
    }
    if (server_.sees_transactions && !found->empty())
        for (const std::uint64_t harmless : without_view(*found)) std::erase(*found, harmless);
    return *found;
}

std::vector<old_snapshot> snapshot_lookout::look(steady_clock::time_point written) {
    const auto asked = steady_clock::now();
    session_.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    const transactions open = seen_by_performance_schema();
    const std::vector<std::uint64_t> connections = suspects(open);
    session_.execute("ROLLBACK");
    last_look_ = steady_clock::now();
    std::vector<old_snapshot> found;
    for (const std::uint64_t connection : connections) {
        old_snapshot& one = found.emplace_back();
        one.connection = connection;
        const auto at = open.find(connection);
        if (at == open.end()) continue;
        one.event = at->second.event;
        one.who = at->second.who;
        if (!at->second.age) continue;
        one.age = std::chrono::duration_cast<milliseconds>(*at->second.age);
        // It began after the write, so its snapshot did as well.
        if (with_margin(*at->second.age) < asked - written) found.pop_back();
    }
    return found;
}

std::vector<old_snapshot> snapshot_lookout::still_open(const std::vector<old_snapshot>& found) {
    if (!server_.sees_transaction_events) return found;
    const transactions open = seen_by_performance_schema();
    std::vector<old_snapshot> still;
    for (const old_snapshot& one : found) {
        const auto at = open.find(one.connection);
        // Who is not watched by performance_schema is not seen to end there.
        if (one.event.empty() || (at != open.end() && at->second.event == one.event))
            still.push_back(one);
    }
    return still;
}

void snapshot_lookout::wait_until_fresh(std::stop_token stop) const {
    constexpr milliseconds kept_for{110};
    const auto fresh = last_look_ + kept_for;
    if (const auto now = steady_clock::now(); now < fresh)
        pause_for(std::chrono::ceil<milliseconds>(fresh - now), stop);
}

}  // namespace segue::holders
