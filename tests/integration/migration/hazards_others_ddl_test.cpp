// Somebody drops or changes a table of a migration's while it runs.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/fault_points.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_table_of_a_migration : public testing::Test {
  protected:
    a_table_of_a_migration() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    }

    void follow() {
        run.start("ADD COLUMN b INT", {.postponed = true});
        run.segue().wait_for_output("State: postponing cut-over");
    }
    void expect_dropped_by_somebody(const std::string& told, const std::string& left) {
        run.expect_failed({told + " was dropped by somebody else while the migration ran",
                           "The original table is untouched.", "Left behind: " + left + ". To"});
        for (const char* const other : {"refuses the row", "nother run"})
            EXPECT_EQ(run.segue().err().find(other), std::string::npos) << run.segue().err();
    }

    /// The stream would name a statement that empties a table.
    void empty_unlogged(const std::string& emptying) {
        run.session().execute("SET SESSION sql_log_bin=0");
        run.session().execute(emptying);
        run.session().execute("SET SESSION sql_log_bin=1");
    }
    /// The run, which still has its tables.
    void expect_emptied_by_somebody(const std::string& told) {
        run.expect_failed(
            {told, "somebody else has emptied or changed that table while the migration ran",
             "The original table is untouched.",
             "Left behind: " + ghost + ", " + changelog + ", " + checkpoint + ". "});
        EXPECT_EQ(run.segue().err().find("nother run"), std::string::npos) << run.segue().err();
    }

    quiet_run run{shared_server()};
    const std::string ghost = run.tables().ghost.quoted();
    const std::string changelog = run.tables().changelog.quoted();
    const std::string checkpoint = run.tables().checkpoint.quoted();
};

TEST_F(a_table_of_a_migration, that_is_the_new_one_and_gone_is_no_row_that_is_refused) {
    follow();
    run.session().execute("DROP TABLE _t_gho");
    run.session().execute("UPDATE t SET a=3 WHERE id=2");
    expect_dropped_by_somebody("the new table " + ghost, changelog + ", " + checkpoint);
}

TEST_F(a_table_of_a_migration, that_is_the_new_one_and_gone_is_no_table_that_is_busy) {
    follow();
    run.session().execute("DROP TABLE _t_gho");
    run.let_cut_over();
    expect_dropped_by_somebody("the new table " + ghost, changelog + ", " + checkpoint);
}

TEST_F(a_table_of_a_migration, that_keeps_its_state_and_is_gone_is_no_other_run) {
    follow();
    run.session().execute("DROP TABLE _t_ghk");
    run.session().execute("UPDATE t SET a=3 WHERE id=2");
    expect_dropped_by_somebody(checkpoint, ghost + ", " + changelog);
}

TEST_F(a_table_of_a_migration, that_has_its_heartbeat_may_be_gone) {
    follow();
    run.session().execute("DROP TABLE _t_ghc");
    expect_dropped_by_somebody(changelog, ghost + ", " + checkpoint);
}

TEST_F(a_table_of_a_migration, that_others_have_altered_is_no_row_that_is_refused) {
    follow();
    run.session().execute("ALTER TABLE _t_gho DROP COLUMN a");
    run.session().execute("UPDATE t SET a=3 WHERE id=2");
    run.expect_failed({"the new table " + ghost + " was changed by somebody else while",
                       "The original table is untouched."});
    EXPECT_EQ(run.segue().err().find("refuses the row"), std::string::npos) << run.segue().err();
}

// Nothing else would tell: the table that would take the original's name is there, and can be
// written.
TEST_F(a_table_of_a_migration, that_others_have_emptied_takes_nobodys_name) {
    follow();
    run.session().execute("TRUNCATE TABLE _t_gho");
    run.let_cut_over();
    run.expect_failed({"the new table " + ghost + " was emptied by somebody else while",
                       "TRUNCATE TABLE _t_gho", "The original table is untouched."});
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM t"), "2");
}

