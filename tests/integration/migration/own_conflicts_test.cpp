// Locks and deadlocks with others on the ghost table, and statements that are ended.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <regex>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::string change = "ADD COLUMN b INT";

class a_flush : public testing::Test {
  protected:
    a_flush() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
        run.session().execute("CREATE TABLE heavy (id INT PRIMARY KEY)");
        run.start(change, {.postponed = true, .more = {"--default-retries=1", "--verbose=false"}});
        run.segue().wait_for_output("State: postponing cut-over");
    }
    // The transaction that has written least is a deadlock's victim.
    void begin_and_write_much() {
        other.execute("BEGIN");
        other.execute(
            "INSERT INTO heavy WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
            "i<900) SELECT i FROM n");
    }

    quiet_run run{shared_server()};
    application_session other{shared_server().over_tcp(), run.schema()};
};

TEST_F(a_flush, that_is_a_deadlocks_victim_is_made_again_as_a_whole) {
    begin_and_write_much();
    other.query("SELECT id FROM _t_gho WHERE id=2 FOR UPDATE");
    run.session().execute("UPDATE t SET a=1");
    run.wait_for_lock_wait_in_ghost();
    // The flush has row 1, and waits for row 2.
    other.query("SELECT id FROM _t_gho WHERE id=1 FOR UPDATE");
    run.segue().wait_for_output("Deadlock found");
    // It goes on to wait, longer than --default-retries would let a failing operation live.
    // Without --verbose, too: at first, and then now and then.
    run.segue().wait_for_output("trying again (locks of other transactions stood in its way once)");
    run.segue().wait_for_match(std::regex("stood in its way [3-9] times in a row"));
    EXPECT_TRUE(run.segue().running());
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM _t_gho WHERE a=1"), "0");
    other.execute("ROLLBACK");
    eventually("all rows are carried over", [&] {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho WHERE a=1") == "3";
    });
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(change);
}

/// A server whose general log holds what every connection sends.
sandbox_server& logging_server() {
    return shared_server({"--general-log=ON", "--log-output=TABLE"});
}

class statements_that_are_ended : public testing::Test {
  protected:
    statements_that_are_ended() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
    }
    std::string count(const std::string& condition) {
        return run.session()
            .query_value("SELECT COUNT(*) FROM mysql.general_log WHERE command_type='Query' AND " +
                         condition)
            .value();
    }
    /// The connection that sent the n-th LOCK TABLES of this run, from 1.
    std::string locker(int n) {
        return run.session()
            .query(fmt::format("SELECT thread_id FROM mysql.general_log WHERE argument LIKE 'LOCK "
                               "TABLES `{}`%' ORDER BY event_time",
                               run.schema()))
            .at(static_cast<std::size_t>(n - 1))
            .at(0)
            .value();
    }
    std::string kills_of(const std::string& connection) {
        return count(fmt::format("argument='KILL QUERY {}'", connection));
    }
    bool connected(const std::string& connection) {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM performance_schema.threads WHERE processlist_id=" +
                   connection) != "0";
    }

    quiet_run run{logging_server()};
    fault_points faults;
};

TEST_F(statements_that_are_ended, are_never_those_that_undo_an_attempt) {
    faults.pause("cut_over.flushed");
    run.start(change, {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("cut_over.flushed");
    const auto first = locker(1);
    eventually("the watchdog has spoken", [&] { return kills_of(first) != "0"; });
    faults.go("cut_over.flushed");
    run.expect_swapped();
    EXPECT_EQ(count(fmt::format("thread_id={} AND argument='ROLLBACK'", first)), "1");
    EXPECT_EQ(
        count(fmt::format("argument='KILL QUERY {0}' AND event_time > (SELECT MIN(event_time) FROM "
                          "mysql.general_log WHERE thread_id={0} AND argument='ROLLBACK')",
                          first)),
        "0");
    run.expect_as_native_alter(change);
}

// The server ends the connection later than the watchdog would have.
TEST_F(statements_that_are_ended, are_none_any_more_when_rename_is_about_to_be_sent) {
    faults.pause("cut_over.before_rename");
    run.start(change, {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("cut_over.before_rename");
    const auto first = locker(1);
    eventually("the server has ended the idle connection", [&] { return !connected(first); });
    EXPECT_EQ(kills_of(first), "0");
    faults.go("cut_over.before_rename");
    run.expect_swapped();
    // Too late, so it was not sent at all.
    EXPECT_EQ(count("argument LIKE 'RENAME TABLE `" + run.schema() + "`%'"), "1");
    EXPECT_EQ(run.segue().err().find("lost while the names were swapped"), std::string::npos)
        << run.segue().err();
    run.expect_as_native_alter(change);
}

// After the swap the threads are stopped, and those that wait on the server are ended.
TEST_F(statements_that_are_ended, are_not_those_that_clean_up) {
    faults.pause("cut_over.swapped");
    run.start(change, {.build = segue_build::faulty,
                       .faults = &faults,
                       .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("cut_over.swapped");
    application_session other(logging_server().over_tcp(), run.schema());
    other.execute("BEGIN");
    other.query("SELECT id FROM _t_ghc FOR UPDATE");
    eventually("the heartbeat waits", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM performance_schema.data_locks WHERE lock_status='WAITING' "
                   "AND object_name='_t_ghc'") != "0";
    });
    const auto before = count("argument LIKE 'KILL QUERY%'");
    faults.go("cut_over.swapped");
    eventually("the heartbeat, which waits, was ended",
               [&] { return count("argument LIKE 'KILL QUERY%'") != before; });
    const std::string drop =
        "argument LIKE 'DROP TABLE IF EXISTS `" + run.schema() + "`.`_t_ghc`%'";
    // It gives up by itself, and is made again.
    eventually("the changelog is being dropped again", [&] { return std::stoi(count(drop)) > 1; });
    other.execute("ROLLBACK");
    run.expect_swapped();
    EXPECT_EQ(count("argument LIKE 'KILL QUERY%' AND event_time > (SELECT MIN(event_time) FROM "
                    "mysql.general_log WHERE " +
                    drop + ")"),
              "0");
    EXPECT_EQ(run.everything(), "_t_del:3 t:3");
}

}  // namespace
}  // namespace segue::test
