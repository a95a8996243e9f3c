// What cannot be migrated is refused with a remedy, before anything exists that could be left.
#include "tests/integration/migration/quiet_run.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct obstacle {
    const char* name;
    std::vector<std::string> preparation;  ///< With the schema as the default one.
    std::string alter;
    std::vector<std::string> told;  ///< What stands in the way, and the remedy.
    friend std::ostream& operator<<(std::ostream& to, const obstacle& one) {
        return to << one.name;
    }
};

const std::string plain_table = "CREATE TABLE t (id INT PRIMARY KEY, a INT)";
const std::string partitioned_table =
    "CREATE TABLE t (id INT PRIMARY KEY, a INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS "
    "THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)";
const std::vector<std::string> partitions = {
    partitioned_table, "INSERT INTO t VALUES (1, 1), (200, 2)",
    "CREATE TABLE other (id INT PRIMARY KEY, a INT)", "INSERT INTO other VALUES (5, 5), (6, 6)"};

class refused : public testing::TestWithParam<obstacle> {
  protected:
    void prepare() {
        for (const auto& sql : GetParam().preparation) run.session().execute(sql);
    }
    quiet_run run{shared_server()};
};

TEST_P(refused, before_anything_exists) {
    prepare();
    expect_refused_and_nothing_left(run, GetParam().alter, GetParam().told);
}

TEST_P(refused, by_the_rehearsal_too) {
    prepare();
    expect_refused_and_nothing_left(run, GetParam().alter, GetParam().told, {"--execute=false"});
}

const obstacle clauses[] = {
    {"exchange_partition",
     partitions,
     "EXCHANGE PARTITION p0 WITH TABLE other",
     {"EXCHANGE PARTITION", "plain ALTER TABLE"}},
    {"exchange_partition_in_a_comment_that_the_server_runs",
     partitions,
     "/*!80000 EXCHANGE */ PARTITION p0 WITH /* no */ TABLE other",
     {"it acts on what the partitions hold", "plain ALTER TABLE"}},
    {"exchange_partition_of_a_whole_statement",
     partitions,
     "alter table t # x\n exchange\tPARTITION p0 with table other",
     {"it acts on what the partitions hold", "plain ALTER TABLE"}},
    {"drop_partition", partitions, "DROP PARTITION p0", {"DROP PARTITION", "plain ALTER TABLE"}},
    {"truncate_partition",
     partitions,
     "TRUNCATE PARTITION p0",
     {"TRUNCATE PARTITION", "plain ALTER TABLE"}},
    {"discard_tablespace",
     {plain_table},
     "DISCARD TABLESPACE",
     {"DISCARD TABLESPACE", "plain ALTER TABLE"}},
    {"rename_to",
     {plain_table},
     "ADD COLUMN b INT, RENAME TO elsewhere",
     {"RENAME", "use RENAME TABLE"}},
    {"order_by", {plain_table}, "ORDER BY a", {"ORDER BY", "leave it out"}},
    {"numbers_of_its_own_for_a_fulltext_index",
     {"CREATE TABLE t (id INT PRIMARY KEY, FTS_DOC_ID BIGINT UNSIGNED NOT NULL UNIQUE, a TEXT)"},
     "ADD FULLTEXT KEY words (a)",
     {"a column FTS_DOC_ID of your own", "plain ALTER TABLE"}},
    {"a_second_statement", {plain_table}, "ADD COLUMN b INT; DROP TABLE t", {";"}},
    {"what_the_server_refuses",
     {plain_table},
     "ADD COLUMN a INT",
     {"the server refuses this ALTER", "Duplicate column name"}},
    {"a_column_that_a_check_constraint_uses",
     {"CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, CHECK (a < b))"},
     "DROP COLUMN a",
     {"the server refuses this ALTER", "'t_chk_1' uses column 'a'"}},
    {"a_column_that_is_not_there",
     {plain_table},
     "ALTER COLUMN nope SET DEFAULT 1",
     {"the server refuses this ALTER", "Unknown column 'nope' in 't'"}},
    {"a_check_constraint_that_has_the_name_of_one_to_come",
     {"CREATE TABLE t (id INT PRIMARY KEY, a INT CHECK (a < 1000), CONSTRAINT _t_gho_chk_1 CHECK "
      "(a > 0))"},
     "ADD COLUMN b INT",
     {"the table `t` holds a CHECK constraint of the name `_t_gho_chk_1`",
      "add it under another name"}},
    {"a_check_constraint_that_has_the_name_of_one_that_is_added",
     {"CREATE TABLE t (id INT PRIMARY KEY, a INT)",
      "CREATE TABLE other (id INT PRIMARY KEY, CONSTRAINT _t_gho_chk_1 CHECK (id > 0))"},
     "ADD CHECK (a > 0)",
     {"CHECK constraint", "another name"}},
    {"a_check_constraint_that_has_the_name_of_one_of_the_old_table",
     {"CREATE TABLE t (id INT PRIMARY KEY, a INT CHECK (a < 1000), CONSTRAINT _t_del_chk_1 CHECK "
      "(a > 0))"},
     "ADD COLUMN b INT",
     {"the table `t` holds a CHECK constraint of the name `_t_del_chk_1`", "in the swap"}},
    {"auto_increment_of_a_column_that_had_none",
     {plain_table},
     "MODIFY id INT NOT NULL AUTO_INCREMENT",
     {"the column is not AUTO_INCREMENT yet", "Leave AUTO_INCREMENT out"}},
};

