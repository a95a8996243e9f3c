// --test-on-replica and --migrate-on-replica: a replica is written to, and its primary is not.
#include "tests/integration/migration/replica_pair.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/oracle.hpp"
#include "tests/support/temporary_folder.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr int sigterm = SIGTERM;

/// Its replica gets GTIDs of its own, so that no other test has it.
class on_a_replica : public testing::Test {
  protected:
    std::vector<std::string> arguments(std::vector<std::string> more) {
        const sandbox_server& replica = servers.replica();
        more.insert(more.end(), {fmt::format("--port={}", replica.port()),
                                 "--user=" + replica.user(), "--password=" + replica.password()});
        return more;
    }
    bool replicates() {
        auto session = servers.replica().root();
        const auto status = session.query_named("SHOW REPLICA STATUS");
        return status.at(0).at("Replica_IO_Running") == "Yes" &&
               status.at(0).at("Replica_SQL_Running") == "Yes";
    }
    /// --hooks-path of a folder in which each hook of these names writes a line with its name.
    std::string hooks_that_tell(const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            const auto path = hooks.path() / ("gh-ost-on-" + name);
            std::ofstream(path) << "#!/bin/sh\necho told by " << name << "\n";
            std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        }
        return "--hooks-path=" + hooks.path().string();
    }
    std::string tables_of(const sandbox_server& server, const live_run& run) {
        auto session = server.root();
        return session
            .query_value(fmt::format(
                "SELECT GROUP_CONCAT(TABLE_NAME ORDER BY 1) FROM information_schema.TABLES "
                "WHERE TABLE_SCHEMA='{}'",
                run.table().schema))
            .value_or("");
    }
    std::string checksum(const sandbox_server& server, const table_name& table) {
        auto session = server.root();
        return session.query_row("CHECKSUM TABLE " + table.quoted()).at(1).value_or("none");
    }
    /// What a test has left is taken away, and the replica becomes equal to its primary.
    void expect_replicates_on_without(live_run& run, const table_name& left) {
        servers.on_replica({"DROP TABLE " + left.quoted()});
        servers.start_replication();
        run.expect_nothing_lost();
        servers.wait_replicated();
        EXPECT_EQ(checksum(servers.replica(), run.table()),
                  checksum(servers.primary(), run.table()));
    }

    const temporary_folder hooks;
    replica_pair& servers =
        shared_pair({.name = "written_to_by_itself", .replica = usual_pair().replica});
    const live_options usual = {.rows = 2'000, .writing = {.writers = 3, .rate_per_second = 20}};
};

TEST_F(on_a_replica, a_test_leaves_the_table_as_it_was_beside_what_it_would_become) {
    live_run run(servers.primary(), usual);
    servers.wait_replicated();
    servers.on_replica({"SET GLOBAL read_only=ON"});
    run.writers().start();
    run.start({.more = arguments({"--test-on-replica", "--ok-to-drop-table"})});
    run.expect_swapped();  // exit code 0
    servers.on_replica({"SET GLOBAL read_only=OFF"});
    EXPECT_EQ(run.times_told("replication of this replica is stopped for the test"), 1U);
    EXPECT_EQ(run.times_told("The tables were swapped and swapped back: " + run.table().quoted()),
              1U);
    EXPECT_GE(run.times_told("this replica gets transactions of its own"), 1U);
    EXPECT_FALSE(replicates());
    EXPECT_EQ(tables_of(servers.replica(), run), "_orders_gho,orders");
    EXPECT_EQ(tables_of(servers.primary(), run), "orders");
    const auto answer = compare_with_native_alter(
        servers.replica().over_tcp(),
        {.table = run.tables().ghost, .old_table = run.table(), .alter = std::string(usual_alter)});
    EXPECT_TRUE(answer.equal()) << answer.text();
    EXPECT_GT(answer.expected_rows, 1'000U);
    expect_replicates_on_without(run, run.tables().ghost);
}

TEST_F(on_a_replica, a_test_waits_until_others_have_stopped_replication) {
    live_run run(servers.primary(), usual);
    servers.wait_replicated();
    run.writers().start();
    run.start({.more = arguments({"--test-on-replica", "--test-on-replica-skip-replica-stop",
                                  hooks_that_tell({"stop-replication", "start-replication"})})});
    run.segue().wait_for_output("told by stop-replication");
    run.segue().wait_for_output("replication runs, and others are to stop it before the swap");
    EXPECT_TRUE(replicates());
    servers.on_replica({"STOP REPLICA"});
    run.expect_swapped();
    EXPECT_EQ(run.times_told("told by stop-replication"), 1U);
    EXPECT_EQ(run.times_told("told by start-replication"), 0U);
    EXPECT_EQ(tables_of(servers.replica(), run), "_orders_gho,orders");
    expect_replicates_on_without(run, run.tables().ghost);
}

TEST_F(on_a_replica, a_test_that_is_stopped_before_the_swap_lets_it_replicate_on) {
    live_run run(servers.primary(), usual);
    servers.wait_replicated();
    auto reader = servers.replica().root();
    reader.execute("BEGIN");
    reader.query("SELECT COUNT(*) FROM " + run.table().quoted());
    run.start({.more = arguments({"--test-on-replica", hooks_that_tell({"start-replication"})})});
    run.segue().wait_for_output("holds the table");
    EXPECT_FALSE(replicates());
    run.segue().signal(sigterm);
    EXPECT_EQ(run.segue().wait(), 1);
    EXPECT_EQ(run.times_told("told by start-replication"), 1U);
    EXPECT_EQ(run.times_told("replication of this replica goes on"), 1U);
    EXPECT_EQ(run.times_told("The original table is untouched."), 1U);
    eventually("it replicates", [&] { return replicates(); });
}

TEST_F(on_a_replica, one_that_is_migrated_by_itself_replicates_all_the_time) {
    const std::string alter = "ADD COLUMN added INT NOT NULL DEFAULT 5";
    auto with = usual;
    with.alter = alter;
    live_run run(servers.primary(), with);
    servers.wait_replicated();
    run.writers().start();
    run.start({.more = arguments({"--migrate-on-replica"})});
    run.expect_swapped();
    EXPECT_TRUE(replicates());
    run.writers().wait_for_transactions(20);
    run.expect_nothing_lost();
    servers.wait_replicated();
    EXPECT_EQ(tables_of(servers.replica(), run), "_orders_del,orders");
    auto there = servers.replica().root();
    EXPECT_EQ(there.query_value("SELECT MIN(added) FROM " + run.table().quoted()), "5");
    there.execute("SET SESSION sql_log_bin=0");
    there.execute(fmt::format("ALTER TABLE {} DROP COLUMN added", run.table().quoted()));
    EXPECT_EQ(checksum(servers.replica(), run.table()), checksum(servers.primary(), run.table()));
    EXPECT_EQ(tables_of(servers.primary(), run), "orders");
}

TEST_F(on_a_replica, that_is_none_nothing_is_tested) {
    live_run run(servers.primary(), usual);
    run.start({.more = {"--test-on-replica"}});
    run.expect_stopped({"is no replica", "--test-on-replica and --migrate-on-replica are for"});
    EXPECT_EQ(tables_of(servers.primary(), run), "orders");
}

}  // namespace
}  // namespace segue::test