TEST_F(a_table_of_a_migration, that_others_have_made_anew_takes_nobodys_name) {
    follow();
    run.session().execute("CREATE TABLE kept LIKE _t_gho");
    run.session().execute("RENAME TABLE _t_gho TO away, kept TO _t_gho");
    run.let_cut_over();
    run.expect_failed({"the new table " + ghost + " was changed by somebody else while",
                       "The original table is untouched."});
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM t"), "2");
}

TEST_F(a_table_of_a_migration, that_others_have_altered_without_a_word_in_the_log_is_looked_at) {
    follow();
    run.session().execute("SET SESSION sql_log_bin=0");
    run.session().execute("ALTER TABLE _t_gho DROP COLUMN b");
    run.let_cut_over();
    run.expect_failed({"the new table " + ghost + " was changed by somebody else while",
                       "The original table is untouched."});
}

// As one that was made before the stream began.
TEST_F(a_table_of_a_migration, that_others_have_given_a_trigger_without_a_word_is_not_swapped) {
    follow();
    run.session().execute("SET SESSION sql_log_bin=0");
    run.session().execute(
        "CREATE TRIGGER tg BEFORE INSERT ON _t_gho FOR EACH ROW SET NEW.a=NEW.a+1");
    run.let_cut_over();
    run.expect_failed({"the new table " + ghost + " was changed by somebody else while",
                       "a trigger, `tg`", "The original table is untouched."});
}

TEST_F(a_table_of_a_migration, that_others_refer_to_without_a_word_is_not_swapped) {
    follow();
    run.session().execute("SET SESSION sql_log_bin=0");
    run.session().execute("CREATE TABLE child (i INT, FOREIGN KEY (i) REFERENCES _t_gho (id))");
    run.let_cut_over();
    run.expect_failed({"the new table " + ghost + " was changed by somebody else while",
                       "a foreign key of the table", "The original table is untouched."});
    run.session().execute("DROP TABLE child");
}

TEST_F(a_table_of_a_migration, that_has_its_heartbeat_may_be_altered) {
    follow();
    run.session().execute("ALTER TABLE _t_ghc ADD COLUMN bad INT FIRST");
    run.expect_failed({changelog + " was changed by somebody else while the migration ran"});
}

TEST_F(a_table_of_a_migration, that_is_gone_with_all_others_left_the_original_as_it_was) {
    follow();
    run.session().execute("DROP TABLE _t_gho, _t_ghc, _t_ghk");
    run.expect_failed({"The original table is untouched.",
                       "somebody has dropped them, or another run has taken this migration over",
                       "Left behind: nothing"});
    EXPECT_EQ(run.segue().err().find("DROP TABLE IF EXISTS"), std::string::npos)
        << run.segue().err();
}

