#include "binlog/stream_source.hpp"

#include "binlog/dump_command.hpp"
#include "binlog/events.hpp"
#include "src/base/log.hpp"
#include "src/base/server_errors.hpp"
#include "src/base/table_name.hpp"
#include "src/wire/answer.hpp"
#include "src/wire/server_failure.hpp"

#include <charconv>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::binlog {
namespace {

using std::chrono::steady_clock;

// https://dev.mysql.com/doc/mysql-errors/9.4/en/server-error-reference.html

constexpr std::chrono::milliseconds commit_poll_interval{200};
constexpr std::chrono::seconds commit_wait_max{30};

// A reader that is held up inside one huge transaction must not be cut off by the server, since it
// would have to read the transaction again from its start, for ever. In seconds.
constexpr int net_write_timeout = 86'400;

// What the server's init_connect may have begun would hold tables for as long as we read, and what
// it may have set decides how our statements are read and answered.
void undo_init_connect(wire::connection& server, const std::stop_token& stop) {
    server.query("ROLLBACK AND NO CHAIN NO RELEASE", stop);
    server.query("UNLOCK TABLES", stop);
    server.query("SET NAMES utf8mb4", stop);
    server.query(
        R"(SET SESSION sql_mode='', autocommit=1, sql_select_limit=18446744073709551615,
             sql_big_selects=1, sql_safe_updates=0, max_execution_time=0)",
        stop);
}

std::string value_of(wire::connection& server, std::string_view expression, std::stop_token stop) {
    const auto answer = server.query(fmt::format("SELECT {}", expression), std::move(stop));
    return answer.single(expression).value_or("");
}

void check_uuid(wire::connection& server, std::optional<std::string>& pinned,
                std::stop_token stop) {
    const auto uuid = value_of(server, "@@global.server_uuid", std::move(stop));
    if (!pinned) pinned = uuid;
    if (*pinned == uuid) return;
    throw error(
        fmt::format("the server is another one than before: its server_uuid is {}, {} was "
                    "expected. If it was promoted on purpose, run the same command again",
                    uuid, *pinned));
}

server_gtids gtids_of(wire::connection& server, std::stop_token stop) {
    const auto answer =
        server.query("SELECT @@global.gtid_purged, @@global.gtid_executed", std::move(stop));
    const auto& purged = answer.single("@@global.gtid_purged");
    return {.purged = gtid_set::parse(purged.value_or("")),
            .executed = gtid_set::parse(answer.rows[0].at(1).value_or(""))};
}

/// What the server has purged, where it is good.
gtid_set check_position(wire::connection& server, const gtid_set& ours, std::stop_token stop) {
    const auto deadline = steady_clock::now() + commit_wait_max;
    for (bool told = false;; pause(commit_poll_interval, stop)) {
        const auto has = gtids_of(server, stop);
        switch (judge(ours, has)) {
            case gtid_verdict::good:
                return has.purged;
            case gtid_verdict::purged:
                throw error(fmt::format(
                    "the server has purged binary logs that are still needed (transactions {}): "
                    "the "
                    "changes in them cannot be had any more, so the migration has to begin anew. "
                    "Let "
                    "the server keep its binary logs longer (binlog_expire_logs_seconds)",
                    has.purged.without(ours).text()));
            case gtid_verdict::not_executed:
                break;
        }
        // A transaction is streamed before it is committed, and under semi-synchronous replication
        // it waits in between. Only when it does not turn up was it lost.
        const auto missing = ours.without(has.executed).text();
        if (steady_clock::now() > deadline)
            throw error(fmt::format(
                "the server does not have transactions that were read from it before ({}): it lost "
                "them in a crash, or its binary logs were reset, or it is another server. The "
                "migration has to begin anew",
                missing));
        if (!std::exchange(told, true))
            log::info("binlog: waiting for the server to commit {}, which it has streamed",
                      missing);
    }
}

void check_position(wire::connection& server, const file_position& ours, std::stop_token stop) {
    const auto logs = server.query("SHOW BINARY LOGS", std::move(stop));
    for (const auto& row : logs.rows) {
        if (row.at(0) != ours.file) continue;
        const auto text = row.at(1).value_or("");
        std::uint64_t size = 0;
        std::from_chars(text.data(), text.data() + text.size(), size);
        if (ours.offset <= size) return;
        throw error(
            fmt::format("the binary log {} ends at {}, but was read up to {}: the server lost "
                        "transactions in a crash, or its binary logs were reset. The "
                        "migration has to begin anew",
                        ours.file, size, ours.offset));
    }
    throw error(fmt::format(
        "the binary log {} is still needed, but is no longer on the server: the changes in it "
        "cannot "
        "be had any more, so the migration has to begin anew. Let the server keep its binary logs "
        "longer (binlog_expire_logs_seconds)",
        ours.file));
}

// Each under its old name, too: the new ones are of MySQL 8.0.26.
// A checksum is asked for by saying that we understand it; events come as they stand in the file.
void announce(wire::connection& server, const reader_options& options, std::stop_token stop) {
    const auto heartbeat = std::chrono::nanoseconds(options.heartbeat_period).count();
    const auto uuid = quoted_literal(options.replica_uuid);
    server.query(
        fmt::format("SET @source_binlog_checksum = 'CRC32', @master_binlog_checksum = "
                    "'CRC32', @source_heartbeat_period = {0}, @master_heartbeat_period = {0}, "
                    "@replica_uuid = {1}, @slave_uuid = {1}, SESSION net_write_timeout = {2}",
                    heartbeat, uuid, net_write_timeout),
        stop);
    server.send_command(register_command(options.server_id), stop);
    const auto answer = server.read_packet(options.connection.read_timeout, stop);
    if (wire::is_error_packet(answer)) throw wire::server_error(answer);
    wire::parse_ok(answer);
}

