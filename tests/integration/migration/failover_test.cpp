// The address of the primary leads to another server, which has less than the old one had.
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/integration/migration/replica_pair.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/oracle.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

// Of each test alone, as the primary is killed.
class a_failover : public testing::Test {
  protected:
    a_failover() {
        servers.primary().root().execute("CREATE USER on_both IDENTIFIED BY 'both'");
        servers.primary().root().execute("GRANT ALL ON *.* TO on_both");
        application_session& on = run.session();
        on.execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        on.execute(
            "INSERT INTO t (a) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 900) SELECT i FROM n");
        servers.wait_replicated();
    }

    void start(fault_points* faults = nullptr) {
        run.start(alter, {.build = faults == nullptr ? segue_build::released : segue_build::faulty,
                          .faults = faults,
                          .postponed = true,
                          .more = {"--host=127.0.0.1", fmt::format("--port={}", proxy.port()),
                                   "--user=on_both", "--password=both", "--chunk-size=100"}});
        run.segue().wait_for_output("phase: postponed");
        run.wait_for_resume_point();
    }

    // What the primary commits from now on the replica never gets.
    void lose_replication() {
        servers.wait_replicated();
        servers.on_replica({"STOP REPLICA IO_THREAD"});
    }

    void promote(const std::vector<std::string>& before = {}) {
        servers.on_replica({"STOP REPLICA", "RESET REPLICA ALL", "SET GLOBAL read_only=OFF"});
        servers.on_replica(before);
        proxy.send_to(servers.replica().over_tcp().server);
        proxy.close_all();
    }

    replica_pair servers{{.name = "failing_over", .replica = usual_pair().replica}};
    fault_proxy proxy{servers.primary().over_tcp().server};
    quiet_run run{servers.primary()};
    const std::string alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";
};

TEST_F(a_failover, that_loses_transactions_is_gone_on_with_as_it_is_there) {
    start();
    lose_replication();
    // Carried over on the old primary, and gone with it.
    run.session().execute("UPDATE t SET a = -1 WHERE id <= 300");
    run.session().execute("DELETE FROM t WHERE id > 600");
    run.wait_until("the changes were carried over", [&] {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho WHERE a = -1") == "300" &&
               run.session().query_value("SELECT COUNT(*) FROM _t_gho") == "600";
    });
    promote();
    run.segue().wait_for_output("Going on with what the database says of it now");
    run.segue().wait_for_output("going on with what an earlier run left");
    application_session there(servers.replica().over_tcp(), run.schema());
    there.execute("UPDATE t SET a = -2 WHERE id BETWEEN 100 AND 200");
    there.execute("DELETE FROM t WHERE id = 7");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(there.query_value("SELECT COUNT(*) FROM t"), "899");
    EXPECT_EQ(there.query_value("SELECT COUNT(*) FROM t WHERE a = -1"), "0");
    EXPECT_EQ(there.query_value("SELECT COUNT(*) FROM t WHERE a = -2"), "101");
    const auto answer = compare_with_native_alter(
        servers.replica().over_tcp(),
        {.table = run.table(), .old_table = run.tables().old, .alter = alter});
    EXPECT_TRUE(answer.equal()) << answer.text();
}

// What breaks the connections once more meets also the question which server it is.
TEST_F(a_failover, is_seen_also_where_the_server_does_not_answer_at_once) {
    fault_points faults;
    faults.pause("migration.asks_which_server");
    start(&faults);
    servers.wait_replicated();
    promote();
    faults.wait_reached("migration.asks_which_server");
    proxy.send_to({.host = "127.0.0.1", .port = 1, .socket = {}});
    faults.go("migration.asks_which_server");
    run.segue().wait_for_output("whether this is another server cannot be seen yet");
    proxy.send_to(servers.replica().over_tcp().server);
    run.segue().wait_for_output("Going on with what the database says of it now");
    run.let_cut_over();
    run.expect_swapped();
    application_session there(servers.replica().over_tcp(), run.schema());
    EXPECT_EQ(there.query_value("SELECT COUNT(*) FROM t WHERE b = 3"), "900");
}

TEST_F(a_failover, to_a_server_that_lacks_earlier_transactions_of_those_it_has_is_refused) {
    start();
    lose_replication();
    const auto uuid = run.session().query_value("SELECT @@server_uuid").value();
    promote({"SET SESSION gtid_next='" + uuid + ":1000000'", "BEGIN", "COMMIT",
             "SET SESSION gtid_next=AUTOMATIC"});
    run.expect_failed(
        {"has later transactions without earlier ones", uuid, "The original table is untouched"});
}

TEST(a_run_whose_log_is_read_on_a_replica, goes_on_after_it_was_killed) {
    replica_pair& servers = shared_pair(usual_pair());
    live_run run(servers.primary(), {.rows = 3'000, .writing = {.rate_per_second = 50}});
    servers.wait_replicated();
    run.writers().start();
    run.kill_in_the_copy({.more = servers.arguments()});
    run.writers().wait_for_transactions(100);
    run.migrate_while_writers_pause(100, {.more = servers.arguments()});
    EXPECT_EQ(run.times_told("going on with what an earlier run left"), 1U) << run.segue().err();
}

}  // namespace
}  // namespace segue::test