// Then the definition tells nothing.
TEST_F(a_table_of_a_migration, that_is_gone_with_all_others_may_have_been_taken_over) {
    run.start("ENGINE=InnoDB", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.session().execute("DROP TABLE _t_gho, _t_ghc, _t_ghk");
    run.expect_failed(
        {"This run has not swapped the tables, and did not change " + run.table().quoted(),
         "somebody has dropped them, or another run has taken this migration over",
         "Left behind: nothing"});
    EXPECT_EQ(run.segue().err().find("untouched"), std::string::npos) << run.segue().err();
    EXPECT_EQ(run.segue().err().find("swapped, by another run"), std::string::npos)
        << run.segue().err();
}

TEST_F(a_table_of_a_migration, that_keeps_its_state_and_was_emptied_is_no_other_run) {
    for (const char* const emptying : {"TRUNCATE _t_ghk", "DELETE FROM _t_ghk"}) {
        SCOPED_TRACE(emptying);
        run.start("ADD COLUMN b INT",
                  {.postponed = true, .more = {"--initially-drop-ghost-table"}});
        run.segue().wait_for_output("State: postponing cut-over");
        empty_unlogged(emptying);
        run.session().execute("UPDATE t SET a=a+1 WHERE id=2");
        expect_emptied_by_somebody("the owner's row is gone from " + checkpoint);
    }
}

TEST_F(a_table_of_a_migration, that_has_its_heartbeat_and_was_emptied_is_no_other_run) {
    for (const char* const emptying :
         {"DELETE FROM _t_ghc WHERE id=1", "DELETE FROM _t_ghc WHERE id=2", "TRUNCATE _t_ghc"}) {
        SCOPED_TRACE(emptying);
        run.start("ADD COLUMN b INT",
                  {.postponed = true, .more = {"--initially-drop-ghost-table"}});
        run.segue().wait_for_output("State: postponing cut-over");
        empty_unlogged(emptying);
        run.session().execute("UPDATE t SET a=a+1 WHERE id=2");
        expect_emptied_by_somebody(" row is gone from " + changelog);
    }
}

TEST_F(a_table_of_a_migration, whose_partitions_others_look_after_goes_on) {
    run.session().execute("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 2");
    run.start("ADD COLUMN b INT",
              {.postponed = true, .more = {"--cut-over-stall-budget-millis=60000"}});
    run.segue().wait_for_output("State: postponing cut-over");
    for (const std::string table : {"t", "_t_gho"})
        for (const std::string upkeep : {"ANALYZE", "CHECK", "OPTIMIZE", "REBUILD"})
            run.session().execute(fmt::format("ALTER TABLE {} {} PARTITION p0", table, upkeep));
    run.session().execute("UPDATE t SET a=3 WHERE id=2");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

// Nobody but the binary log knows which statement it was.
TEST_F(a_table_of_a_migration, that_is_another_by_now_is_told_with_the_statement) {
    run.session().execute("CREATE TABLE q (id INT PRIMARY KEY)");
    for (const std::string renaming :
         {"RENAME TABLE _t_ghk TO away", "RENAME TABLE _t_ghk TO away, q TO _t_ghk",
          "RENAME TABLE _t_ghc TO away", "RENAME TABLE _t_ghc TO away, q TO _t_ghc"}) {
        SCOPED_TRACE(renaming);
        run.start("ADD COLUMN b INT",
                  {.postponed = true, .more = {"--initially-drop-ghost-table"}});
        run.segue().wait_for_output("State: postponing cut-over");
        run.session().execute(renaming);
        run.session().execute("UPDATE t SET a=a+1 WHERE id=2");
        run.expect_failed({(renaming.find("_t_ghk") != renaming.npos ? checkpoint : changelog) +
                               " was changed by somebody else while the migration ran: " + renaming,
                           "The original table is untouched."});
        run.session().execute("DROP TABLE IF EXISTS away, q, _t_ghk, _t_ghc, _t_gho");
        run.session().execute("CREATE TABLE q (id INT PRIMARY KEY)");
    }
}

TEST_F(a_table_of_a_migration, that_is_gone_with_its_schema_is_not_left_behind) {
    follow();
    run.session().execute("DROP DATABASE " + quoted_name(run.schema()));
    run.expect_failed({"DROP DATABASE", "Left behind: nothing"});
    run.session().execute("CREATE DATABASE " + quoted_name(run.schema()));
}

class a_prepared_transaction : public a_table_of_a_migration {
  protected:
    a_prepared_transaction() {
        other.execute("XA START " + xid);
        other.execute("UPDATE t SET a=7 WHERE id=2");
        other.execute("XA END " + xid);
        other.execute("XA PREPARE " + xid);
    }
    ~a_prepared_transaction() override { other.execute("XA ROLLBACK " + xid); }
    void wait_for_it() {
        run.start("ADD COLUMN b INT", {.postponed = true});
        run.segue().wait_for_output("waiting for XA transactions that are prepared");
    }

    application_session other{shared_server().over_tcp(), run.schema()};
    const std::string xid = quoted_literal(run.schema());
};

// The stream is not read yet.
TEST_F(a_prepared_transaction, that_is_waited_for_hides_nothing_of_what_becomes_of_the_tables) {
    struct case_of {
        const char* statement;
        std::string told;
    };
    for (const case_of& each :
         {case_of{"DROP TABLE _t_gho", "the new table " + ghost + " was dropped by somebody else"},
          case_of{"DROP TABLE _t_ghk", checkpoint + " was dropped by somebody else"},
          case_of{"ALTER TABLE _t_gho DROP COLUMN a",
                  "the new table " + ghost + " was changed by somebody else"},
          case_of{"TRUNCATE _t_ghk", "the owner's row is gone from " + checkpoint}}) {
        SCOPED_TRACE(each.statement);
        wait_for_it();
        run.session().execute(each.statement);
        run.expect_failed({each.told, "The original table is untouched."});
        run.session().execute("DROP TABLE IF EXISTS _t_gho, _t_ghc, _t_ghk");
    }
}

// RENAME TABLE would fail over it while writes wait.
TEST_F(a_table_of_a_migration,
       whose_constraints_name_others_have_taken_is_swapped_once_it_is_free) {
    run.session().execute("ALTER TABLE t ADD CHECK (a>0)");
    follow();
    run.session().execute("CREATE TABLE o (id INT, CONSTRAINT _t_del_chk_1 CHECK (id>0))");
    run.let_cut_over();
    run.segue().wait_for_output(
        "the table `o` holds a CHECK constraint of the name `_t_del_chk_1`, which one of this "
        "table's would get in the swap. Drop that constraint, and add it under another name.");
    run.session().execute("DROP TABLE o");
    run.expect_swapped();
    EXPECT_EQ(run.segue().err().find("3822"), std::string::npos) << run.segue().err();
}

// The attempt has looked; what RENAME TABLE meets then is for the next one to look at.
TEST_F(a_table_of_a_migration,
       whose_constraints_name_others_take_in_the_swap_is_swapped_once_it_is_free) {
    run.session().execute("ALTER TABLE t ADD CHECK (a>0)");
    fault_points faults;
    faults.pause("cut_over.before_rename");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("cut_over.before_rename");
    run.session().execute("CREATE TABLE o (id INT, CONSTRAINT _t_del_chk_1 CHECK (id>0))");
    faults.go("cut_over.before_rename");
    run.segue().wait_for_output("gave way: Duplicate check constraint name '_t_del_chk_1'");
    run.segue().wait_for_output("the table `o` holds a CHECK constraint of the name");
    run.session().execute("DROP TABLE o");
    run.expect_swapped();
}

// Between the look at it and the first place in the binary log that is read.
TEST_F(a_table_of_a_migration, that_is_the_original_may_be_redefined_while_the_run_starts) {
    fault_points faults;
    faults.pause("target_table.before_alter");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("target_table.before_alter");
    run.session().execute("ALTER TABLE t DROP COLUMN a");
    faults.go("target_table.before_alter");
    run.expect_failed({"the definition of " + run.table().quoted() +
                           " was changed by another session while it was migrated",
                       "The original table is untouched."});
    EXPECT_EQ(run.segue().out().find("phase: copy"), std::string::npos) << run.segue().out();
}

// The definition is as it was when the failure is looked into.
TEST_F(a_table_of_a_migration, that_is_the_original_may_be_away_for_a_moment_while_the_run_starts) {
    fault_points faults;
    faults.pause("target_table.before_alter");
    faults.pause("inspection.failed");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("target_table.before_alter");
    run.session().execute("RENAME TABLE t TO away");
    faults.go("target_table.before_alter");
    faults.wait_reached("inspection.failed");
    run.session().execute("RENAME TABLE away TO t");
    faults.go("inspection.failed");
    run.expect_failed({run.table().quoted() +
                           " was dropped, renamed or changed by another session while Segue was "
                           "starting",
                       "The original table is untouched."});
    EXPECT_EQ(run.segue().err().find("no proxy"), std::string::npos) << run.segue().err();
}

// The stream says nothing of it, or not yet.
TEST_F(a_table_of_a_migration, that_is_the_original_may_be_redefined_unseen_while_it_is_copied) {
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 1});
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .more = {"--threads=1", "--chunk-size=1"}});
    faults.wait_reached("copier.chunk_committed");
    run.session().execute("SET SESSION sql_log_bin=0");
    run.session().execute("ALTER TABLE t DROP COLUMN a");
    run.session().execute("SET SESSION sql_log_bin=1");
    faults.go("copier.chunk_committed");
    run.expect_failed({"the table " + run.table().quoted() +
                           " was redefined by another session while it was migrated: ",
                       "Unknown column", "The original table is untouched."});
}

}  // namespace
}  // namespace segue::test
