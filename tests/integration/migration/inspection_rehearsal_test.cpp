// Without --execute everything is checked and told, and nothing touched.
#include "tests/integration/migration/quiet_run.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_rehearsal : public testing::Test {
  protected:
    a_rehearsal() {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), gone INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1, 'x', 2), (2, 2, 'y', 3)");
        run.session().execute("ANALYZE TABLE t");
        definition = run.session().query("SHOW CREATE TABLE t").at(0).at(1).value();
    }
    void expect_told(const std::string& out) {
        for (const auto* part :
             {"`id`: from `id`", "`a2`: from `a` (int to bigint)", "`b`: from `b`",
              "`gone`: dropped", "`c`: new, 0 as ALTER TABLE gives it",
              "`PRIMARY`: chosen, the primary key", "Size: about 2 rows", "`a2` bigint",
              "Steps with --execute:", "make the new table `", "_t_gho`",
              "\nCREATE TABLE `_t_gho` (", "_t_ghc`", "_t_ghk`", "_t_del`", "by GTID",
              "gives way when 500 ms", "Every check passed"})
            EXPECT_NE(out.find(part), std::string::npos) << part << "\n" << out;
    }
    const std::string alter = "CHANGE a a2 BIGINT, DROP COLUMN gone, ADD COLUMN c INT NOT NULL";

    quiet_run run{shared_server()};
    std::string definition;
};

TEST_F(a_rehearsal, tells_columns_key_size_and_steps_and_leaves_nothing) {
    run.start(alter, {.more = {"--execute=false"}});
    run.expect_swapped();  // exit code 0
    expect_told(run.segue().out());
    EXPECT_EQ(run.everything(), "t:2");
    EXPECT_EQ(run.session().query("SHOW CREATE TABLE t").at(0).at(1), definition);
}

// Hundreds of rows, which a server with many connections takes its time to sum up.
TEST_F(a_rehearsal, asks_for_the_status_of_the_server_once) {
    const auto times_asked = [&] {
        return std::stoi(run.session()
                             .query_value("SELECT count_star FROM "
                                          "performance_schema.events_statements_summary_global_"
                                          "by_event_name WHERE "
                                          "event_name='statement/sql/show_status'")
                             .value());
    };
    const int before = times_asked();
    run.start(alter, {.more = {"--execute=false", "--max-load=Threads_running=1000"}});
    run.expect_swapped();  // exit code 0
    EXPECT_EQ(times_asked(), before + 1);
}

TEST_F(a_rehearsal, takes_over_an_empty_table_that_a_killed_one_left) {
    run.session().execute("CREATE TABLE _t_ghr LIKE t");
    run.session().execute("ALTER TABLE _t_ghr COMMENT='Segue: rehearsal'");
    run.start(alter, {.more = {"--execute=false"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(a_rehearsal, tells_the_comment_that_the_new_table_will_have) {
    for (const auto* comment : {"of\\n orders, it''s", ""}) {
        run.session().execute(std::string("ALTER TABLE t COMMENT='") + comment + "'");
        run.start("ADD COLUMN c INT", {.more = {"--execute=false"}});
        run.expect_swapped();
        EXPECT_EQ(run.segue().out().find("Segue: rehearsal"), std::string::npos);
        if (*comment != '\0') {
            EXPECT_NE(run.segue().out().find("COMMENT='of\\n orders, it''s'"), std::string::npos)
                << run.segue().out();
        }
    }
    run.start("ADD COLUMN c INT, COMMENT='another'", {.more = {"--execute=false"}});
    run.expect_swapped();
    EXPECT_NE(run.segue().out().find("COMMENT='another'"), std::string::npos);
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(a_rehearsal, begins_beside_neither_a_run_that_starts_nor_another_rehearsal) {
    run.session().execute("DO GET_LOCK(CONCAT('segue/', LEFT(SHA2('" + run.table().quoted() +
                          "',256),50)), 0)");
    expect_refused_and_nothing_left(run, alter, {"is starting or rehearsing a migration of"},
                                    {"--execute=false"});
}

TEST_F(a_rehearsal, beside_a_run_at_work_tells_of_it_and_does_it_no_harm) {
    run.start("ADD COLUMN d INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    const auto second = run.start_another(alter, {.more = {"--execute=false"}});
    EXPECT_EQ(second->wait(std::chrono::seconds(60)), 1) << second->out();
    EXPECT_NE(second->err().find("is at work on this table"), std::string::npos) << second->err();
    EXPECT_EQ(second->err().find("DROP TABLE"), std::string::npos) << second->err();
    run.session().execute("UPDATE t SET a=5 WHERE id=1");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    run.expect_as_native_alter("ADD COLUMN d INT");
}

TEST_F(a_rehearsal, drops_nothing_of_a_run_at_work_whatever_flags_it_is_given) {
    run.start("ADD COLUMN d INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    const auto second =
        run.start_another(alter, {.more = {"--execute=false", "--initially-drop-ghost-table",
                                           "--initially-drop-old-table"}});
    EXPECT_EQ(second->wait(std::chrono::seconds(60)), 1) << second->out();
    EXPECT_NE(second->err().find("is at work on this table"), std::string::npos) << second->err();
    run.session().execute("UPDATE t SET a=5 WHERE id=1");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    run.expect_as_native_alter("ADD COLUMN d INT");
}

}  // namespace
}  // namespace segue::test
