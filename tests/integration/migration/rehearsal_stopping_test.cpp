// A signal ends what comes before copying as soon as it ends the rest, and what was made for a
// moment is gone; where the connection is lost, what is said is true.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

// Whether it says that it executes.
class a_start : public testing::TestWithParam<std::string> {
  protected:
    void make_table(const std::string& partitions) {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)" + partitions);
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    }
    void wait_until_it_waits_for_a_lock() {
        application_session look(shared_server().over_tcp(), run.schema());
        run.wait_until("it waits for a lock", [&] {
            return look.query_value(
                       "SELECT COUNT(*) FROM performance_schema.processlist WHERE "
                       "STATE='Waiting for table metadata lock' AND INFO LIKE '%t%'") != "0";
        });
    }
    void start_up_to(const std::string& point) {
        faults.pause(point);
        run.start("ADD COLUMN b INT",
                  {.build = segue_build::faulty, .faults = &faults, .more = {GetParam()}});
        faults.wait_reached(point);
    }
    void end_its_connections() {
        for (const auto& one :
             run.session().query("SELECT ID FROM information_schema.PROCESSLIST WHERE "
                                 "DB=DATABASE() AND ID<>CONNECTION_ID()"))
            run.session().execute("KILL CONNECTION " + one.at(0).value());
    }
    void expect_stopped_in_order() {
        run.expect_failed({"stopped by a signal", "The original table is untouched"});
        const auto told = run.segue().err();
        EXPECT_EQ(told.find("takes too long"), std::string::npos) << told;
        EXPECT_EQ(told.find("Left behind"), std::string::npos) << told;
        EXPECT_EQ(run.everything(), "t:2");
    }

    fault_points faults;
    quiet_run run{shared_server()};
};

TEST_P(a_start, that_waits_for_a_lock_ends_at_a_signal) {
    make_table("");
    run.session().execute("LOCK TABLES t WRITE");
    run.start("ADD COLUMN b INT", {.more = {GetParam()}});
    wait_until_it_waits_for_a_lock();
    run.segue().signal(SIGTERM);
    EXPECT_EQ(run.segue().wait(), 1);
    run.session().execute("UNLOCK TABLES");
    expect_stopped_in_order();
}

TEST_P(a_start, that_waits_to_drop_its_own_table_ends_at_a_signal_and_drops_it) {
    make_table(" PARTITION BY HASH (id) PARTITIONS 2");
    start_up_to("rename_cost.measured");
    EXPECT_EQ(run.session().query_value("SELECT TABLE_COMMENT FROM information_schema.TABLES WHERE "
                                        "TABLE_SCHEMA=DATABASE() AND TABLE_NAME='_t_ghr'"),
              "Segue: rehearsal");
    run.session().execute("LOCK TABLES _t_ghr READ");
    faults.go("rename_cost.measured");
    wait_until_it_waits_for_a_lock();
    run.segue().signal(SIGINT);
    run.segue().wait_for_output("stopping in order");
    run.session().execute("UNLOCK TABLES");
    expect_stopped_in_order();
}

TEST_P(a_start, whose_connection_is_lost_at_the_alter_does_not_say_that_it_is_refused) {
    make_table("");
    start_up_to("target_table.before_alter");
    end_its_connections();
    faults.go("target_table.before_alter");
    run.expect_failed({"the connection was lost while the new table was altered",
                       "The original table is untouched"});
    EXPECT_EQ(run.segue().err().find("refuses"), std::string::npos) << run.segue().err();
}

TEST_P(a_start, that_could_not_drop_its_table_says_that_the_next_one_does) {
    make_table(" PARTITION BY HASH (id) PARTITIONS 2");
    start_up_to("rename_cost.measured");
    end_its_connections();
    faults.go("rename_cost.measured");
    run.expect_failed({"DROP TABLE IF EXISTS " + run.tables().rehearsal.quoted() +
                       "; or start again, which drops it as well."});
    ASSERT_EQ(run.everything(), "_t_ghr:0 t:2");
    // One that has no need of the name.
    run.session().execute("ALTER TABLE t REMOVE PARTITIONING");
    run.start("ADD COLUMN b INT", {.more = {GetParam()}});
    run.expect_swapped();  // exit code 0
    EXPECT_EQ(run.everything(), GetParam() == "--execute" ? "_t_del:2 t:2" : "t:2");
}

INSTANTIATE_TEST_SUITE_P(of, a_start, testing::Values("--execute", "--execute=false"),
                         [](const auto& of) {
                             return of.param == "--execute" ? "a_run" : "a_rehearsal";
                         });

}  // namespace
}  // namespace segue::test
