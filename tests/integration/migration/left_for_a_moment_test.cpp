// Empty tables that a killed Segue left, at whatever moment: the next one drops them, and no other.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/patience.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class left_for_a_moment : public testing::Test {
  protected:
    void make_table(const std::string& more = "") {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT, s VARCHAR(9) DEFAULT "
            "'a\\\\b', CONSTRAINT few CHECK (a > 0), CHECK (s <> 'it''s')" +
            more + ") COMMENT='it''s of orders'");
        run.session().execute("INSERT INTO t (a) VALUES (1), (2)");
    }
    void make_table_of_parents() {
        run.session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
        run.session().execute("CREATE TABLE q (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO p VALUES (1), (2)");
        make_table(", b INT, FOREIGN KEY (a) REFERENCES p (id), FOREIGN KEY (b) REFERENCES q (id)");
    }
    void die_at(std::string_view point, unsigned long arrival, std::vector<std::string> more,
                const std::string& alter = "ADD COLUMN c INT") {
        fault_points faults;
        faults.abort(point, {.first = arrival});
        run.start(alter,
                  {.build = segue_build::faulty, .faults = &faults, .more = std::move(more)});
        EXPECT_EQ(run.segue().wait(3 * patience), 128 + SIGKILL) << run.segue().err();
    }
    void rehearse() {
        run.start("ADD COLUMN c INT", {.more = {"--execute=false"}});
        run.expect_swapped();  // exit code 0
    }
    std::string clean_up() {
        const auto arguments =
            command_arguments("cleanup", run.server(), run.table(), {"--execute"});
        segue_process process(segue_build::released, arguments, segue_variables(run.server()));
        EXPECT_EQ(process.wait(3 * patience), 0) << process.err();
        return process.out();
    }
    quiet_run run{shared_server()};
};

TEST_F(left_for_a_moment, is_dropped_though_it_was_not_marked_yet) {
    make_table();
    die_at("empty_table.created", 1, {"--execute=false"});
    ASSERT_EQ(run.everything(), "_t_ghr:0 t:2");
    rehearse();
    EXPECT_EQ(run.everything(), "t:2");
    die_at("empty_table.created", 1, {"--set=s=CONCAT(s, 'x')"}, "ADD COLUMN d INT");
    ASSERT_EQ(run.everything(), "_t_ghe:0 t:2");
    run.start("ADD COLUMN d INT", {.more = {"--set=s=CONCAT(s, 'x')"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

TEST_F(left_for_a_moment, is_dropped_where_the_alter_gives_a_comment) {
    make_table();
    for (const std::string& comment : {std::string("it''s\\nnew"), std::string(2048, 'x')}) {
        die_at("target_table.altered", 1, {"--execute=false"},
               "ADD COLUMN c INT, COMMENT '" + comment.substr(0, 2000) + "'");
        ASSERT_EQ(run.everything(), "_t_ghr:0 t:2");
        run.start("ADD COLUMN c INT, COMMENT='" + comment + "'", {.more = {"--execute=false"}});
        run.expect_swapped();  // exit code 0
        EXPECT_NE(run.segue().out().find("COMMENT='" + comment + "'"), std::string::npos)
            << run.segue().out();
        EXPECT_EQ(run.everything(), "t:2");
    }
}

TEST_F(left_for_a_moment, is_dropped_by_a_clean_up) {
    make_table();
    die_at("empty_table.created", 1, {"--execute=false"});
    EXPECT_NE(clean_up().find("dropped `" + run.schema() + "`.`_t_ghr`"), std::string::npos);
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(left_for_a_moment, is_dropped_of_foreign_keys_as_well) {
    make_table_of_parents();
    for (const unsigned long made : {1UL, 2UL, 3UL}) {
        die_at("empty_table.created", made, {"--execute=false"});
        ASSERT_NE(run.everything(), "p:2 q:0 t:2");
        if (made == 2)
            clean_up();
        else
            rehearse();
        EXPECT_EQ(run.everything(), "p:2 q:0 t:2");
    }
}

// What the server makes of the table under that name, and then is changed by somebody.
struct somebodys {
    const char* what;
    const char* change;
    const char* told;
};

const somebodys all_of_somebody[] = {
    {"with_a_row", "INSERT INTO _t_ghr (a) VALUES (1)", "exists, and has rows"},
    {"with_a_comment", "ALTER TABLE _t_ghr COMMENT='kept'", "nor is it what CREATE TABLE"},
    {"with_another_default", "ALTER TABLE _t_ghr ALTER s SET DEFAULT 'a\\\\\\\\b'",
     "nor is it what CREATE TABLE"},
    {"with_a_check_that_differs",
     "ALTER TABLE _t_ghr DROP CHECK _t_ghr_chk_1, ADD CONSTRAINT _t_ghr_chk_1 CHECK (a > 1)",
     "nor is it what CREATE TABLE"},
    {"with_a_check_of_another_name",
     "ALTER TABLE _t_ghr DROP CHECK _t_ghr_chk_1, ADD CONSTRAINT mine CHECK (a > 0)",
     "nor is it what CREATE TABLE"},
    {"with_a_trigger", "CREATE TRIGGER mine BEFORE INSERT ON _t_ghr FOR EACH ROW SET NEW.a=1",
     "nor is it what CREATE TABLE"},
    {"with_a_foreign_key", "ALTER TABLE _t_ghr ADD FOREIGN KEY (id) REFERENCES p (id)",
     "nor is it what CREATE TABLE"},
};

class a_table_of_somebody : public left_for_a_moment,
                            public testing::WithParamInterface<somebodys> {};

TEST_P(a_table_of_somebody, stays) {
    make_table();
    run.session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
    run.session().execute("CREATE TABLE _t_ghr LIKE t");
    run.session().execute(GetParam().change);
    const auto before = run.everything();
    run.start("ADD COLUMN c INT", {.more = {"--execute=false"}});
    run.expect_failed({"_t_ghr`", GetParam().told});
    EXPECT_NE(clean_up().find("so that they stay:\n  `" + run.schema() + "`.`_t_ghr`"),
              std::string::npos);
    EXPECT_EQ(run.everything(), before);
}

INSTANTIATE_TEST_SUITE_P(all, a_table_of_somebody, testing::ValuesIn(all_of_somebody),
                         [](const auto& one) { return std::string(one.param.what); });

// Nobody but the look tells whose it is, so that it must be true when the table is dropped.
TEST_F(left_for_a_moment, is_not_dropped_where_it_gets_a_row_after_it_was_looked_at) {
    make_table();
    run.session().execute("CREATE TABLE _t_ghr LIKE t");
    fault_points faults;
    faults.pause("left_for_a_moment.before_lock");
    run.start("ADD COLUMN c INT",
              {.build = segue_build::faulty, .faults = &faults, .more = {"--execute=false"}});
    faults.wait_reached("left_for_a_moment.before_lock");
    run.session().execute("INSERT INTO _t_ghr (id, a) VALUES (-1, 1)");  // No AUTO_INCREMENT.
    faults.go("left_for_a_moment.before_lock");
    run.expect_failed({"_t_ghr` exists, and has rows"});
    EXPECT_EQ(run.everything(), "_t_ghr:1 t:2");
}

}  // namespace
}  // namespace segue::test