/// Logged in, and with nothing left of what init_connect did.
wire::connection log_in(const reader_options& options, const std::stop_token& stop) {
    auto server = wire::connection::connect(options.connection, stop);
    if (server.server().is_mariadb)
        throw error(
            fmt::format("the server is MariaDB ({}), whose binary log is another one. Segue "
                        "needs MySQL 8.0.19 or newer",
                        server.server().version));
    undo_init_connect(server, stop);
    server.require_direct(stop);
    return server;
}

// Of a GTID event in a packet of the dump.
std::optional<gtid_event> gtid_in(std::span<const std::byte> packet) {
    const auto event = packet.subspan(1);
    const auto type = decode_header(event).type;
    if (type != event_type::gtid && type != event_type::gtid_tagged) return std::nullopt;
    const auto body = event.subspan(event_header::size);
    const auto bare = crc32_matches(event) ? body.first(body.size() - checksum_size) : body;
    return type == event_type::gtid ? decode_gtid(bare) : decode_gtid_tagged(bare);
}

// The server is asked for the transaction of the mark once more, on a connection that is left then:
// the same number was given twice where it was committed at another moment.
void check_mark(const reader_options& options, const gtid_set& from, const log_mark& mark,
                const std::stop_token& stop) {
    gtid_set alone;
    alone.add(mark.source, mark.number);
    auto server = log_in(options, stop);
    announce(server, options, stop);
    server.send_command(dump_command(options.server_id, from.without(alone)), stop);
    for (;;) {
        const auto packet = server.read_packet(options.connection.read_timeout, stop);
        if (wire::is_error_packet(packet)) throw wire::server_error(packet);
        if (wire::is_eof_packet(packet) || packet.size() <= event_header::size)
            throw error("the server ended the stream",
                        {.retryable = true, .connection_lost = true});
        const auto found = gtid_in(packet);
        if (!found || found->source != mark.source || found->number != mark.number) continue;
        if (found->committed == mark.moment || found->committed == 0) return;
        throw error(
            fmt::format("the binary log was reset, or the server was set up from an older copy of "
                        "its data: the transaction {} is another one than the one that was read. "
                        "What was changed since cannot be known. The migration has to begin anew",
                        alone.text()),
            {.spoils_run = true});
    }
}

}  // namespace

gtid_verdict judge(const gtid_set& ours, const server_gtids& server) {
    if (!server.purged.is_subset_of(ours)) return gtid_verdict::purged;
    if (!ours.is_subset_of(server.executed)) return gtid_verdict::not_executed;
    return gtid_verdict::good;
}

bool worth_reconnecting(const error& failed) {
    return failed.connection_lost() || failed.retryable() ||
           failed.mysql_errno() == er::query_interrupted;
}

bool is_cut_off_by_another(const error& from_server) {
    const std::string_view text = from_server.what();
    return text.find("same server_uuid") != text.npos || text.find("same server_id") != text.npos;
}

error with_remedy(const error& from_server) {
    const std::string_view text = from_server.what();
    const auto says = [&text](std::string_view words) {
        return text.find(words) != std::string_view::npos;
    };
    const auto advised = [&](std::string_view remedy) {
        return error(fmt::format("{}. {}", text, remedy), from_server.properties());
    };
    switch (from_server.mysql_errno()) {
        case er::access_denied_error:
        case er::specific_access_denied_error:
            return advised(
                "The account that reads the binary log needs REPLICATION SLAVE and "
                "REPLICATION CLIENT ON *.*");
        case er::no_binary_logging:
            return advised(
                "The stream has to come from a server that writes a binary log (log_bin)");
        case er::source_fatal_error_reading_binlog:
            if (says("purged") || says("Could not find"))
                return advised(
                    "Binary logs that are still needed are gone from the server, so the "
                    "migration has to begin anew. Let the server keep them longer "
                    "(binlog_expire_logs_seconds)");
            if (is_cut_off_by_another(from_server))
                return advised(
                    "Another client reads the stream under our replica_uuid: each run "
                    "needs its own");
            if (says("more GTIDs"))
                return advised(
                    "The server lost transactions that were read from it, so the "
                    "migration has to begin anew");
            return advised(
                "The server cannot read its own binary log from here on; see its error "
                "log");
        default:
            return from_server;
    }
}

void pause(std::chrono::milliseconds time, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, time, [] { return false; });
    if (stop.stop_requested()) throw stopped();
}

wire::connection open_stream(const reader_options& options, const stream_position& from,
                             const std::optional<log_mark>& mark,
                             std::optional<std::string>& pinned_uuid, std::stop_token stop) {
    try {
        auto server = log_in(options, stop);
        check_uuid(server, pinned_uuid, stop);
        if (const auto* const gtids = std::get_if<gtid_set>(&from)) {
            const gtid_set purged = check_position(server, *gtids, stop);
            // One that is no longer in the log cannot be asked for.
            if (mark && mark->number != 0 && !purged.contains(mark->source, mark->number))
                check_mark(options, *gtids, *mark, stop);
        } else {
            check_position(server, std::get<file_position>(from), stop);
        }
        announce(server, options, stop);
        server.send_command(dump_command(options.server_id, from), stop);
        return server;
    } catch (const error& failed) {
        throw with_remedy(failed);
    }
}

}  // namespace segue::binlog
