// What `segue backfill` refuses: in the rehearsal already, and without a trace.
#include "tests/integration/backfill/backfill_run.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct refused {
    std::string name;
    std::vector<std::string> flags;
    std::string words;
    int exit_code = 1;
};

class what_is_refused : public testing::TestWithParam<refused> {
  protected:
    void SetUp() override {
        run.session().execute(
            "CREATE TABLE t (id INT AUTO_INCREMENT, a INT, b INT NOT NULL DEFAULT 0, price "
            "DECIMAL(10,2), short VARCHAR(4), name VARCHAR(20), g INT AS (a + 1) VIRTUAL, h INT AS "
            "(g * 2) STORED, other INT NOT NULL, PRIMARY KEY (id), UNIQUE KEY (other))");
        run.fill("a,price,name,other", "i, i, CONCAT('name ', i), -i", 40);
    }
    backfill_run run{shared_server()};
};

TEST_P(what_is_refused, is_refused_by_the_rehearsal_and_by_the_run) {
    const auto before = run.value(
        "SELECT SHA2(GROUP_CONCAT(CONCAT_WS(',',id,a,b,price,name,g,h,other) "
        "ORDER BY id), 256) FROM t");
    EXPECT_THAT(run.rehearse(GetParam().exit_code, GetParam().flags), HasSubstr(GetParam().words));
    EXPECT_EQ(run.tables(), "t");
    EXPECT_THAT(run.run(GetParam().exit_code, GetParam().flags),
                AllOf(HasSubstr(GetParam().words), Not(HasSubstr("this migration"))));
    EXPECT_EQ(
        run.value("SELECT SHA2(GROUP_CONCAT(CONCAT_WS(',',id,a,b,price,name,g,h,other) ORDER BY "
                  "id), 256) FROM t"),
        before);
}

const std::vector<refused> all = {
    {"what_grows_each_time", {"--set=price = price * 1.1"}, "f(f(x)) is not f(x)"},
    {"what_grows_over_a_generated_column", {"--set=a = g"}, "f(f(x)) is not f(x)"},
    {"what_grows_over_two_of_them", {"--set=a = h"}, "f(f(x)) is not f(x)"},
    {"what_another_one_writes",
     {"--set=a = b", "--set=b = id + 1"},
     "the expression of `a` reads `b`, which another --set writes"},
    {"what_depends_on_what_another_one_writes",
     {"--set=a = id", "--set=b = h"},
     "reads `h`, which depends on `a`"},
    {"the_primary_key", {"--set=id = id + 100"}, "AUTO_INCREMENT"},
    {"a_generated_column", {"--set=g = 5"}, "is a generated column"},
    {"a_column_twice", {"--set=a = 5", "--set=A = 6"}, "is set twice"},
    {"an_unknown_column", {"--set=nam = 'x'"}, "has no column `nam`"},
    {"an_unknown_column_in_the_expression", {"--set=name = full"}, "the server does not take"},
    {"a_subquery", {"--set=a = (SELECT 1)"}, "the server does not take"},
    {"chance", {"--set=a = RAND()"}, "--allow-nondeterministic"},
    {"the_moment_in_the_condition", {"--set=a = 1", "--where=NOW() > '2020-01-01'"}, "--where"},
    {"a_value_that_differs_each_time",
     {"--set=name = UUID()", "--allow-nondeterministic"},
     "would get another value with each run"},
    {"a_condition_that_still_matches",
     {"--set=name = LEFT(UUID(), 8)", "--where=name IS NOT NULL", "--allow-nondeterministic"},
     "still matches --where"},
    {"what_is_cut", {"--set=short = name"}, "the row id=1 cannot be set: Data "},
    {"a_null", {"--set=b = NULLIF(a, 3)"}, "the row id=3 cannot be set"},
    {"no_number", {"--set=b = name"}, "the row id=1 cannot be set"},
    {"a_duplicate", {"--set=other = 7"}, "cannot be set: Duplicate entry"},
    {"an_alter", {"--set=a = 1", "--alter=ADD COLUMN x INT"}, "--alter means nothing to", 2},
    {"no_assignment", {}, "--set is missing"},
    {"a_flag_of_the_swap",
     {"--set=a = 1", "--cut-over-stall-budget-millis=100"},
     "means nothing to",
     2},
    {"a_load_that_nobody_knows", {"--set=a = 1", "--max-load=Nonsense=3"}, "cannot be watched"}};

INSTANTIATE_TEST_SUITE_P(all, what_is_refused, testing::ValuesIn(all),
                         [](const auto& each) { return each.param.name; });

class a_row_that_comes_late : public testing::Test {
  protected:
    backfill_run run{shared_server()};
};

