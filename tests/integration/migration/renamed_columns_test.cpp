// --approve-renamed-columns and --skip-renamed-columns.
#include "tests/integration/migration/quiet_run.hpp"

#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr const char* renames =
    "CHANGE a x VARCHAR(20) DEFAULT 'new', RENAME COLUMN b TO c, RENAME COLUMN c TO b, "
    "CHANGE d D INT";

class a_renamed_column : public testing::Test {
  protected:
    a_renamed_column() {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b INT NOT NULL, c INT DEFAULT 7, "
            "d INT)");
        run.session().execute("INSERT INTO t VALUES (1,'one',10,100,1000),(2,'two',20,200,2000)");
    }
    quiet_run run{shared_server()};
};

TEST_F(a_renamed_column, is_refused_with_the_mapping_until_it_is_approved) {
    expect_refused_and_nothing_left(
        run, renames,
        {"the ALTER renames columns: `a` to `x`, `b` to `c`, `c` to `b`",
         "say --approve-renamed-columns"},
        {"--approve-renamed-columns=false"});
}

TEST_F(a_renamed_column, in_another_case_alone_needs_no_approval) {
    run.start("CHANGE d D BIGINT", {.more = {"--approve-renamed-columns=false"}});
    run.expect_swapped();
    run.expect_as_native_alter("CHANGE d D BIGINT");
}

TEST_F(a_renamed_column, is_not_both_carried_on_and_left_behind) {
    expect_refused_and_nothing_left(
        run, renames, {"--approve-renamed-columns carries on what --skip-renamed-columns leaves"},
        {"--skip-renamed-columns"});
}

TEST_F(a_renamed_column, is_a_new_one_where_it_is_skipped_and_that_is_told) {
    run.start(renames, {.postponed = true,
                        .more = {"--approve-renamed-columns=false", "--skip-renamed-columns"}});
    run.segue().wait_for_output("State: postponing cut-over");
    run.session().execute("UPDATE t SET a='changed', b=11 WHERE id=1");
    run.session().execute("INSERT INTO t VALUES (3,'three',30,300,3000)");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(
        "DROP a, DROP b, DROP c, ADD x VARCHAR(20) DEFAULT 'new' AFTER id, "
        "ADD c INT NOT NULL AFTER x, ADD b INT DEFAULT 7 AFTER c, CHANGE d D INT");
    for (const char* const told :
         {"no value of `a` is carried on. `x` gets its default", "`b` gets its default",
          "`c` gets its default", "in the old table"})
        EXPECT_NE(run.segue().err().find(told), std::string::npos) << told << run.segue().err();
    EXPECT_EQ(run.segue().err().find("no value of `d`"), std::string::npos);
}

TEST_F(a_renamed_column, that_is_the_key_cannot_be_skipped) {
    expect_refused_and_nothing_left(run, "RENAME COLUMN id TO number",
                                    {"the new table has no `id`"},
                                    {"--approve-renamed-columns=false", "--skip-renamed-columns"});
}

}  // namespace
}  // namespace segue::test
