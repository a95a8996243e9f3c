// --attempt-instant-ddl: ALGORITHM=INSTANT in the place of a run.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class an_instant_alter : public testing::Test {
  protected:
    an_instant_alter() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1,1),(2,2),(3,3)");
    }
    std::string definition() {
        return run.session().query("SHOW CREATE TABLE t").at(0).at(1).value();
    }
    bool told(const std::string& text) { return run.segue().err().find(text) != std::string::npos; }
    quiet_run::start_options attempt() const { return {.more = {"--attempt-instant-ddl"}}; }
    quiet_run run{shared_server()};
};

TEST_F(an_instant_alter, is_all_there_is_to_do_and_makes_nothing) {
    run.start("ADD COLUMN b INT NOT NULL DEFAULT 5, LOCK=NONE", attempt());
    run.expect_swapped();
    EXPECT_TRUE(told(fmt::format("Success! table `{}`.`t` migrated instantly", run.schema())))
        << run.segue().err();
    EXPECT_TRUE(run.segue().out().ends_with("# Done\n")) << run.segue().out();
    EXPECT_EQ(run.segue().out().find("kept as"), std::string::npos) << run.segue().out();
    EXPECT_EQ(run.everything(), "t:3");
    EXPECT_NE(definition().find("`b` int NOT NULL DEFAULT '5'"), std::string::npos);
    EXPECT_EQ(run.session().query_value("SELECT SUM(b) FROM t"), "15");
}

TEST_F(an_instant_alter, that_the_server_refuses_becomes_a_copy) {
    const std::string alter = "MODIFY a BIGINT NOT NULL";
    run.start(alter, attempt());
    run.expect_swapped();
    EXPECT_TRUE(told("ALGORITHM=INSTANT is not possible for")) << run.segue().err();
    EXPECT_TRUE(told("ALGORITHM=INSTANT is not supported")) << run.segue().err();
    run.expect_as_native_alter(alter);
}

// https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html: up to 64 versions.
TEST_F(an_instant_alter, after_the_last_row_version_becomes_a_copy) {
    constexpr int versions_max = 300;  // 64 before 9.1, 255 since
    std::string refused;
    for (int i = 0; i < versions_max && refused.empty(); ++i) {
        try {
            run.session().execute(
                fmt::format("ALTER TABLE t ADD COLUMN c{} INT, ALGORITHM=INSTANT", i));
        } catch (const std::exception& failed) {
            refused = failed.what();
        }
    }
    ASSERT_NE(refused, "");
    run.start("ADD COLUMN b INT", attempt());
    run.expect_swapped();
    EXPECT_TRUE(told("ALGORITHM=INSTANT is not possible for")) << run.segue().err();
    EXPECT_TRUE(told("Maximum row versions")) << run.segue().err();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(an_instant_alter, is_not_asked_for_while_somebody_holds_the_table) {
    application_session reader(run.server().over_tcp(), run.schema());
    reader.execute("BEGIN");
    reader.query("SELECT * FROM t");
    run.start("ADD COLUMN b INT", {.postponed = true, .more = {"--attempt-instant-ddl"}});
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_TRUE(told("rows are copied: the transaction of connection")) << run.segue().err();
    reader.execute("COMMIT");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(an_instant_alter, that_waits_gives_up_within_the_budget_and_becomes_a_copy) {
    fault_points faults;
    faults.pause("instant_alter.before");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .postponed = true,
                                   .more = {"--attempt-instant-ddl"}});
    faults.wait_reached("instant_alter.before");
    application_session reader(run.server().over_tcp(), run.schema());
    reader.execute("BEGIN");
    reader.query("SELECT * FROM t");
    faults.go("instant_alter.before");
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_TRUE(told("rows are copied: ")) << run.segue().err();
    EXPECT_TRUE(told("interrupted") || told("Lock wait timeout")) << run.segue().err();
    reader.execute("COMMIT");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(an_instant_alter, whose_connection_is_lost_is_looked_up) {
    fault_points faults;
    faults.pause("instant_alter.before");
    run.start("ADD COLUMN b INT",
              {.build = segue_build::faulty,
               .faults = &faults,
               .postponed = true,
               .more = {"--attempt-instant-ddl", "--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("instant_alter.before");
    application_session reader(run.server().over_tcp(), run.schema());
    reader.execute("BEGIN");
    reader.query("SELECT * FROM t");
    faults.go("instant_alter.before");
    std::string waiting;
    eventually("it waits for the table", [&] {
        const auto found = run.session().query(
            "SELECT id FROM information_schema.processlist WHERE info LIKE 'ALTER TABLE%INSTANT%' "
            "AND state LIKE 'Waiting for table metadata lock'");
        if (!found.empty()) waiting = found[0][0].value();
        return !waiting.empty();
    });
    run.session().execute("KILL " + waiting);
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_TRUE(told("ALGORITHM=INSTANT is not possible for")) << run.segue().err();
    reader.execute("COMMIT");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(an_instant_alter, is_not_tried_by_a_rehearsal) {
    const auto before = definition();
    run.start("ADD COLUMN b INT", {.more = {"--attempt-instant-ddl", "--execute=false"}});
    EXPECT_EQ(run.segue().wait(3 * patience), 0) << run.segue().err();
    EXPECT_NE(run.segue().out().find("a run would try ALTER TABLE ... ALGORITHM=INSTANT first"),
              std::string::npos)
        << run.segue().out();
    EXPECT_EQ(definition(), before);
}

}  // namespace
}  // namespace segue::test
