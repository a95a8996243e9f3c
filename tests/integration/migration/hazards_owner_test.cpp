// docs/hazards.md, 13 and 25: more than one run, of which some are dead and do not know it.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class several_runs : public testing::Test {
  protected:
    several_runs() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute(
            "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
            "i<500) SELECT i, 0 FROM n");
        std::ofstream(throttled).flush();
    }
    ~several_runs() override { std::filesystem::remove(throttled); }

    std::string ghost_rows() {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho").value();
    }

    /// The run, which reaches the point, is stopped there as if it had hung, or the network;
    /// another one takes its tables over and holds back; then it goes on, and ends.
    void expect_to_be_taken_over_at(const std::string& point, fault_points& faults) {
        faults.wait_reached(point);
        run.segue().signal(SIGSTOP);
        other = run.start_another(
            "ADD COLUMN c INT",
            {.more = {"--initially-drop-ghost-table", "--throttle-flag-file=" + throttled}});
        other->wait_for_output("State: throttled, flag-file");
        // The tables are the other one's; whatever comes in is the first one's.
        ASSERT_EQ(ghost_rows(), "0");
        run.segue().signal(SIGCONT);
        faults.go(point);
        run.expect_failed({"Another run (", ") has this migration now"});
    }
    void expect_the_other_to_swap() {
        std::filesystem::remove(throttled);
        EXPECT_EQ(other->wait(), 0) << other->err();
        run.expect_as_native_alter("ADD COLUMN c INT");
    }

    quiet_run run{shared_server()};
    const std::string throttled = run.flag().string() + ".throttle";
    std::unique_ptr<segue_process> other;
};

TEST_F(several_runs, a_statement_that_outlives_its_process_never_lands) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    application_session holder(shared_server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT id FROM _t_gho WHERE id=7 FOR UPDATE");
    run.session().execute("UPDATE t SET a=1 WHERE id=7");
    run.wait_for_lock_wait_in_ghost();
    run.segue().signal(SIGKILL);
    run.segue().wait();
    EXPECT_EQ(run.lock_waits_in_ghost(), "1");
    holder.execute("ROLLBACK");
    eventually("nothing of the dead run is left", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM performance_schema.metadata_locks WHERE "
                   "object_type='TABLE' AND object_schema='" +
                   run.schema() + "' AND object_name LIKE '\\_t\\_%'") == "0";
    });
    EXPECT_EQ(run.session().query_value("SELECT a FROM _t_gho WHERE id=7"), "0");

    run.start("ADD COLUMN c INT", {.more = {"--initially-drop-ghost-table"}});
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN c INT");
}

TEST_F(several_runs, a_take_over_waits_for_what_the_earlier_one_has_begun) {
    fault_points faults;
    faults.pause("copier.chunk_read", {.first = 2});
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .postponed = true,
                                   .more = {"--threads=1"}});
    faults.wait_reached("copier.chunk_read");
    // Its chunk is written and not committed: the owner's row is locked.
    run.segue().signal(SIGSTOP);
    const auto second = run.start_another(
        "ADD COLUMN c INT", {.more = {"--initially-drop-ghost-table", "--verbose=false"}});
    second->wait_for_output("waiting for statements of the earlier run that are still at work on " +
                            run.tables().checkpoint.quoted() + ": the transaction of connection ");
    EXPECT_EQ(run.session().query("SHOW TABLES LIKE '\\_t\\_gho'").size(), 1U);
    run.segue().signal(SIGKILL);
    EXPECT_EQ(second->wait(), 0) << second->err();
    run.expect_as_native_alter("ADD COLUMN c INT");
}

TEST_F(several_runs, a_table_of_an_earlier_one_that_is_held_is_waited_for_and_who_holds_it_named) {
    run.session().execute("CREATE TABLE _t_gho (id INT PRIMARY KEY)");
    application_session holder(shared_server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT * FROM _t_gho");
    run.start("ADD COLUMN b INT", {.more = {"--initially-drop-ghost-table"}});
    run.segue().wait_for_output(fmt::format(
        "{} cannot be dropped yet, as the transaction of connection {} holds the table (",
        run.tables().ghost.quoted(), holder.query_value("SELECT CONNECTION_ID()").value()));
    holder.execute("COMMIT");
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

// Before anything is made of its own.
TEST_F(several_runs, a_signal_ends_a_wait_for_what_an_earlier_one_has_begun) {
    fault_points faults;
    faults.pause("copier.chunk_read", {.first = 2});
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .postponed = true,
                                   .more = {"--threads=1"}});
    faults.wait_reached("copier.chunk_read");
    run.segue().signal(SIGSTOP);
    const auto second =
        run.start_another("ADD COLUMN c INT", {.more = {"--initially-drop-ghost-table"}});
    second->wait_for_output("waiting for statements of the earlier run");
    second->signal(SIGTERM);
    EXPECT_EQ(second->wait(), 1);
    EXPECT_NE(second->err().find("FATAL stopped by a signal"), std::string::npos) << second->err();
    run.segue().signal(SIGKILL);
}

