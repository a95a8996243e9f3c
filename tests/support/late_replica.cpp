#include "tests/support/late_replica.hpp"

#include "src/base/error.hpp"
#include "src/wire/answer.hpp"
#include "src/wire/byte_reader.hpp"
#include "src/wire/byte_writer.hpp"
#include "src/wire/connection.hpp"
#include "src/wire/protocol.hpp"
#include "tests/support/application_session.hpp"

#include <cstddef>
#include <pthread.h>
#include <random>
#include <span>
#include <stop_token>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace segue::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr milliseconds silence_max{60'000};

// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication_binlog_event.html
constexpr std::uint8_t rotate_event = 4;
constexpr std::uint8_t gtid_event = 33;
constexpr std::uint8_t anonymous_gtid_event = 34;
constexpr std::size_t checksum_bytes = 4;

// plugin/semisync/semisync.h: after the packet's OK byte each event has these two bytes before it,
// and an acknowledgement is the same mark, the position and the file's name.
constexpr std::uint8_t semisync_mark = 0xEF;
constexpr std::uint8_t wants_acknowledgement = 0x01;

struct event_header {
    std::uint8_t type = 0;
    std::uint32_t end_position = 0;
};

event_header take_header(wire::byte_reader& reader) {
    event_header header;
    reader.skip(4, "timestamp");
    header.type = reader.u8("type");
    reader.skip(8, "server id and size");
    header.end_position = reader.u32("end position");
    reader.skip(2, "flags");
    return header;
}

// When the server began to write the transaction; Gtid_event's immediate_commit_timestamp, of which
// the highest bit says something else.
system_clock::time_point commit_time(wire::byte_reader& reader) {
    reader.skip(1 + 16 + 8 + 1 + 8 + 8, "GTID and logical timestamps");
    const std::uint64_t low = reader.u48("commit timestamp");
    const std::uint64_t high = reader.u8("commit timestamp") & 0x7FU;
    return system_clock::time_point(std::chrono::microseconds(high << 48U | low));
}

std::string random_uuid() {
    std::random_device random;
    const auto word = [&] { return random() & 0xFFFFU; };
    return fmt::format("{:04x}{:04x}-{:04x}-4{:03x}-8{:03x}-{:04x}{:04x}{:04x}", word(), word(),
                       word(), word() & 0xFFFU, word() & 0xFFFU, word(), word(), word());
}

}  // namespace

late_replica::late_replica(const wire::connection_options& server, milliseconds delay)
    : server_(server), delay_(delay) {
    switch_on(clients());
}

late_replica::~late_replica() {
    try {
        application_session(server_).execute("SET GLOBAL rpl_semi_sync_source_enabled=OFF");
    } catch (const std::exception& failed) {
        fmt::print(stderr, "switching semi-synchronous replication off: {}\n", failed.what());
    }
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void late_replica::switch_on(std::uint64_t clients_before) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
        ::pthread_setname_np(::pthread_self(), "late-replica");
        try {
            run(stop);
        } catch (const stopped&) {
            // Asked to.
        } catch (const std::exception& failed) {
            std::lock_guard lock(mutex_);
            broken_ = failed.what();
            changed_.notify_all();
        }
    });
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (clients() <= clients_before) {
        std::unique_lock lock(mutex_);
        if (!broken_.empty()) throw error("the late replica: " + broken_);
        if (std::chrono::steady_clock::now() > deadline)
            throw error("the server does not take the late replica for a semi-synchronous one");
        changed_.wait_for(lock, milliseconds(10), [&] { return !broken_.empty(); });
    }
    // Switched on before, a commit would wait for a replica that is not there yet.
    application_session(server_).execute(
        "SET GLOBAL rpl_semi_sync_source_wait_point='AFTER_SYNC', "
        "GLOBAL rpl_semi_sync_source_timeout=3600000, GLOBAL rpl_semi_sync_source_enabled=ON");
    // A new file is begun only when all that stands in the old one is committed, also what was
    // written before the switch and is counted as not acknowledged.
    application_session(server_).execute("FLUSH BINARY LOGS");
    unacknowledged_before_ = unacknowledged();
}

void late_replica::set_delay(milliseconds delay) {
    std::lock_guard lock(mutex_);
    delay_ = delay;
    changed_.notify_all();
}

void late_replica::watch_for(std::string_view bytes) {
    std::lock_guard lock(mutex_);
    watched_ = bytes;
    seen_ = false;
}

void late_replica::wait_seen(milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [&] { return seen_ || !broken_.empty(); });
    if (!broken_.empty()) throw error("the late replica: " + broken_);
    if (!seen_)
        throw error(fmt::format("no event held the bytes watched for within {} ms", limit.count()));
}

