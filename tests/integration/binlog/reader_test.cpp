// What is read of a log, and that no row is lost or repeated.
#include "tests/integration/binlog/running_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::binlog {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::sandbox_server;

TEST_F(binlog_reader, reads_from_a_gtid_set_what_was_written_before_and_after_it_began) {
    const auto from = here_by_gtid();
    insert(1, 2);
    running_reader reader(unhurried(), from);
    EXPECT_TRUE(reader.seen.wait_for_keys(2));
    insert(3, 2);
    expect_each_once(reader.seen, 4);
    EXPECT_TRUE(reader.seen.wait_for_boundary_at(here_by_gtid()));
    EXPECT_EQ(reader.stop(), "");
    EXPECT_EQ(reader.seen.reconnects(), 0U);
}

TEST_F(binlog_reader, reads_from_a_file_position_and_over_the_end_of_the_file) {
    const auto from = here_by_file();
    insert(1, 2);
    running_reader reader(options(), from);
    EXPECT_TRUE(reader.seen.wait_for_keys(2));
    run("FLUSH BINARY LOGS");
    insert(3, 2);
    expect_each_once(reader.seen, 4);
    EXPECT_TRUE(reader.seen.wait_for_boundary_at(here_by_file()));
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, goes_on_from_a_boundary_that_another_run_ended_at) {
    for (const bool by_gtid : {true, false}) {
        run("DELETE FROM d." + table_);
        auto position = by_gtid ? here_by_gtid() : here_by_file();
        for (int round = 0; round < 3; ++round) {
            running_reader reader(options(), position);
            insert(round * 10, 10);
            expect_each_once(reader.seen, 10);
            const auto here = by_gtid ? here_by_gtid() : here_by_file();
            EXPECT_TRUE(reader.seen.wait_for_boundary_at(here));
            EXPECT_EQ(reader.stop(), "");
            position = reader.seen.boundary();
        }
    }
}

TEST_F(binlog_reader, by_gtid_loses_and_repeats_no_row_when_its_connection_is_killed) {
    survives_kills(here_by_gtid());
}

TEST_F(binlog_reader, by_tagged_gtids_loses_and_repeats_no_row_when_its_connection_is_killed) {
    run("SET SESSION gtid_next='AUTOMATIC:some_tag'");
    survives_kills(here_by_gtid());
    // From a position that has the tag in it.
    run("TRUNCATE d." + table_);
    const auto from = here_by_gtid();
    EXPECT_TRUE(std::get<gtid_set>(from).has_tags());
    running_reader reader(options(), from);
    insert(0, 4);
    run("SET SESSION gtid_next='AUTOMATIC'");
    insert(4, 4);
    expect_each_once(reader.seen, 8);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, by_file_loses_and_repeats_no_row_when_its_connection_is_killed) {
    survives_kills(here_by_file());
}

TEST_F(binlog_reader, begins_a_transaction_again_that_it_was_killed_in) {
    running_reader reader(unhurried(), here_by_gtid(), 0ms, /*hold=*/true);
    run("BEGIN");
    // Much more than the sockets between them hold.
    for (int i = 0; i < 10; ++i) insert(i * 100, 100, "REPEAT('x', 50000)");
    run("COMMIT");
    EXPECT_TRUE(reader.seen.wait_held());
    kill_dump_threads();
    eventually("its connection is gone", [] { return dump_threads().empty(); });
    reader.seen.let_go();
    expect_each_once(reader.seen, 1000);
    EXPECT_EQ(reader.seen.reconnects(), 1U);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, reads_rows_over_16_megabytes) {
    running_reader reader(unhurried(), here_by_gtid());
    insert(1, 1, "REPEAT('abcd', 5 << 20)");
    expect_each_once(reader.seen, 1);
    EXPECT_EQ(reader.seen.value_bytes(), std::size_t{20} << 20U);
    insert(2, 1);
    expect_each_once(reader.seen, 2);
    EXPECT_EQ(reader.stop(), "");
    EXPECT_EQ(reader.seen.reconnects(), 0U);
}

TEST_F(binlog_reader, reads_compressed_transactions) {
    running_reader reader(options(), here_by_gtid());
    run("SET SESSION binlog_transaction_compression = ON");
    insert(1, 500, "REPEAT('x', 1000)");
    insert(501, 1, "REPEAT('abcd', 5 << 20)");
    insert(502, 1, "RANDOM_BYTES(1000)");
    run("SET SESSION binlog_transaction_compression = OFF");
    expect_each_once(reader.seen, 502);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, reads_through_tls_and_a_unix_socket) {
    auto encrypted = server().over_tcp();
    encrypted.tls.mode = wire::tls_mode::required;
    running_reader first(options(encrypted), here_by_gtid());
    running_reader second(options(server().over_socket()), here_by_gtid());
    insert(1, 1, "REPEAT('abcd', 5 << 20)");
    expect_each_once(first.seen, 1);
    expect_each_once(second.seen, 1);
    EXPECT_EQ(first.stop(), "");
    EXPECT_EQ(second.stop(), "");
}