// Also by the same command, started twice.
TEST_F(several_runs, one_at_work_is_not_taken_over) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    const auto second =
        run.start_another("ADD COLUMN b INT", {.more = {"--initially-drop-ghost-table"}});
    EXPECT_EQ(second->wait(), 1) << second->out();
    EXPECT_NE(second->err().find("is at work on this table"), std::string::npos) << second->err();
    EXPECT_EQ(second->err().find("Left behind"), std::string::npos) << second->err();
    run.session().execute("UPDATE t SET a=3 WHERE id=5");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(several_runs, one_whose_heartbeat_has_to_wait_is_not_taken_over) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.session().execute("FLUSH TABLES WITH READ LOCK");
    const auto second =
        run.start_another("ADD COLUMN b INT", {.more = {"--initially-drop-ghost-table"}});
    eventually("the second run sees that nobody could write", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE "
                   "'UPDATE%_t_ghc% SET value=value'") == "1";
    });
    run.session().execute("UNLOCK TABLES");
    EXPECT_EQ(second->wait(), 1) << second->out();
    EXPECT_NE(second->err().find("is at work on this table"), std::string::npos) << second->err();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(several_runs, one_that_is_starting_is_left_alone) {
    run.session().execute(fmt::format("DO GET_LOCK(CONCAT('segue/', LEFT(SHA2({},256),50)), 0)",
                                      quoted_literal(run.table().quoted())));
    run.start("ADD COLUMN b INT");
    run.expect_failed({"another run is starting or rehearsing a migration of"});
    EXPECT_EQ(run.everything(), "t:500");
    run.session().execute("DO RELEASE_ALL_LOCKS()");
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
}

TEST_F(several_runs, one_that_was_taken_over_writes_nothing_more) {
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 2});
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .postponed = true,
                                   .more = {"--threads=1", "--chunk-size=10"}});
    expect_to_be_taken_over_at("copier.chunk_committed", faults);
    if (HasFatalFailure()) return;
    // They are the second one's.
    EXPECT_EQ(run.segue().err().find("DROP TABLE"), std::string::npos) << run.segue().err();
    EXPECT_EQ(ghost_rows(), "0");
    expect_the_other_to_swap();
}

// Looked at under the lock: what the first one has found before it is no longer so.
TEST_F(several_runs, one_that_is_taken_over_just_before_its_lock_swaps_nothing) {
    fault_points faults;
    faults.pause("cut_over.before_lock");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    expect_to_be_taken_over_at("cut_over.before_lock", faults);
    if (HasFatalFailure()) return;
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM t"), "500");
    expect_the_other_to_swap();
}

// It comes back when the winner is done, and says what is so.
TEST_F(several_runs, one_that_was_taken_over_does_not_call_a_swapped_table_untouched) {
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 2});
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .postponed = true,
                                   .more = {"--threads=1", "--chunk-size=10"}});
    faults.wait_reached("copier.chunk_committed");
    run.segue().signal(SIGSTOP);
    const auto second =
        run.start_another("ADD COLUMN c INT", {.more = {"--initially-drop-ghost-table"}});
    EXPECT_EQ(second->wait(), 0) << second->err();
    run.segue().signal(SIGCONT);
    faults.go("copier.chunk_committed");
    run.expect_failed(
        {"The tables are swapped, by another run, which has taken this migration "
         "over: " +
             run.table().quoted() + " is its new table.",
         "Left behind: " + run.tables().old.quoted()});
    EXPECT_EQ(run.segue().err().find("untouched"), std::string::npos) << run.segue().err();
    EXPECT_EQ(run.segue().err().find("DROP TABLE"), std::string::npos) << run.segue().err();
}

// 25
TEST_F(several_runs, with_one_server_id_do_not_cut_each_other_off) {
    run.session().execute("CREATE TABLE u LIKE t");
    run.session().execute("INSERT INTO u SELECT * FROM t");
    run.start("ADD COLUMN b INT",
              {.postponed = true, .more = {"--replica-server-id=4711", "--debug"}});
    run.segue().wait_for_output("phase: postponed");
    const auto second = run.start_another(
        "ADD COLUMN b INT",
        {.postponed = true, .more = {"--table=u", "--replica-server-id=4711", "--debug"}});
    second->wait_for_output("phase: postponed");
    eventually("both are read, and none of a run before them", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM performance_schema.processlist WHERE command LIKE 'Binlog "
                   "Dump%'") == "2";
    });
    run.session().execute("UPDATE t SET a=2 WHERE id<100");
    run.session().execute("UPDATE u SET a=3 WHERE id>400");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(second->wait(), 0) << second->err();
    run.expect_as_native_alter("ADD COLUMN b INT");
    for (const auto& log : {run.segue().err(), second->err()})
        EXPECT_EQ(log.find("same server_uuid"), std::string::npos) << log;
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM u WHERE a=3"), "100");
}

}  // namespace
}  // namespace segue::test
