// The reader as a client of the server: waiting, stopping, other readers, and what it is refused.
#include "tests/integration/binlog/running_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::binlog {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST_F(binlog_reader, is_held_up_longer_than_the_write_timeout_without_being_cut_off) {
    run("SET GLOBAL net_write_timeout = 1");
    running_reader reader(unhurried(), here_by_gtid(), 4s);
    run("BEGIN");
    for (int i = 0; i < 20; ++i) insert(i * 10, 10, "REPEAT('x', 1000000)");
    run("COMMIT");
    expect_each_once(reader.seen, 200);
    EXPECT_EQ(reader.seen.reconnects(), 0U);
    EXPECT_EQ(reader.stop(), "");
    run("SET GLOBAL net_write_timeout = DEFAULT");
}

TEST_F(binlog_reader, is_not_lost_in_silence) {
    auto asked = options();
    asked.heartbeat_period = 2s;
    running_reader reader(asked, here_by_gtid());
    EXPECT_TRUE(reader.seen.wait_for_boundaries(1));
    // Longer than heartbeats may fail to come.
    EXPECT_TRUE(reader.seen.wait_for_boundaries(7));
    EXPECT_EQ(reader.seen.reconnects(), 0U);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, stops_when_asked_though_nothing_comes) {
    auto asked = options();
    asked.heartbeat_period = 1h;
    asked.connection.read_timeout = 1h;
    running_reader reader(asked, here_by_gtid());
    insert(1, 1);
    EXPECT_TRUE(reader.seen.wait_for_boundary_at(here_by_gtid()));
    EXPECT_EQ(reader.stop(), "");
    EXPECT_EQ(reader.seen.reconnects(), 0U);
}

TEST_F(binlog_reader, two_runs_with_one_server_id_leave_each_other_alone) {
    running_reader first(unhurried(), here_by_gtid());
    running_reader second(unhurried(), here_by_gtid());
    insert(1, 1);
    EXPECT_TRUE(first.seen.wait_for_keys(1));
    EXPECT_TRUE(second.seen.wait_for_keys(1));
    EXPECT_EQ(dump_threads().size(), 2U);
    insert(2, 4);
    expect_each_once(first.seen, 5);
    expect_each_once(second.seen, 5);
    EXPECT_EQ(first.seen.reconnects() + second.seen.reconnects(), 0U);
    EXPECT_EQ(first.stop(), "");
    EXPECT_EQ(second.stop(), "");
}

TEST_F(binlog_reader, is_told_when_another_run_uses_its_uuid) {
    const auto shared = unhurried();
    running_reader first(shared, here_by_gtid());
    insert(1, 1);
    EXPECT_TRUE(first.seen.wait_for_keys(1));
    running_reader second(shared, here_by_gtid());
    EXPECT_THAT(first.failure(), HasSubstr("replica_uuid"));
    EXPECT_EQ(second.stop(), "");
}

TEST_F(binlog_reader, is_shown_among_the_replicas) {
    const auto named = options();
    running_reader reader(named, here_by_gtid());
    EXPECT_TRUE(reader.seen.wait_for_boundaries(1));
    bool found = false;
    for (const auto& row : run("SHOW REPLICAS").rows)
        found = found || (row[0] == "4711" && row.back() == named.replica_uuid);
    EXPECT_TRUE(found);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, without_the_privilege_fails_with_a_remedy) {
    run("CREATE USER weak IDENTIFIED BY 'p'");
    auto connection = server().over_socket();
    connection.user = "weak";
    connection.password = "p";
    for (const auto& from : {here_by_gtid(), here_by_file()})
        EXPECT_THAT(running_reader(options(connection), from).failure(),
                    HasSubstr("REPLICATION SLAVE"));
}

TEST_F(binlog_reader, refuses_another_server_than_expected) {
    auto asked = options();
    asked.expected_server_uuid = "00000000-0000-0000-0000-000000000001";
    EXPECT_THAT(running_reader(asked, here_by_gtid()).failure(), HasSubstr("another one"));
}

TEST_F(binlog_reader, gives_up_on_a_server_that_was_never_there) {
    auto nowhere = server().over_tcp();
    nowhere.server.port = 1;
    EXPECT_THAT(running_reader(options(nowhere), here_by_gtid()).failure(),
                HasSubstr("cannot connect"));
}

TEST_F(binlog_reader, at_a_purged_position_fails_with_a_remedy) {
    const auto by_gtid = here_by_gtid();
    const auto by_file = here_by_file();
    insert(1, 1);
    run("FLUSH BINARY LOGS");
    run("PURGE BINARY LOGS TO '" + std::get<file_position>(here_by_file()).file + "'");
    for (const auto& from : {by_gtid, by_file})
        EXPECT_THAT(running_reader(options(), from).failure(),
                    HasSubstr("binlog_expire_logs_seconds"));
}

TEST_F(binlog_reader, behind_the_end_of_a_file_fails) {
    auto beyond = std::get<file_position>(here_by_file());
    beyond.offset += 1'000'000;
    EXPECT_THAT(running_reader(options(), beyond).failure(), HasSubstr("lost transactions"));
}

TEST_F(binlog_reader, between_two_transactions_only_can_begin) {
    auto inside = std::get<file_position>(here_by_file());
    insert(1, 1);
    inside.offset += 3;
    EXPECT_NE(running_reader(options(), inside).failure(), "");
}

// That the log was reset no server tells who reads it.
TEST_F(binlog_reader, looks_at_its_place_again_where_nothing_comes_for_long) {
    auto with = unhurried();
    with.place_looked_at_after = std::chrono::milliseconds(300);
    running_reader reader(with, here_by_gtid());
    EXPECT_TRUE(reader.seen.wait_for_reconnects(2));
    insert(1, 3);
    EXPECT_TRUE(reader.seen.wait_for_keys(3));
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, knows_the_log_that_it_is_to_begin_in) {
    insert(1, 1);
    const auto end = std::get<gtid_set>(here_by_gtid());
    insert(2, 1);
    const auto last = std::get<gtid_set>(here_by_gtid()).without(end).single();
    ASSERT_TRUE(last);
    auto with = unhurried();
    with.mark = log_mark{.source = last->first, .number = last->second, .moment = 1};
    running_reader reader(with, here_by_gtid());
    const std::string told = reader.failure();
    EXPECT_NE(told.find("the binary log was reset"), std::string::npos) << told;
    EXPECT_NE(told.find(fmt::format(":{} is another one", last->second)), std::string::npos)
        << told;
}

TEST_F(binlog_reader, reconnects_to_a_server_that_fell_silent) {
    auto asked = options();
    asked.connection.connect_timeout = 1s;
    running_reader reader(asked, here_by_gtid());
    EXPECT_TRUE(reader.seen.wait_for_boundaries(3));
    const auto pid = server_process();
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    const bool noticed = reader.seen.wait_for_reconnects(1);
    ASSERT_EQ(::kill(pid, SIGCONT), 0);
    EXPECT_TRUE(noticed);
    insert(1, 5);
    expect_each_once(reader.seen, 5);
    EXPECT_EQ(reader.stop(), "");
}

}  // namespace
}  // namespace segue::binlog