const obstacle shapes[] = {
    {"a_view",
     {"CREATE TABLE base (id INT PRIMARY KEY)", "CREATE VIEW t AS SELECT * FROM base"},
     "ADD COLUMN b INT",
     {"is a view", "Name the table itself"}},
    {"a_table_of_another_engine",
     {"CREATE TABLE t (id INT PRIMARY KEY) ENGINE=MyISAM"},
     "ADD COLUMN b INT",
     {"has the engine MyISAM", "Only InnoDB tables"}},
    {"a_table_that_becomes_one_of_another_engine",
     {plain_table},
     "ENGINE=MyISAM",
     {"ENGINE=MyISAM", "between InnoDB tables only", "leave it out"}},
    {"a_table_that_is_not_there",
     {"CREATE TABLE other (id INT PRIMARY KEY)"},
     "ADD COLUMN b INT",
     {"there is no table", "Check --database and --table"}},
    {"a_foreign_key_with_a_cascading_action",
     {"CREATE TABLE parent (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, CONSTRAINT to_parent FOREIGN KEY (a) REFERENCES "
      "parent (id) ON DELETE SET NULL)"},
     "ADD COLUMN b INT",
     {"the table's foreign key `to_parent` (`a`) to ",
      "has a cascading action (ON DELETE SET NULL, ON UPDATE NO ACTION)", "Drop it before",
      "pt-online-schema-change would"}},
    {"a_foreign_key_over_a_generated_column",
     {"CREATE TABLE parent (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, g INT AS (a + 1) STORED, CONSTRAINT to_parent "
      "FOREIGN KEY (g) REFERENCES parent (id))"},
     "ADD COLUMN b INT",
     {"is over the generated column `g`", "Drop it before"}},
    {"a_foreign_key_to_a_table_that_is_not_there",
     {"SET foreign_key_checks=0",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, CONSTRAINT to_parent FOREIGN KEY (a) REFERENCES "
      "parent (id))"},
     "ADD COLUMN b INT",
     {"refers to a table that is not there", "Drop it before"}},
    {"a_foreign_key_to_the_table",
     {plain_table, "CREATE TABLE child (a INT, CONSTRAINT to_t FOREIGN KEY (a) REFERENCES t (id))"},
     "ADD COLUMN b INT",
     {".`child` refers to this table", "Drop it before", "--alter-foreign-keys-method"}},
    {"a_foreign_key_of_the_table_to_itself",
     {"CREATE TABLE t (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES t (id))"},
     "ADD COLUMN b INT",
     {"refers to the table itself", "Drop it before", "pt-online-schema-change would"}},
    {"a_foreign_key_in_the_alter",
     {"CREATE TABLE parent (id INT PRIMARY KEY)", plain_table},
     "ADD CONSTRAINT to_parent FOREIGN KEY (a) REFERENCES parent (id)",
     {"a foreign key on the ghost table would fail the application's writes"}},
    {"a_trigger",
     {plain_table, "CREATE TRIGGER watcher BEFORE INSERT ON t FOR EACH ROW SET NEW.a=1"},
     "ADD COLUMN b INT",
     {"the table has a trigger, `watcher`", "Drop it for the time of the migration"}},
    {"several_things_at_once_and_all_are_told",
     {"CREATE TABLE t (id INT PRIMARY KEY, a INT) ENGINE=MyISAM",
      "CREATE TRIGGER watcher BEFORE INSERT ON t FOR EACH ROW SET NEW.a=1"},
     "ADD COLUMN b INT, ORDER BY a",
     {"ORDER BY", "has the engine MyISAM", "the table has a trigger"}},
};

