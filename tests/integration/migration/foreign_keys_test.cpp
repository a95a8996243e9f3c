// --discard-foreign-keys and --skip-foreign-key-checks: foreign keys of the table itself.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_child : public testing::Test {
  protected:
    void make(const std::string& action = "") {
        run.session().execute("CREATE TABLE p (id INT PRIMARY KEY, a INT)");
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, p INT, q INT, "
            "CONSTRAINT named FOREIGN KEY (p) REFERENCES p (id)" +
            action + ", FOREIGN KEY (q) REFERENCES p (id))");
        run.session().execute("INSERT INTO p VALUES (1,1),(2,2),(3,3),(4,4)");
        run.session().execute("INSERT INTO t VALUES (1,1,1),(2,2,2),(3,3,3)");
    }
    void start(const std::string& alter = "ADD COLUMN b INT") {
        run.start(alter, {.postponed = true, .more = {"--discard-foreign-keys"}});
        run.segue().wait_for_output("State: postponing cut-over");
    }
    void expect_told(const std::string& text) {
        EXPECT_NE(run.segue().err().find(text), std::string::npos) << text << "\n"
                                                                   << run.segue().err();
    }
    std::string keys_of(const std::string& table) {
        return run.session()
            .query_value(
                "SELECT COUNT(*) FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE "
                "CONSTRAINT_SCHEMA=DATABASE() AND TABLE_NAME='" +
                table + "'")
            .value();
    }
    quiet_run run{shared_server()};
};

TEST_F(a_child, with_a_cascade_is_refused_with_the_flag_that_helps) {
    make(" ON DELETE CASCADE");
    expect_refused_and_nothing_left(
        run, "ADD COLUMN b INT",
        {"the table's foreign key `named` (`p`) to", "say --discard-foreign-keys"});
}

TEST_F(a_child, is_looked_for_whatever_says_not_to) {
    make(" ON DELETE CASCADE");
    expect_refused_and_nothing_left(
        run, "ADD COLUMN b INT",
        {"--skip-foreign-key-checks: Has no effect", "has a cascading action (ON DELETE CASCADE"},
        {"--skip-foreign-key-checks"});
}

TEST_F(a_child, loses_its_foreign_keys_and_its_old_table_holds_no_parent) {
    make();
    start();
    run.session().execute("UPDATE t SET p=4 WHERE id=1");
    run.session().execute("INSERT INTO t VALUES (9,2,NULL)");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
    expect_told("the new table will not have the foreign keys `named`, `t_ibfk_1`");
    EXPECT_EQ(keys_of("t"), "0");
    EXPECT_EQ(keys_of("_t_del"), "0");
    // Rows of the old table refer to it still.
    EXPECT_EQ(run.session().execute("DELETE FROM p WHERE id=3"), 1U);
}

TEST_F(a_child, whose_old_tables_keys_are_not_dropped_under_the_lock_loses_them_after_it) {
    make();
    fault_points faults;
    faults.fail("cut_over.before_foreign_keys");
    run.start(
        "ADD COLUMN b INT",
        {.build = segue_build::faulty, .faults = &faults, .more = {"--discard-foreign-keys"}});
    run.expect_swapped();
    EXPECT_EQ(keys_of("_t_del"), "0");
    EXPECT_EQ(run.segue().err().find("could not be dropped"), std::string::npos);
}

TEST_F(a_child, whose_old_table_keeps_its_keys_is_told_how_to_drop_them) {
    make();
    fault_points faults;
    faults.fail("cut_over.before_foreign_keys", {.first = 1, .always = true});
    run.start(
        "ADD COLUMN b INT",
        {.build = segue_build::faulty, .faults = &faults, .more = {"--discard-foreign-keys"}});
    run.expect_swapped();
    expect_told("the old table's foreign keys could not be dropped");
    const std::string err = run.segue().err();
    const auto from = err.find("ALTER TABLE `" + run.schema());
    ASSERT_NE(from, std::string::npos) << err;
    run.session().execute(err.substr(from, err.find(';', from) - from));
    EXPECT_EQ(keys_of("_t_del"), "0");
}

// Since 9.6 the server makes cascades itself, and logs them; before, the storage engine did.
TEST_F(a_child, with_a_cascade_is_followed_where_that_is_logged_and_refused_elsewhere) {
    make(" ON DELETE CASCADE");
    const auto native =
        run.session().query("SHOW GLOBAL VARIABLES LIKE 'innodb_native_foreign_keys'");
    if (native.empty() || native[0][1] != "OFF")
        return expect_refused_and_nothing_left(
            run, "ADD COLUMN b INT",
            {"the table's foreign key `named` to `p` has a cascading action",
             "cannot follow them. Drop the foreign key before."},
            {"--discard-foreign-keys"});
    run.session().execute("UPDATE t SET q=NULL");
    start();
    run.session().execute("DELETE FROM p WHERE id=2");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.session().query_value("SELECT GROUP_CONCAT(id) FROM t"), "1,3");
}

TEST_F(a_child, whose_parent_is_written_for_long_waits_for_that_without_asking_for_the_lock) {
    make();
    start();
    application_session writer(run.server().over_tcp(), run.schema());
    writer.execute("BEGIN");
    writer.execute("UPDATE p SET a=9 WHERE id=1");
    run.let_cut_over();
    const std::string told =
        fmt::format("holds `{}`.`p`, which is locked with the table", run.schema());
    run.wait_until("the writer is told of",
                   [&] { return run.segue().err().find(told) != std::string::npos; });
    EXPECT_EQ(run.segue().err().find("writes waited for"), std::string::npos) << run.segue().err();
    writer.execute("COMMIT");
    run.expect_swapped();
}

}  // namespace
}  // namespace segue::test
