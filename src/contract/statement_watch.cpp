#include "src/contract/statement_watch.hpp"

#include "src/base/error.hpp"
#include "src/servers/durability.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

#include <fmt/format.h>

namespace segue::contract {
namespace {

// The last bytes of a character that does not fit are left out.
constexpr std::uint64_t character_bytes_max = 4;

std::uint64_t number(const db::value& printed) {
    return db::to_uint64(printed, "a time");
}

std::string moment(std::string_view seconds) {
    return fmt::format(
        "DATE_FORMAT(TIMESTAMPADD(SECOND,{},'1970-01-01 00:00:00'),'%Y-%m-%d %H:%i:%s')", seconds);
}

// For LIKE with the escape character |.
std::string pattern_of(std::string_view part) {
    std::string made = "%";
    for (const char c : part) {
        if (c == '%' || c == '_' || c == '|') made += '|';
        made += c;
    }
    return quoted_literal(made + "%");
}

// What the server keeps of its statements goes back to its start, or to when somebody emptied it.
void bring_up_to_date(db::session& session, watch_record& record, watched_server& made) {
    const db::row facts = session.query_row(
        "SELECT @@server_uuid, CONCAT(@@hostname,':',@@port), "
        "UNIX_TIMESTAMP()");
    made.name = facts[1].value_or("");
    const std::uint64_t now = number(facts[2]);
    const std::string up_since = servers::up_since(session);
    watched_since& one = record[facts[0].value_or("")];
    const auto begin = [&] {
        made.begun_anew = !one.since.empty();
        one = {.up_since = up_since, .since = std::to_string(now)};
    };
    if (one.up_since != up_since) begin();
    try {
        const auto oldest = session.query_value(
            "SELECT FLOOR(UNIX_TIMESTAMP(MIN(FIRST_SEEN))) FROM "
            "performance_schema.events_statements_summary_by_digest");
        if (!oldest || number(oldest) > number(one.since)) begin();
    } catch (const error& failure) {
        if (failure.connection_lost() || !failure.from_server()) throw;
        begin();
    }
    made.watched = std::chrono::seconds(now - std::min(now, number(one.since)));
    made.since = session.query_value("SELECT " + moment(one.since)).value_or("");
}

// What a digest has for the name, written without quotes, where that is another word; empty: none.
// https://dev.mysql.com/doc/refman/8.4/en/encryption-functions.html#function_statement-digest-text
std::string word_in_digests(db::session& session, const std::string& name) {
    constexpr std::string_view before = "SELECT ";
    constexpr std::string_view behind = " FROM `t`";
    try {
        const std::string text =
            session
                .query_value(fmt::format("SELECT STATEMENT_DIGEST_TEXT({})",
                                         quoted_literal(fmt::format("SELECT {} FROM t", name))))
                .value_or("");
        if (!text.starts_with(before) || !text.ends_with(behind)) return {};
        const std::string word =
            text.substr(before.size(), text.size() - before.size() - behind.size());
        return word.find_first_of("` (") == std::string::npos ? word : std::string();
    } catch (const error& failure) {
        if (failure.connection_lost() || !failure.from_server()) throw;
        return {};  // It cannot be written without quotes.
    }
}

// Whatever keeps some statements from being collected.
void look_at_collecting(db::session& session, watched_server& made) {
    const auto tell = [&](const std::string& query, std::string_view what) {
        if (const auto rows = session.query(query); !rows.empty())
            made.unseen.push_back(fmt::format("{} ({})", what, rows.front()[0].value_or("")));
    };
    if (session.query("SELECT 1 FROM performance_schema.setup_consumers LIMIT 1").empty()) {
        made.unseen.emplace_back("statements are not collected: performance_schema is OFF");
        return;
    }
    if (session.query_value("SELECT @@max_digest_length") == "0")
        made.unseen.emplace_back("statements are not told apart: max_digest_length is 0");
    tell(
        R"(SELECT NAME FROM performance_schema.setup_consumers WHERE ENABLED<>'YES' AND
           NAME IN ('global_instrumentation','thread_instrumentation','statements_digest'))",
        "statements are not collected: performance_schema.setup_consumers");
    tell(
        R"(SELECT NAME FROM performance_schema.setup_instruments WHERE ENABLED<>'YES' AND
           (NAME LIKE 'statement/sql/%' OR NAME LIKE 'statement/com/%' OR
            NAME LIKE 'statement/abstract/%') LIMIT 1)",
        "not all kinds of statements are collected: performance_schema.setup_instruments");
    tell(
        R"(SELECT CONCAT(USER,'@',HOST) FROM performance_schema.setup_actors WHERE ENABLED<>'YES'
           UNION ALL SELECT 'all others' FROM DUAL WHERE NOT EXISTS (
             SELECT 1 FROM performance_schema.setup_actors
             WHERE HOST='%' AND USER='%' AND ENABLED='YES') LIMIT 1)",
        "statements of some accounts are not collected: performance_schema.setup_actors");
    tell(
        R"(SELECT CONCAT('connection ', PROCESSLIST_ID) FROM performance_schema.threads
           WHERE TYPE='FOREGROUND' AND PROCESSLIST_ID IS NOT NULL AND INSTRUMENTED<>'YES' LIMIT 1)",
        "statements of some connections are not collected: performance_schema.threads");
}