// Far behind all that a rehearsal looks at: the run itself proves it for each row.
TEST_F(a_row_that_comes_late, and_does_not_settle_ends_the_run_and_is_as_it_was) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.fill("a", "i", 20'000);
    const std::vector<std::string> flags = {"--set=a = IF(id = 19000, a + 1, 5)"};
    EXPECT_THAT(run.run(1, flags), AllOf(HasSubstr("the row id=19000 would get another value"),
                                         HasSubstr("what was set stays")));
    EXPECT_EQ(run.value("SELECT a FROM t WHERE id=19000"), "19000");
    EXPECT_EQ(run.value("SELECT a FROM t WHERE id=1"), "5");
    fault_points without;
    without.leave_out("backfill.proof");
    run.run(4, flags, {.faults = &without});
    EXPECT_EQ(run.value("SELECT a FROM t WHERE id=19000"), "19001");
}

TEST_F(a_row_that_comes_late, and_is_refused_is_named_and_the_run_goes_on_once_it_is_right) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(10))");
    run.fill("a", "IF(i = 15000, 'much too long for it', 'x')", 20'000);
    EXPECT_THAT(run.run(1, {"--set=b = a"}), HasSubstr("the row id=15000 cannot be set: Data "));
    EXPECT_EQ(run.tables(), "_t_bkf,t");
    const auto set = run.value("SELECT COUNT(b) FROM t");
    EXPECT_NE(set, "0");
    run.session().execute("UPDATE t SET a='y' WHERE id=15000");
    EXPECT_THAT(run.run(0, {"--set=b = a"}),
                AllOf(HasSubstr("going on with what an earlier run left"),
                      HasSubstr(set + " rows are set"), HasSubstr("# Changed: 20000 rows")));
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE b <=> a"), "20000");
    EXPECT_EQ(run.tables(), "t");
}

TEST_F(a_row_that_comes_late, and_that_a_trigger_or_a_parent_refuses_is_named) {
    run.session().execute("CREATE TABLE parent (id INT PRIMARY KEY)");
    run.session().execute("INSERT INTO parent VALUES (1), (2)");
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, p INT, FOREIGN KEY (p) REFERENCES parent "
        "(id))");
    run.fill("a", "IF(i = 77, 3, 2)", 100);
    EXPECT_THAT(run.run(1, {"--set=p = a"}),
                HasSubstr("the row id=77 cannot be set: Cannot add or update a child row"));
    run.session().execute("UPDATE t SET p=NULL, a=1");
    run.session().execute(
        "CREATE TRIGGER no BEFORE UPDATE ON t FOR EACH ROW IF NEW.id = 42 THEN SIGNAL SQLSTATE "
        "'45000' SET MESSAGE_TEXT = 'not this one'; END IF");
    EXPECT_THAT(run.run(1, {"--set=p = a"}),
                HasSubstr("the row id=42 cannot be set: not this one"));
}

TEST_F(a_row_that_comes_late, belongs_to_the_task_that_was_begun) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(3))");
    run.fill("a", "IF(i = 900, 'long', 'x')", 1'000);
    run.run(1, {"--set=b = a", "--chunk-size=100"});
    EXPECT_THAT(run.run(1, {"--set=b = LEFT(a, 3)"}),
                HasSubstr("holds the state of another backfill of this table"));
    EXPECT_THAT(run.other(0, {"cleanup"}), HasSubstr("_t_bkf"));
    EXPECT_EQ(run.tables(), "_t_bkf,t");
    run.run(0, {"--set=b = LEFT(a, 3)", "--no-resume"});
    EXPECT_EQ(run.tables(), "t");
    EXPECT_THAT(run.run(1, {"--set=b = LEFT(a, 3)", "--resume"}),
                HasSubstr("there is no backfill of"));
    // Of a run that died right when it had made it.
    run.session().execute(
        "CREATE TABLE _t_bkf (hint VARCHAR(16), id BIGINT UNSIGNED, value LONGTEXT) "
        "COMMENT='Segue: state of a backfill'");
    run.run(0, {"--set=b = LEFT(a, 2)"});
    EXPECT_EQ(run.tables(), "t");
    run.session().execute("CREATE TABLE _t_bkf (mine INT)");
    EXPECT_THAT(run.run(1, {"--set=b = LEFT(a, 2)"}), HasSubstr("Segue has not made it"));
    run.other(0, {"cleanup", "--execute"});
    EXPECT_EQ(run.tables(), "_t_bkf,t");
    run.session().execute("DROP TABLE _t_bkf");
    run.session().execute("UPDATE t SET b=NULL");
    run.run(1, {"--set=b = a", "--chunk-size=100"});
    EXPECT_THAT(run.other(0, {"cleanup", "--execute"}), HasSubstr("dropped"));
    EXPECT_EQ(run.tables(), "t");
}

}  // namespace
}  // namespace segue::test
