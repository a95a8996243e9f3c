#include "src/servers/server_facts.hpp"

#include "src/base/error.hpp"
#include "src/base/nearest_names.hpp"
#include "src/base/table_name.hpp"
#include "src/servers/account.hpp"
#include "src/servers/binary_log_status.hpp"
#include "src/servers/read_only_refusal.hpp"
#include "src/servers/sight.hpp"

#include <array>
#include <cstdio>
#include <map>
#include <string_view>

#include <fmt/format.h>

namespace segue::servers {
namespace {

constexpr unsigned oldest_version = 80019;

std::map<std::string, std::string> variables(db::session& session) {
    std::map<std::string, std::string> found;
    for (const db::row& one : session.query(
             R"(SHOW GLOBAL VARIABLES
                WHERE Variable_name IN ('log_bin','binlog_format','binlog_row_image','gtid_mode',
                  'binlog_order_commits','lower_case_table_names','innodb_autoinc_lock_mode',
                  'max_allowed_packet','version','version_comment','server_uuid','hostname','port',
                  'binlog_row_value_options','read_only','super_read_only',
                  'sync_binlog','innodb_flush_log_at_trx_commit'))"))
        found[one[0].value_or("")] = one[1].value_or("");
    return found;
}

// Those that hold tables of the application's.
std::vector<std::string> schemas_seen(db::session& session) {
    std::vector<std::string> seen;
    for (const db::row& one : session.query(
             R"(SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
                WHERE SCHEMA_NAME NOT IN ('information_schema','performance_schema','mysql','sys')
                ORDER BY SCHEMA_NAME)"))
        seen.push_back(one[0].value_or(""));
    return seen;
}

// "`a`, `b` and 3 more".
std::string some_of(const std::vector<std::string>& names) {
    constexpr std::size_t named_max = 5;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < named_max; ++i)
        text += (i == 0 ? "" : ", ") + quoted_name(names[i]);
    if (names.size() > named_max) text += fmt::format(" and {} more", names.size() - named_max);
    return text;
}

// Before its privileges: a name that is misspelt needs none. An account sees the schemas alone that
// it has some privilege on, so that one that sees none is told of those that lack, too.
void check_schema_is_seen(db::session& session, const std::string& schema, const std::string& host,
                          const account_privileges& held, std::vector<refusal>& refusals) {
    if (!session
             .query("SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME=" +
                    quoted_literal(schema))
             .empty())
        return;
    const std::string name = quoted_name(schema);
    const auto seen = schemas_seen(session);
    const std::string nearest = did_you_mean(schema, seen);
    if (held.holds("SHOW DATABASES"))
        throw_refusals({{fmt::format("there is no schema {} on {}", name, host),
                         nearest + "Check --database, --host and --port."}});
    if (!seen.empty())
        throw_refusals(
            {{fmt::format("there is no schema {} that the account can see on {}; it sees {}", name,
                          host, some_of(seen)),
              nearest +
                  "Check --database, --host and --port. If they are right, the account has "
                  "no privilege on that schema: docs/requirements.md lists those it needs."}});
    refusals.push_back(
        {fmt::format("there is no schema {} that the account can see on {}: it sees none", name,
                     host),
         "Check --database, --host and --port. If they are right, the account lacks what "
         "follows."});
}

// A filter would hide every change; there is nothing to be seen of it in the stream.
void check_filters(db::session& session, const std::string& schema, const server_facts& facts,
                   const account_privileges& held, std::vector<refusal>& refusals) {
    if (!facts.logs || !held.holds("REPLICATION CLIENT")) return;  // refused already
    if (read_binary_log_status(session).leaves_out(schema, facts.names_fold_case))
        refusals.push_back(
            {fmt::format("the binary log leaves {} out (binlog-do-db, binlog-ignore-db)",
                         quoted_name(schema)),
             "Start the server without these options; changes can be followed only in the log."});
}

std::string global_grant(std::string_view privilege, const account_facts& account) {
    return grant_statement(privilege, account.name);
}

// What keeps a replica from being written to beside what it replicates.
void refuse_on_a_replica(const server_facts& facts, bool read_only, bool super_read_only,
                         std::vector<refusal>& refusals) {
    if (super_read_only)
        refusals.push_back(
            {fmt::format("the replica {} has super_read_only=ON, so that nobody may write there",
                         facts.host),
             "SET GLOBAL super_read_only=OFF; there. read_only stays ON."});
    else if (read_only && !facts.ends_connections)
        refusals.push_back(
            {fmt::format("the replica {} is read_only, and the account may not write there",
                         facts.host),
             grant_statement("CONNECTION_ADMIN", facts.account)});
}

}  // namespace

unsigned version_number(const std::string& version) {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    if (std::sscanf(version.c_str(), "%u.%u.%u", &major, &minor, &patch) != 3)
        throw error("the server's version cannot be read: " + version);
    return major * 10000 + minor * 100 + patch;
}

server_facts read_server(db::session& session, const std::string& schema, server_kind kind,
                         std::vector<refusal>& refusals) {
    auto seen = variables(session);
    server_facts facts;
    facts.version = seen["version"];
    if (facts.version.find("MariaDB") != std::string::npos ||
        seen["version_comment"].find("MariaDB") != std::string::npos)
        throw error(
            fmt::format("the server is MariaDB ({}): its binary log and its GTIDs are not "
                        "MySQL's. Segue works with MySQL 8.0.19 or above.",
                        facts.version));
    if (version_number(facts.version) < oldest_version)
        throw error(
            fmt::format("the server is MySQL {}. Segue works with MySQL 8.0.19 or above: "
                        "upgrade the server.",
                        facts.version));
    facts.uuid = seen["server_uuid"];
    facts.host = seen["hostname"] + ":" + seen["port"];
    facts.gtids = seen["gtid_mode"] == "ON";
    facts.order_commits = seen["binlog_order_commits"] == "ON";
    facts.image_is_minimal = seen["binlog_row_image"] != "FULL";
    facts.names_fold_case = seen["lower_case_table_names"] != "0";
    facts.concurrent_inserts = seen["innodb_autoinc_lock_mode"] == "2";
    facts.packet_bytes_max = db::to_uint64(seen["max_allowed_packet"], "max_allowed_packet");
    facts.logs = seen["log_bin"] == "ON";
    if (!facts.logs)
        refusals.push_back(
            {"the server writes no binary log (log_bin is OFF)",
             "Start the server with --log-bin; changes can be followed only there."});
    if (seen.contains("binlog_format") && seen["binlog_format"] != "ROW")
        refusals.push_back(
            {fmt::format("binlog_format is {}", seen["binlog_format"]),
             "SET GLOBAL binlog_format=ROW; then let every session that writes connect anew."});

    facts.read_only_is_meant = kind != server_kind::primary;
    if (seen["read_only"] == "ON" && !facts.read_only_is_meant)
        refusals.push_back(read_only_refusal(facts.host, seen["super_read_only"]));

    const account_facts account = read_account(session, schema);
    const account_privileges& held = account.held;
    facts.account = account.name;
    check_schema_is_seen(session, schema, facts.host, held, refusals);
    check_privileges(account, schema, facts.host, refusals);
    check_filters(session, schema, facts, held, refusals);
    facts.weaker = look_at_sight(session, account, facts);
    if (facts.read_only_is_meant)
        refuse_on_a_replica(facts, seen["read_only"] == "ON", seen["super_read_only"] == "ON",
                            refusals);
    if (kind == server_kind::replica_to_be_stopped && !held.holds("REPLICATION_SLAVE_ADMIN") &&
        !held.holds("SUPER"))
        refusals.push_back({fmt::format("the account may not stop replication on {}", facts.host),
                            grant_statement("REPLICATION_SLAVE_ADMIN", facts.account)});
    if (seen["sync_binlog"] != "1" || seen["innodb_flush_log_at_trx_commit"] != "1")
        facts.weaker.emplace_back(fmt::format(
            "innodb_flush_log_at_trx_commit is {} and sync_binlog is {}: a crash of the "
            "server could take back what it has answered. If it restarts before the swap, this "
            "migration goes on from what the database says of it then, and copies again what is "
            "gone.",
            seen["innodb_flush_log_at_trx_commit"], seen["sync_binlog"]));
    facts.recovers_xa = can_run(session, "XA RECOVER");
    if (!facts.recovers_xa)
        facts.weaker.push_back(
            "without the XA_RECOVER_ADMIN privilege, XA transactions that are already prepared "
            "cannot be seen: if one of them is committed while the migration runs, it will stop. " +
            global_grant("XA_RECOVER_ADMIN", account));
    facts.sees_triggers = held.holds("TRIGGER");
    if (!facts.sees_triggers)
        facts.weaker.push_back(
            "without the TRIGGER privilege on the schema the server hides triggers: a trigger on "
            "the table would not be seen, and would stay on the old table. " +
            held.grants_of_missing(std::array{"TRIGGER"}, account.name));
    return facts;
}

}  // namespace segue::servers
