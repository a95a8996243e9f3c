// Early answers: what the copy would be refused hours later is told before it begins.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr const char* remedy = "--preflight-data-check=0 begins without this look";
constexpr const char* look = "before copying, and found none that the new table would refuse";

class the_data : public testing::Test {
  protected:
    void make(const std::string& columns) {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, " + columns + ")");
        run.session().execute("SET SESSION cte_max_recursion_depth=10000");
    }
    void fill(const std::string& values) {
        run.session().execute(
            "INSERT INTO t WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM s WHERE "
            "n<2000) SELECT n, " +
            values + " FROM s");
    }
    bool is_told(const std::string& words) {
        return run.segue().err().find(words) != std::string::npos;
    }
    quiet_run run{shared_server()};
};

TEST_F(the_data, that_does_not_fit_is_refused_before_a_row_is_copied) {
    make("note VARCHAR(40)");
    fill("IF(n=1001, 'much longer than that', 'short')");
    expect_refused_and_nothing_left(
        run, "MODIFY note VARCHAR(10)",
        {"the new table refuses the row id=1001: Data truncated for column 'note'",
         "correct such values", "No row was copied yet", remedy});
    EXPECT_FALSE(is_told("phase: copy"));
}

TEST_F(the_data, that_does_not_fit_is_told_by_a_rehearsal) {
    make("a INT");
    fill("IF(n=1500, NULL, n)");
    const auto before = run.everything();
    run.start("MODIFY a INT NOT NULL", {.more = {"--execute=false"}});
    run.expect_failed({"the new table refuses the row id=1500: Column 'a' cannot be null",
                       "give such rows a value", remedy});
    EXPECT_EQ(run.everything(), before);
}

TEST_F(the_data, that_stands_twice_under_a_new_unique_index_is_refused_by_both_rows) {
    make("a INT, KEY (a)");
    fill("IF(n=1900, 17, n)");
    expect_refused_and_nothing_left(
        run, "ADD UNIQUE KEY one (a)",
        {"two rows have the same value under a unique index of the new table: row id=17 and row "
         "id=1900: Duplicate entry '17' for key 't.one'",
         "Change or delete one of the two rows", remedy});
}

TEST_F(the_data, that_an_index_over_an_expression_refuses_ends_the_copy_at_its_first_try) {
    make("note VARCHAR(40)");
    fill("IF(n=1500, 'none', '7')");
    run.start("ADD INDEX e ((CAST(note AS UNSIGNED)))", {.more = {"--preflight-data-check=0"}});
    run.expect_failed({"the new table refuses the row id=1500"});
    EXPECT_FALSE(is_told("trying again")) << run.segue().err();
}

TEST_F(the_data, is_looked_at_in_whole_where_that_takes_a_moment) {
    make("a INT");
    fill("n");
    const std::string alter = "MODIFY a INT NOT NULL";
    run.start(alter, {.more = {"--verbose"}});
    run.expect_swapped();
    run.expect_as_native_alter(alter);
    EXPECT_TRUE(is_told("INFO looked at 100 % of the rows")) << run.segue().err();
    EXPECT_TRUE(is_told(look));
}

TEST_F(the_data, is_not_looked_at_where_nothing_can_be_refused) {
    make("a INT");
    fill("n");
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
    EXPECT_FALSE(is_told("looked at")) << run.segue().err();
}

TEST_F(the_data, is_not_looked_at_where_the_operator_says_so) {
    make("a INT");
    fill("IF(n=1500, NULL, n)");
    run.start("MODIFY a INT NOT NULL", {.more = {"--preflight-data-check=false"}});
    run.expect_failed({"the new table refuses the row id=1500: Column 'a' cannot be null",
                       "The value is NULL, and the new column takes none: give such rows a value",
                       "The original table is untouched"});
    EXPECT_TRUE(is_told("phase: copy"));
    EXPECT_FALSE(is_told(remedy)) << "it was refused early";
}

TEST_F(the_data, is_left_alone_while_the_server_has_enough_to_do) {
    make("a INT");
    fill("IF(n=1500, NULL, n)");
    run.start("MODIFY a INT NOT NULL",
              {.more = {"--execute=false", "--max-load=Threads_connected=1"}});
    run.expect_swapped();
    EXPECT_TRUE(is_told("the look was ended early: max-load Threads_connected="))
        << run.segue().err();
}

TEST_F(the_data, is_not_looked_at_again_by_a_run_that_goes_on) {
    make("a INT");
    fill("n");
    const std::string alter = "MODIFY a INT NOT NULL";
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    EXPECT_TRUE(is_told(look)) << run.segue().err();
    run.wait_for_resume_point();
    run.segue().signal(SIGTERM);
    ASSERT_NE(run.segue().wait(std::chrono::seconds(60)), 0);
    run.start(alter);
    run.expect_swapped();
    EXPECT_TRUE(is_told("going on with")) << run.segue().err();
    EXPECT_FALSE(is_told(look)) << run.segue().err();
    run.expect_as_native_alter(alter);
}

}  // namespace
}  // namespace segue::test
