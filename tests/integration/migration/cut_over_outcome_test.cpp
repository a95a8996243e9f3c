// When the swap comes, and what it leaves.
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <filesystem>
#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

TEST(a_postponed_cut_over, comes_when_its_flag_file_is_removed) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 10), (2, 20)");
    ASSERT_FALSE(std::filesystem::exists(run.flag()));
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over; ETA: due");
    EXPECT_TRUE(std::filesystem::exists(run.flag()));
    EXPECT_NE(
        run.segue().out().find("# postpone-cut-over-flag-file: " + run.flag().string() + " [set]"),
        std::string::npos)
        << run.segue().out();
    // The original is in use all the time, and the ghost follows.
    run.session().execute("UPDATE t SET a=11 WHERE id=1");
    run.session().execute("INSERT INTO t VALUES (3, 30)");
    eventually("the new row is in the ghost table", [&] {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho WHERE a IN (11, 30)") == "2";
    });
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:3 t:3");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST(a_postponed_cut_over, finds_a_flag_file_that_was_there_before) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:0 t:0");
}

TEST(the_old_table, is_kept_unless_it_may_be_dropped) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    run.session().execute("INSERT INTO t VALUES (1), (2)");
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    const auto old = run.tables().old.quoted();
    EXPECT_TRUE(run.segue().out().ends_with(
        fmt::format("\n# The old table is kept as {0}; once it is not needed any more: DROP TABLE "
                    "{0};\n# Done\n",
                    old)))
        << run.segue().out();

    run.session().execute("DROP TABLE _t_del");
    run.start("ADD COLUMN c INT", {.more = {"--ok-to-drop-table"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "t:2");
}

struct numbering {
    const char* name;
    std::string alter;
    std::string while_postponed = {};  ///< Statements, separated by "; ".
    friend std::ostream& operator<<(std::ostream& to, const numbering& one) {
        return to << one.name;
    }
};

class auto_increment : public testing::TestWithParam<numbering> {};

TEST_P(auto_increment, is_what_alter_table_makes_of_it) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)");
    run.session().execute(
        "INSERT INTO t (a) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
        "i<50) SELECT i FROM n");
    run.session().execute("DELETE FROM t WHERE id > 3");
    run.start(GetParam().alter, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    if (!GetParam().while_postponed.empty()) {
        run.session().execute("BEGIN");
        std::string_view rest = GetParam().while_postponed;
        while (!rest.empty()) {
            const auto end = rest.find("; ");
            run.session().execute(rest.substr(0, end));
            rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
        }
        run.session().execute("COMMIT");
    }
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(GetParam().alter);
}

const numbering numberings[] = {
    {"after_the_highest_rows_were_deleted", "ADD COLUMN b INT"},
    {"after_rows_came_and_went_while_postponed", "ADD COLUMN b INT",
     "INSERT INTO t (a) VALUES (1),(2),(3); DELETE FROM t WHERE id > 3"},
    {"of_a_renamed_column", "RENAME COLUMN id TO number"},
    {"set_higher_by_the_alter", "ADD COLUMN b INT, AUTO_INCREMENT=1000"},
    {"set_lower_by_the_alter", "ADD COLUMN b INT, AUTO_INCREMENT=7"},
    {"set_below_the_rows_by_the_alter", "ADD COLUMN b INT, AUTO_INCREMENT=2"},
    {"taken_away", "MODIFY id INT NOT NULL"},
};
INSTANTIATE_TEST_SUITE_P(_, auto_increment, testing::ValuesIn(numberings),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace segue::test