std::string name_of(const testing::TestParamInfo<obstacle>& of) {
    return of.param.name;
}
INSTANTIATE_TEST_SUITE_P(clause, refused, testing::ValuesIn(clauses), name_of);
INSTANTIATE_TEST_SUITE_P(shape, refused, testing::ValuesIn(shapes), name_of);

// docs/hazards.md, 1: on the ghost it would take the rows of the third table.
TEST(an_exchange_of_a_partition, leaves_the_rows_of_the_third_table_where_they_are) {
    quiet_run run(shared_server());
    for (const auto& sql : partitions) run.session().execute(sql);
    const auto alter = "EXCHANGE PARTITION p0 WITH TABLE " +
                       table_name{run.schema(), "other"}.quoted() + " WITHOUT VALIDATION";
    for (const auto* more : {"--execute=false", "--execute"}) {
        run.start(alter, {.more = {more}});
        run.expect_failed({"EXCHANGE PARTITION", "plain ALTER TABLE"});
        EXPECT_EQ(run.everything(), "other:2 t:2");
    }
}

TEST(an_alter_of_another_table, is_refused) {
    quiet_run run(shared_server());
    run.session().execute(plain_table);
    run.session().execute("CREATE TABLE other LIKE t");
    for (const auto* alter :
         {"ALTER TABLE other ADD COLUMN b INT", "CREATE INDEX i ON other (a)"}) {
        run.start(alter);
        run.expect_failed({"--table is `t`, but --alter names `other`"});
    }
    run.start("CREATE INDEX i ON t (a) LOCK=NONE");
    run.expect_failed({"CREATE INDEX is a statement of its own", "it is ADD INDEX i (a)\n"});
    EXPECT_EQ(run.everything(), "other:0 t:0");
}

TEST(a_foreign_key_from_another_schema, is_refused) {
    quiet_run run(shared_server());
    const fresh_schema elsewhere(shared_server());
    run.session().execute(plain_table);
    run.session().execute("CREATE TABLE " + table_name{elsewhere.name(), "child"}.quoted() +
                          " (a INT, FOREIGN KEY (a) REFERENCES " + run.table().quoted() + " (id))");
    expect_refused_and_nothing_left(
        run, "ADD COLUMN b INT",
        {table_name{elsewhere.name(), "child"}.quoted() + " refers to this table",
         "Drop it before"});
    run.session().execute("DROP TABLE " + table_name{elsewhere.name(), "child"}.quoted());
}

TEST(a_server_without_a_binary_log, is_refused) {
    quiet_run run(shared_server({"--skip-log-bin"}));
    run.session().execute(plain_table);
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT",
                                    {"the server writes no binary log", "--log-bin"});
}

class names_in_use : public testing::TestWithParam<std::string> {
  protected:
    names_in_use() {
        run.session().execute(plain_table);
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    }
    quiet_run run{shared_server()};
};