TEST_F(binlog_reader, bears_the_checksum_being_turned_off_and_on) {
    for (const bool by_gtid : {true, false}) {
        const auto from = by_gtid ? here_by_gtid() : here_by_file();
        running_reader reader(options(), from);
        for (int i = 0; i < 3; ++i) {
            const int base = i * 100 + (by_gtid ? 0 : 1000);
            insert(base, 1);
            run("SET GLOBAL binlog_checksum = NONE");
            insert(base + 1, 1);
            run("SET GLOBAL binlog_checksum = CRC32");
            insert(base + 2, 1);
            if (i == 1) kill_dump_threads();
        }
        run("SET GLOBAL binlog_checksum = NONE");
        running_reader late(options(), from);
        expect_each_once(reader.seen, 9);
        expect_each_once(late.seen, 9);
        EXPECT_EQ(reader.stop(), "");
        EXPECT_EQ(late.stop(), "");
        run("SET GLOBAL binlog_checksum = CRC32");
    }
}

TEST_F(binlog_reader, waits_for_a_streamed_transaction_that_is_not_committed_yet) {
    run("INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'");
    run("SET GLOBAL rpl_semi_sync_source_timeout = 3600000");
    running_reader reader(unhurried(), here_by_gtid());
    insert(0, 1);
    EXPECT_TRUE(reader.seen.wait_for_keys(1));
    run("SET GLOBAL rpl_semi_sync_source_enabled = ON");
    std::atomic<bool> committed = false;
    std::jthread writer([&] {
        auto other = wire::connection::connect(server().over_socket(), never);
        other.query("INSERT INTO d." + table_ + " VALUES (1, 'x')", never);
        committed = true;
    });
    expect_each_once(reader.seen, 2);
    const auto connections = [] {
        return std::stoull(run("SHOW GLOBAL STATUS LIKE 'Connections'").rows[0][1].value());
    };
    const auto before = connections();
    kill_dump_threads();
    EXPECT_TRUE(reader.seen.wait_for_reconnects(1));
    eventually("it has connected again", [&] { return connections() > before; });
    eventually("it reads nothing yet", [] { return dump_threads().empty(); });
    EXPECT_FALSE(committed) << "the row comes before its commit";
    run("SET GLOBAL rpl_semi_sync_source_enabled = OFF");
    writer.join();
    insert(2, 1);
    expect_each_once(reader.seen, 3);
    EXPECT_EQ(reader.stop(), "");
    run("UNINSTALL PLUGIN rpl_semi_sync_source");
}

TEST(binlog_reader_restarts, the_stream_goes_on_behind_a_crash_of_the_server) {
    sandbox_server server;
    const auto run = [&](const std::string& sql) {
        return wire::connection::connect(server.over_socket(), never).query(sql, never);
    };
    run("CREATE DATABASE d");
    run("CREATE TABLE d.t (id INT PRIMARY KEY)");
    reader_options options;
    options.connection = server.over_socket();
    options.subscriptions = {{.schema = "d", .table = "t", .columns = {0}}};
    options.server_id = 4711;
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000000";
    const auto status = run("SHOW BINARY LOG STATUS").rows[0];
    running_reader by_file(options,
                           file_position{status[0].value(), std::stoull(status[1].value())});
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000001";
    running_reader by_gtid(
        options, gtid_set::parse(run("SELECT @@global.gtid_executed").single("it").value()));
    std::size_t rows = 0;
    const auto insert = [&](int count) {
        for (int i = 0; i < count; ++i) run(fmt::format("INSERT INTO d.t VALUES ({})", ++rows));
    };
    for (unsigned round = 1; round <= 3; ++round) {
        insert(1);
        for (auto* reader : {&by_file, &by_gtid}) EXPECT_TRUE(reader->seen.wait_for_keys(rows));
        insert(50);
        server.kill_hard();
        for (auto* reader : {&by_file, &by_gtid})
            EXPECT_TRUE(reader->seen.wait_for_reconnects(round));
        server.resume();
    }
    for (auto* reader : {&by_file, &by_gtid}) {
        EXPECT_TRUE(reader->seen.wait_for_keys(rows));
        for (const auto& [key, times] : reader->seen.seen()) EXPECT_EQ(times, 1U) << key;
        EXPECT_EQ(reader->stop(), "");
    }
}

TEST(binlog_reader_of_8_0, reads_by_gtid_and_by_file) {
    if (const auto why = test::why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
    const sandbox_server server({.version = "8.0"});
    auto session = wire::connection::connect(server.over_socket(), never);
    session.query("CREATE DATABASE d", never);
    session.query("CREATE TABLE d.t (id INT PRIMARY KEY, v LONGBLOB)", never);
    reader_options options;
    options.connection = server.over_tcp();
    options.heartbeat_period = 10s;
    options.subscriptions = {{.schema = "d", .table = "t", .columns = {0, 1}}};
    options.server_id = 4711;
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000000";
    const auto status = session.query("SHOW MASTER STATUS", never).rows[0];
    running_reader by_file(options,
                           file_position{status[0].value(), std::stoull(status[1].value())});
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000001";
    running_reader by_gtid(
        options, gtid_set::parse(
                     session.query("SELECT @@global.gtid_executed", never).single("it").value()));
    session.query("INSERT INTO d.t VALUES (1, 'x')", never);
    session.query("SET binlog_transaction_compression = ON", never);
    session.query("INSERT INTO d.t VALUES (2, REPEAT('abcd', 5 << 20))", never);
    for (auto* reader : {&by_file, &by_gtid}) {
        EXPECT_TRUE(reader->seen.wait_for_keys(2));
        EXPECT_EQ(reader->seen.reconnects(), 0U);
        EXPECT_EQ(reader->stop(), "");
    }
}

}  // namespace
}  // namespace segue::binlog
