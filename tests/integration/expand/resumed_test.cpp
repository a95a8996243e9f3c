// An expand that is killed, kept waiting, or run twice.
#include "tests/integration/expand/expand_run.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::vector<std::string> renamed = {"--rename=name=full_name"};

class resumed : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL)");
        run.fill("name", "CONCAT('Name ', i)", 500);
    }
    void expect_done() {
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE NOT BINARY name <=> BINARY full_name"),
                  "0");
        EXPECT_EQ(run.tables(), "_t_exp,t");
        EXPECT_EQ(run.triggers(), "_t_full_name_exi,_t_full_name_exu");
        EXPECT_EQ(run.phase(), "verified");
    }
    expand_run run{shared_server({}, GetParam())};
};

TEST_P(resumed, killed_at_each_step_goes_on_by_the_same_command) {
    for (const auto& [point, phase] : std::vector<std::pair<std::string, std::string>>{
             {"expand.begun", "begun"},
             {"expand.before_ddl", "begun"},
             {"expand.column_made", "begun"},
             {"expand.update_trigger_made", "column"},
             {"expand.insert_trigger_made", "update-trigger"},
             {"expand.triggers_made", "both-triggers"},
             {"backfill.rows_set", "both-triggers"},
             {"backfill.walked", "both-triggers"},
             {"expand.filled", "both-triggers"}}) {
        fault_points faults;
        faults.abort(point);
        const auto process = run.start(renamed, {.command = "expand", .faults = &faults});
        EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL) << point << process->err();
        EXPECT_EQ(run.phase(), phase) << point;
    }
    const auto told = run.expand(0, renamed);
    EXPECT_NE(told.find("going on with what was begun at"), std::string::npos) << told;
    expect_done();
}

TEST_P(resumed, two_equal_ones_at_once_are_one_behind_the_other) {
    auto holder = run.another();
    holder.execute("START TRANSACTION");
    holder.query("SELECT COUNT(*) FROM t");
    const auto first = run.start(renamed, {.command = "expand"});
    ASSERT_TRUE(eventually("the first has begun", [&] { return run.tables() == "_t_exp,t"; }));
    const auto second = run.start(renamed, {.command = "expand"});
    ASSERT_TRUE(eventually("the second waits", [&] {
        return second->err().find("waiting for it") != std::string::npos;
    })) << second->err();
    holder.execute("COMMIT");
    EXPECT_EQ(first->wait(3 * patience), 0) << first->err();
    const int code = second->wait(3 * patience);
    EXPECT_EQ(second->err().find("1060"), std::string::npos) << second->err();
    if (code != 0) {
        EXPECT_NE(second->err().find("at work"), std::string::npos) << second->err();
    }
    expect_done();
}

TEST_P(resumed, names_of_columns_may_have_that_of_the_table_before_them) {
    run.expand(0, {"--column=full_name VARCHAR(40)", "--up=full_name = UPPER(t.name)",
                   "--down=name = LOWER(`t`.`full_name`)"});
    run.session().execute("INSERT INTO t (id,full_name) VALUES (9001,'BOB')");
    EXPECT_EQ(run.both(9001), "bob|BOB");
}

TEST_P(resumed, with_other_flags_is_refused) {
    run.expand(0, renamed);
    const auto refused = run.expand(1, {"--column=full_name VARCHAR(40)",
                                        "--up=full_name = UPPER(name)", "--down=name = full_name"});
    EXPECT_NE(refused.find("`full_name` is expanded already"), std::string::npos) << refused;
    EXPECT_NE(refused.find("--up was `name`, and is UPPER(name)"), std::string::npos) << refused;
    expect_done();
}

// New code may have written meanwhile, under the name that no trigger carried over.
TEST_P(resumed, makes_a_trigger_again_that_was_dropped_and_sets_no_row_that_was_verified) {
    run.expand(0, renamed);
    run.session().execute("DROP TRIGGER _t_full_name_exu");
    run.session().execute("UPDATE t SET name='missed' WHERE id=7");
    run.session().execute("UPDATE t SET full_name='newer' WHERE id=8");
    const auto before = run.both(7) + ";" + run.both(8);
    const auto told = run.expand(4, renamed);
    EXPECT_NE(told.find("a trigger of what was verified is gone"), std::string::npos) << told;
    EXPECT_EQ(run.both(7) + ";" + run.both(8), before);
    run.session().execute("UPDATE t SET full_name=name WHERE id=7");
    run.session().execute("UPDATE t SET name=full_name WHERE id=8");
    run.expand(0, renamed);
    expect_done();
}

TEST_P(resumed, takes_a_column_that_was_added_by_a_migration) {
    run.session().execute("ALTER TABLE t ADD COLUMN full_name VARCHAR(40) NULL INVISIBLE");
    const auto rehearsal = run.rehearse_expand(0, renamed);
    EXPECT_NE(rehearsal.find("and it is taken as it is"), std::string::npos) << rehearsal;
    run.expand(0, renamed);
    expect_done();
}

TEST_P(resumed, is_told_by_a_clean_up_which_leaves_it) {
    run.expand(0, renamed);
    const auto told = run.other(0, {"cleanup", "--execute"});
    EXPECT_NE(told.find("The column `full_name` lives beside `name` since"), std::string::npos)
        << told;
    const auto insert = told.find("_t_full_name_exi`;");
    const auto update = told.find("_t_full_name_exu`;");
    EXPECT_TRUE(insert != std::string::npos && update != std::string::npos && insert < update)
        << told;
    expect_done();
}

TEST_P(resumed, waits_for_who_holds_the_table_and_keeps_nobody_waiting) {
    auto holder = run.another();
    holder.execute("START TRANSACTION");
    holder.query("SELECT COUNT(*) FROM t");
    const auto process = run.start(renamed, {.command = "expand"});
    ASSERT_TRUE(eventually("the run tells who holds the table", [&] {
        return process->err().find("is not made yet: the transaction of connection") !=
               std::string::npos;
    })) << process->err();
    run.session().execute("UPDATE t SET name='meanwhile' WHERE id=3");  // nothing queues up
    holder.execute("COMMIT");
    EXPECT_EQ(process->wait(3 * patience), 0) << process->err();
    EXPECT_EQ(run.both(3), "meanwhile|meanwhile");
    expect_done();
}

INSTANTIATE_TEST_SUITE_P(here, resumed, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, resumed, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

}  // namespace
}  // namespace segue::test