TEST_P(names_in_use, by_an_earlier_run_need_a_flag) {
    run.session().execute("CREATE TABLE " + GetParam() + " (a INT)");
    run.session().execute("INSERT INTO " + GetParam() + " VALUES (1), (2), (3)");
    const std::string flag =
        GetParam() == "_t_del" ? "--initially-drop-old-table" : "--initially-drop-ghost-table";
    const std::string other =
        GetParam() == "_t_del" ? "--initially-drop-ghost-table" : "--initially-drop-old-table";
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT", {"`" + GetParam() + "` exists", flag});
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT", {"`" + GetParam() + "` exists", flag},
                                    {other});
    // Another obstacle keeps the earlier run's table from being dropped.
    expect_refused_and_nothing_left(run, "ORDER BY a", {"ORDER BY"}, {flag});
    // Also one that shows when the new table is made, or looked at: the earlier one may be all that
    // is left of the column.
    expect_refused_and_nothing_left(run, "DROP COLUMN gone", {"the server refuses this ALTER"},
                                    {flag});
    expect_refused_and_nothing_left(run, "DROP PRIMARY KEY", {"no key names the rows"}, {flag});
    run.start("ADD COLUMN b INT", {.more = {flag}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_P(names_in_use, by_a_view_are_refused_whatever_is_asked_for) {
    run.session().execute("CREATE VIEW " + GetParam() + " AS SELECT 1");
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT", {"`" + GetParam() + "` is a view"},
                                    {"--initially-drop-old-table", "--initially-drop-ghost-table"});
}

INSTANTIATE_TEST_SUITE_P(such_as, names_in_use,
                         testing::Values("_t_gho", "_t_ghc", "_t_ghk", "_t_del"),
                         [](const auto& of) { return of.param.substr(1); });

TEST_F(names_in_use, by_the_old_table_are_freed_only_when_nothing_is_left_but_to_copy) {
    run.session().execute("CREATE TABLE _t_del (id INT PRIMARY KEY, gone INT)");
    run.session().execute("INSERT INTO _t_del VALUES (1, 1)");
    run.session().execute("XA START 'x'");
    run.session().execute("UPDATE t SET a=7 WHERE id=1");
    run.session().execute("XA END 'x'");
    run.session().execute("XA PREPARE 'x'");
    run.start("ADD COLUMN b INT", {.more = {"--initially-drop-old-table"}});
    run.segue().wait_for_output("waiting for XA transactions that are prepared");
    application_session other(shared_server().over_tcp(), run.schema());
    EXPECT_EQ(other.query_value("SELECT COUNT(*) FROM _t_del"), "1");
    other.execute("XA COMMIT 'x'");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(names_in_use, by_what_an_earlier_run_left_may_be_those_of_constraints_too) {
    const std::string alter = "ADD CONSTRAINT positive CHECK (a > 0)";
    run.session().execute("CREATE TABLE _t_gho LIKE t");
    run.session().execute("ALTER TABLE _t_gho " + alter);
    run.start(alter, {.more = {"--initially-drop-ghost-table"}});
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST_F(names_in_use, by_a_table_with_rows_keep_a_rehearsal_from_using_them) {
    run.session().execute("CREATE TABLE _t_ghr (a INT) COMMENT='Segue: rehearsal'");
    run.session().execute("INSERT INTO _t_ghr VALUES (1)");
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT", {"_t_ghr` exists, and has rows"},
                                    {"--execute=false"});
}

TEST_F(names_in_use, by_an_empty_table_of_somebody_elses_keep_a_rehearsal_from_using_them) {
    run.session().execute("CREATE TABLE _t_ghr (id INT PRIMARY KEY)");
    expect_refused_and_nothing_left(
        run, "ADD COLUMN b INT",
        {"_t_ghr` exists, and neither does its comment say that Segue made it"},
        {"--execute=false"});
    run.session().execute("ALTER TABLE _t_ghr COMMENT='kept for Segue: rehearsal'");
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT",
                                    {"neither does its comment say that Segue made it"},
                                    {"--execute=false"});
}

TEST_F(names_in_use, by_an_empty_table_of_somebody_elses_keep_a_run_from_measuring) {
    run.session().execute("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 2");
    run.session().execute("CREATE TABLE _t_ghr (id INT PRIMARY KEY)");
    expect_refused_and_nothing_left(
        run, "ADD COLUMN b INT",
        {"_t_ghr` exists, and neither does its comment say that Segue made it"});
    run.session().execute("CREATE TABLE _t_ghc (id INT)");
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT",
                                    {"neither does its comment say that Segue made it"},
                                    {"--initially-drop-ghost-table"});
}

TEST_F(names_in_use, by_a_run_that_has_left_no_state_are_told_with_what_drops_them) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.segue().signal(SIGKILL);
    run.segue().wait();
    run.session().execute("DROP TABLE _t_ghk");
    const auto second = run.start_another("ADD COLUMN b INT", {});
    EXPECT_EQ(second->wait(std::chrono::seconds(60)), 1) << second->err();
    for (const char* const told : {"another run has them, or an earlier one left them",
                                   "If no other run is at work", "DROP TABLE IF EXISTS"})
        EXPECT_NE(second->err().find(told), std::string::npos) << told << second->err();
}

TEST_F(names_in_use, by_a_run_at_work_are_left_to_it) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    const auto before = run.everything();
    const auto second = run.start_another("ADD COLUMN c INT", {});
    EXPECT_EQ(second->wait(std::chrono::seconds(60)), 1) << second->err();
    EXPECT_NE(second->err().find("is at work on this table"), std::string::npos) << second->err();
    EXPECT_NE(second->err().find("segue status"), std::string::npos) << second->err();
    for (const char* const not_told : {"DROP TABLE", "Left behind", "commands are taken"})
        EXPECT_EQ(second->err().find(not_told), std::string::npos) << second->err();
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM _t_gho"), "2");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

}  // namespace
}  // namespace segue::test