std::uint64_t late_replica::acknowledged() const {
    std::lock_guard lock(mutex_);
    return acknowledged_;
}

std::string late_replica::status(std::string_view name) const {
    application_session session(server_);
    const auto rows = session.query(fmt::format("SHOW GLOBAL STATUS LIKE '{}'", name));
    if (rows.empty())
        throw error(
            "the server has no semisync_source plugin: start it with "
            "--plugin-load-add=semisync_source.so");
    return rows[0].at(1).value_or("");
}

std::uint64_t late_replica::clients() const {
    return std::stoull(status("Rpl_semi_sync_source_clients"));
}

// Commits that did not wait, and the times that the server stopped waiting at all.
std::uint64_t late_replica::unacknowledged() const {
    return std::stoull(status("Rpl_semi_sync_source_no_tx")) +
           std::stoull(status("Rpl_semi_sync_source_no_times"));
}

void late_replica::check() const {
    {
        std::lock_guard lock(mutex_);
        if (!broken_.empty()) throw error("the late replica: " + broken_);
    }
    if (const auto on = status("Rpl_semi_sync_source_status"); on != "ON")
        throw error("semi-synchronous replication is " + on);
    if (const auto now = unacknowledged(); now != unacknowledged_before_)
        throw error(fmt::format("{} commits or so did not wait for an acknowledgement",
                                now - unacknowledged_before_));
}

// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_binlog_dump.html
void late_replica::run(const std::stop_token& stop) {
    auto connection = wire::connection::connect(server_, stop);
    const auto uuid = random_uuid();
    connection.query(
        fmt::format("SET @source_binlog_checksum='CRC32', @master_binlog_checksum='CRC32', "
                    "@source_heartbeat_period=1000000000, @master_heartbeat_period=1000000000, "
                    "@replica_uuid='{0}', @slave_uuid='{0}', @rpl_semi_sync_replica=1, "
                    "@rpl_semi_sync_slave=1",
                    uuid),
        stop);
    // From the end of the newest file.
    const auto logs = connection.query("SHOW BINARY LOGS", stop).rows;
    require(!logs.empty(), "a source has a binary log");
    file_ = logs.back().at(0).value();
    const auto position = static_cast<std::uint32_t>(std::stoul(logs.back().at(1).value()));
    const auto server_id = static_cast<std::uint32_t>(std::random_device()() | 0x80000000U);
    connection.send_command(wire::byte_writer()
                                .u8(static_cast<std::uint8_t>(wire::command::binlog_dump))
                                .u32(position)
                                .u16(0)
                                .u32(server_id)
                                .text(file_)
                                .take(),
                            stop);
    for (;;) {
        const auto packet = connection.read_packet(silence_max, stop);
        if (wire::is_error_packet(packet)) throw wire::server_error(packet);
        if (wire::is_eof_packet(packet)) throw error("the server has ended the stream");
        wire::byte_reader reader(packet, "semi-synchronous event");
        reader.skip(1, "OK");
        if (reader.u8("mark") != semisync_mark)
            reader.fail("mark", "it is no semi-synchronous one");
        const bool wanted = (reader.u8("flags") & wants_acknowledgement) != 0;
        const auto event = reader.rest();
        on_event(event);
        if (!wanted) continue;

        wire::byte_reader again(event, "event");
        const auto header = take_header(again);
        {
            std::unique_lock lock(mutex_);
            // A delay, and no wait for a condition: being late is what this is for.
            while (!stop.stop_requested() && system_clock::now() < written_ + delay_)
                changed_.wait_until(lock, stop, written_ + delay_,
                                    [&] { return system_clock::now() >= written_ + delay_; });
        }
        // Packets are numbered anew from here on, by the server as well.
        connection.send_command(
            wire::byte_writer().u8(semisync_mark).u64(header.end_position).text(file_).take(),
            stop);
        std::lock_guard lock(mutex_);
        ++acknowledged_;
    }
}

void late_replica::on_event(std::span<const std::byte> event) {
    wire::byte_reader reader(event, "event");
    const auto header = take_header(reader);
    if (header.type == rotate_event) {
        reader.skip(8, "position");
        const auto name = reader.rest();
        require(name.size() > checksum_bytes, "a rotate event names a file");
        file_ = wire::as_text(name.first(name.size() - checksum_bytes));
    } else if (header.type == gtid_event || header.type == anonymous_gtid_event) {
        written_ = commit_time(reader);
    }
    std::lock_guard lock(mutex_);
    if (!seen_ && !watched_.empty() &&
        wire::as_text(event).find(watched_) != std::string_view::npos) {
        seen_ = true;
        changed_.notify_all();
    }
}

}  // namespace segue::test