void look_at_digests(db::session& session, const asked_about& asked, std::chrono::seconds within,
                     watched_server& made) {
    const std::uint64_t bytes_max = number(session.query_value(
        "SELECT LEAST(@@max_digest_length, @@performance_schema_max_digest_length)"));
    asked_about about = asked;
    about.table_word = word_in_digests(session, asked.table.name);
    about.column_word = word_in_digests(session, asked.column);
    const std::string other_word =
        about.table_word.empty()
            ? ""
            : fmt::format(" OR DIGEST_TEXT LIKE {} ESCAPE '|'", pattern_of(about.table_word));
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT DIGEST_TEXT, IFNULL(SCHEMA_NAME,''), COUNT_STAR, {},
                  DIGEST IS NULL,
                  IF(LENGTH(QUERY_SAMPLE_TEXT)+{}<=@@performance_schema_max_sql_text_length,
                     QUERY_SAMPLE_TEXT, '')
                FROM performance_schema.events_statements_summary_by_digest
                WHERE LAST_SEEN >= NOW() - INTERVAL {} SECOND AND
                  (DIGEST IS NULL OR DIGEST_TEXT LIKE {} ESCAPE '|' OR LENGTH(DIGEST_TEXT)>{}{})
                ORDER BY LAST_SEEN DESC)",
             moment("FLOOR(UNIX_TIMESTAMP(LAST_SEEN))"), character_bytes_max, within.count(),
             pattern_of(about.table.name), bytes_max / 3, other_word))) {
        seen_statement seen{
            .text = one[0].value_or(""), .last_seen = one[3].value_or(""), .times = number(one[2])};
        if (one[4] == "1") {
            seen.text = "statements that are not told apart (performance_schema_digests_size)";
            seen.unknown = true;
            made.seen.push_back(std::move(seen));
            continue;
        }
        const verdict found = judge_digest({.text = seen.text,
                                            .schema = one[1].value_or(""),
                                            .sample = one[5].value_or(""),
                                            .bytes_max = bytes_max},
                                           about);
        seen.unknown = found == verdict::unknown;
        if (found != verdict::other) made.seen.push_back(std::move(seen));
    }
}

// By the text as it was sent, of which so much is kept.
void look_at_prepared(db::session& session, const asked_about& about, watched_server& made) {
    const std::uint64_t kept =
        number(session.query_value("SELECT @@performance_schema_max_sql_text_length"));
    for (const db::row& one : session.query(
             R"(SELECT p.SQL_TEXT, IFNULL(t.PROCESSLIST_DB,''), p.COUNT_EXECUTE, LENGTH(p.SQL_TEXT)
                FROM performance_schema.prepared_statements_instances p
                LEFT JOIN performance_schema.threads t ON t.THREAD_ID=p.OWNER_THREAD_ID)")) {
        seen_statement seen{
            .text = one[0].value_or(""), .last_seen = "prepared now", .times = number(one[2])};
        const bool whole = number(one[3]) + character_bytes_max <= kept;
        const verdict found = judge_prepared(seen.text, one[1].value_or(""), whole, about);
        seen.unknown = found == verdict::unknown;
        if (found != verdict::other) made.seen.push_back(std::move(seen));
    }
    const auto lost =
        session.query("SHOW GLOBAL STATUS LIKE 'Performance_schema_prepared_statements_lost'");
    if (!lost.empty() && lost.front()[1] != "0")
        made.unseen.push_back(
            fmt::format("{} prepared statements had no room in performance_schema",
                        lost.front()[1].value_or("")));
}

}  // namespace

watched_server look_at_statements(db::session& session, const asked_about& about,
                                  std::chrono::seconds within, watch_record& record) {
    watched_server made;
    bring_up_to_date(session, record, made);
    const auto seen_or_told = [&](const std::function<void()>& look) {
        try {
            look();
        } catch (const error& failure) {
            if (failure.connection_lost() || !failure.from_server()) throw;
            made.unseen.push_back(fmt::format("the account does not see them: {}", failure.what()));
        }
    };
    seen_or_told([&] { look_at_collecting(session, made); });
    seen_or_told([&] { look_at_digests(session, about, within, made); });
    seen_or_told([&] { look_at_prepared(session, about, made); });
    return made;
}

}  // namespace segue::contract
