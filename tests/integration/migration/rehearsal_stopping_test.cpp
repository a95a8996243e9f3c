// A signal ends what comes before copying as soon as it ends the rest, and what was made for a
// moment is gone.
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
    void expect_stopped_in_order() {
        run.expect_failed({"stopped by a signal", "The original table is untouched"});
        const auto told = run.segue().err();
        EXPECT_EQ(told.find("takes too long"), std::string::npos) << told;
        EXPECT_EQ(told.find("Left behind"), std::string::npos) << told;
        EXPECT_EQ(run.everything(), "t:2");
    }

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
    fault_points faults;
    faults.pause("rename_cost.measured");
    run.start("ADD COLUMN b INT",
              {.build = segue_build::faulty, .faults = &faults, .more = {GetParam()}});
    faults.wait_reached("rename_cost.measured");
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

INSTANTIATE_TEST_SUITE_P(of, a_start, testing::Values("--execute", "--execute=false"),
                         [](const auto& of) {
                             return of.param == "--execute" ? "a_run" : "a_rehearsal";
                         });

}  // namespace
}  // namespace segue::test
