// What --force-table-names and --timestamp-old-table make of the names of the tables.
#include "src/base/table_naming.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/oracle.hpp"
#include "tests/support/patience.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr const char* add_b = "ADD COLUMN b INT";

class named_tables : public testing::Test {
  protected:
    named_tables() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1,1), (2,2), (3,3)");
    }

    migration_tables named(const table_naming& naming) const {
        return tables_beside(run.table(), naming);
    }
    void expect_as_native_alter_of(const table_name& old) const {
        const auto answer = compare_with_native_alter(
            run.server().over_tcp(),
            {.table = run.table(), .old_table = old, .alter = add_b, .sql_mode = {}});
        EXPECT_TRUE(answer.equal()) << answer.text();
        EXPECT_EQ(answer.expected_rows, 3U);
    }

    quiet_run run{shared_server()};
};

TEST_F(named_tables, are_called_as_the_operator_wants_it_from_the_first_to_the_last) {
    const auto tables = named({.base = "mig `x` 1"});
    run.start(add_b, {.postponed = true, .more = {"--force-table-names=mig `x` 1"}});
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_EQ(run.everything().find("_t_"), std::string::npos) << run.everything();
    for (const table_name& one : {tables.ghost, tables.changelog, tables.checkpoint})
        EXPECT_NE(run.everything().find(one.name + ":"), std::string::npos) << one.name;
    run.session().execute("UPDATE t SET a=a+10");
    run.let_cut_over();
    run.expect_swapped();
    const std::string told = run.segue().out();
    EXPECT_NE(told.find("Ghost table is " + tables.ghost.quoted()), std::string::npos) << told;
    EXPECT_NE(told.find(tables.old.quoted()), std::string::npos) << told;
    EXPECT_EQ(run.everything(), "_mig `x` 1_del:3 t:3");
    expect_as_native_alter_of(tables.old);
}

TEST_F(named_tables, that_an_earlier_run_left_are_seen_and_dropped_under_those_names) {
    const std::vector<std::string> as_m{"--force-table-names=m"};
    run.start(add_b, {.postponed = true, .more = as_m});
    run.segue().wait_for_output("State: postponing cut-over");
    run.segue().signal(SIGKILL);
    run.segue().wait();
    run.start("ADD COLUMN d INT", {.more = as_m});
    run.expect_failed({"`_m_gho`", "--no-resume"});
    run.start(add_b, {.more = {as_m.front(), "--no-resume"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_m_del:3 t:3");
    run.start("ADD COLUMN c INT", {.more = as_m});
    run.expect_failed({"`_m_del` exists", "--initially-drop-old-table"});
}

TEST_F(named_tables, are_never_the_table_itself) {
    run.session().execute("RENAME TABLE t TO _t_gho");
    const std::vector<std::string> as_t{"--table=_t_gho", "--force-table-names=t",
                                        "--initially-drop-ghost-table"};
    expect_refused_and_nothing_left(run, add_b, {"would have the name of", "Give another name"},
                                    as_t);
    run.session().execute("RENAME TABLE _t_gho TO _t_del");
    expect_refused_and_nothing_left(
        run, add_b, {"would have the name of"},
        {"--table=_t_del", "--force-table-names=t", "--initially-drop-old-table"});
}

// Each would have tables of its own, and one of them would end with a table that the other altered.
TEST_F(named_tables, do_not_let_a_second_run_begin) {
    run.start(add_b, {.postponed = true, .more = {"--force-table-names=m"}});
    run.segue().wait_for_output("State: postponing cut-over");
    for (const auto* more : {"--force-table-names=n", "--force-table-names="}) {
        const auto other = run.start_another(add_b, {.more = {more}});
        EXPECT_EQ(other->wait(3 * patience), 1);
        EXPECT_NE(other->err().find("another run of Segue is at work on"), std::string::npos)
            << other->err();
        EXPECT_NE(other->err().find("has its lock, and is alive"), std::string::npos);
    }
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_m_del:3 t:3");
}

// It has the lock of the table before it claims the start, and no tables yet.
TEST_F(named_tables, are_not_said_to_be_anothers_of_a_run_that_is_starting) {
    fault_points faults;
    faults.pause("inspection.before_claim");
    run.start(add_b, {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("inspection.before_claim");
    const auto other = run.start_another(add_b, {});
    EXPECT_EQ(other->wait(3 * patience), 1);
    EXPECT_NE(other->err().find("has its lock, and is alive; it is starting or ending, or has "
                                "tables of other names"),
              std::string::npos)
        << other->err();
    faults.go("inspection.before_claim");
    run.expect_swapped();
}

TEST_F(named_tables, of_before_are_not_in_the_way_of_one_with_its_time_in_its_name) {
    run.start(add_b);
    run.expect_swapped();
    run.start("ADD COLUMN c INT", {.more = {"--timestamp-old-table"}});
    run.expect_swapped();
    const auto old = run.session()
                         .query_value(
                             "SELECT GROUP_CONCAT(table_name) FROM "
                             "information_schema.tables WHERE table_schema=DATABASE() "
                             "AND table_name REGEXP '^_t_20[0-9]{12}_del$'")
                         .value_or("none");
    EXPECT_EQ(run.everything(), fmt::format("{}:3 _t_del:3 t:3", old));
    EXPECT_NE(run.segue().out().find(quoted_name(old)), std::string::npos) << run.segue().out();
}

}  // namespace
}  // namespace segue::test
