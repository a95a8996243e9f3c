// RENAME TABLE takes its time by the partitions, and is measured before anybody waits for it.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_slow_rename : public testing::Test {
  protected:
    void make_table(const std::string& partitions) {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)" + partitions);
        run.session().execute("INSERT INTO t VALUES (1, 10), (2, 20)");
    }
    std::string requests_for_the_lock() {
        return run.session().query("SHOW GLOBAL STATUS LIKE 'Com_lock_tables'").at(0).at(1).value();
    }
    void expect_postponed_and_in_step(const std::string& alter) {
        const auto before = requests_for_the_lock();
        run.start(alter, {.more = {least_budget}});
        run.segue().wait_for_output("RENAME TABLE alone takes some ");
        run.segue().wait_for_output("the cut-over is postponed, and the new table is kept in step");
        run.segue().wait_for_output("State: postponing cut-over");
        EXPECT_NE(run.segue().err().find("start again with --accept-slow-rename"),
                  std::string::npos)
            << run.segue().err();
        run.session().execute("UPDATE t SET a=11 WHERE id=1");
        eventually("the change is carried over", [&] {
            return run.session().query_value("SELECT a FROM _t_gho WHERE id=1") == "11";
        });
        EXPECT_EQ(requests_for_the_lock(), before);
        EXPECT_EQ(run.everything().find("_t_ghr"), std::string::npos) << run.everything();
    }

    // RENAME TABLE of the twin waits for it, for so long that it is more than the budget both ways.
    void hold_up_the_first_measurement(fault_points& faults) {
        faults.wait_reached("rename_cost.before_measuring");
        db::session backup = run.server().root();
        backup.execute("LOCK INSTANCE FOR BACKUP");
        faults.go("rename_cost.before_measuring");
        eventually("RENAME TABLE has waited for 2.5 s", [&] {
            return backup.query_value(
                       "SELECT COUNT(*) FROM performance_schema.events_statements_current WHERE "
                       "CURRENT_SCHEMA='" +
                       run.schema() +
                       "' AND SQL_TEXT LIKE 'RENAME TABLE%_t_ghr%' AND TIMER_WAIT > 2.5e12") != "0";
        });
        backup.execute("UNLOCK INSTANCE");
    }

    const std::string busy_budget = "--cut-over-stall-budget-millis=1000";
    const std::string many = " PARTITION BY HASH (id) PARTITIONS 40";
    const std::string few = " PARTITION BY HASH (id) PARTITIONS 2";
    const std::string least_budget = "--cut-over-stall-budget-millis=10";
    quiet_run run{shared_server()};
};

TEST_F(a_slow_rename, of_the_original_postpones_the_cut_over) {
    make_table(many);
    expect_postponed_and_in_step("REMOVE PARTITIONING");
}

TEST_F(a_slow_rename, of_the_new_table_postpones_the_cut_over) {
    make_table("");
    expect_postponed_and_in_step("ADD COLUMN b INT" + many);
}

TEST_F(a_slow_rename, of_a_busy_moment_at_the_start_does_not_count) {
    make_table(few);
    fault_points faults;
    faults.pause("rename_cost.before_measuring");
    run.start("ADD COLUMN b INT",
              {.build = segue_build::faulty, .faults = &faults, .more = {busy_budget}});
    hold_up_the_first_measurement(faults);
    run.expect_swapped();
    EXPECT_EQ(run.segue().err().find("RENAME TABLE alone takes"), std::string::npos)
        << run.segue().err();
}

TEST_F(a_slow_rename, is_measured_again_before_the_swap_is_given_up) {
    make_table(few);
    fault_points faults;
    faults.leave_out("rename_cost.least_of_several").pause("rename_cost.before_measuring");
    run.start("ADD COLUMN b INT",
              {.build = segue_build::faulty, .faults = &faults, .more = {busy_budget}});
    hold_up_the_first_measurement(faults);
    run.expect_swapped();
    for (const auto& told : {"RENAME TABLE alone takes", "fits the stall budget: the swap goes on"})
        EXPECT_NE(run.segue().err().find(told), std::string::npos) << run.segue().err();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_slow_rename, that_cannot_be_measured_again_is_tried_again) {
    make_table(few);
    fault_points faults;
    faults.leave_out("rename_cost.least_of_several")
        .leave_out("runner.pause_between_measurements")
        .pause("rename_cost.before_measuring");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .postponed = true,
                                   .more = {busy_budget}});
    hold_up_the_first_measurement(faults);
    run.segue().wait_for_output("State: postponing cut-over");
    db::session backup = run.server().root();
    backup.execute("LOCK INSTANCE FOR BACKUP");
    run.let_cut_over();
    run.segue().wait_for_output("could not be measured, and that is tried again: ");
    backup.execute("UNLOCK INSTANCE");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

TEST_F(a_slow_rename, is_told_by_the_rehearsal_which_leaves_nothing) {
    make_table(many);
    run.start("ADD COLUMN b INT", {.more = {"--execute=false", least_budget}});
    run.expect_swapped();  // exit code 0
    for (const auto& told : {"(RENAME TABLE alone takes some ", "Note: RENAME TABLE alone takes",
                             "start again with --accept-slow-rename"})
        EXPECT_NE(run.segue().out().find(told), std::string::npos) << run.segue().out();
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(a_slow_rename, that_is_accepted_is_made) {
    make_table(many);
    run.start("ADD COLUMN b INT", {.more = {"--accept-slow-rename"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_slow_rename, whose_measuring_was_killed_leaves_nothing_to_the_next_one) {
    make_table(" PARTITION BY HASH (id) PARTITIONS 4");
    fault_points faults;
    faults.abort("rename_cost.measured");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    EXPECT_EQ(run.segue().wait(), 128 + 9);
    EXPECT_EQ(run.everything(), "_t_ghr:0 t:2");
    run.start("ADD COLUMN b INT", {.more = {"--execute=false"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(a_slow_rename, is_not_looked_for_where_there_are_no_partitions) {
    make_table("");
    run.start("ADD COLUMN b INT", {.more = {"--execute=false", least_budget}});
    run.expect_swapped();
    EXPECT_EQ(run.segue().out().find("RENAME TABLE alone"), std::string::npos) << run.segue().out();
}

}  // namespace
}  // namespace segue::test
