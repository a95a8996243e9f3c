// Which column comes from where, against what ALTER TABLE itself does.
#include "src/base/error.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::vector<std::string> every_type = {"TINYINT",
                                             "TINYINT UNSIGNED",
                                             "SMALLINT",
                                             "MEDIUMINT",
                                             "INT",
                                             "INT UNSIGNED ZEROFILL",
                                             "BIGINT",
                                             "BIGINT UNSIGNED",
                                             "BOOLEAN",
                                             "DECIMAL(10,3)",
                                             "DECIMAL(30,0) UNSIGNED",
                                             "FLOAT",
                                             "DOUBLE",
                                             "BIT(1)",
                                             "BIT(12)",
                                             "DATE",
                                             "DATETIME",
                                             "DATETIME(6)",
                                             "TIMESTAMP",
                                             "TIMESTAMP(3)",
                                             "TIME",
                                             "TIME(6)",
                                             "YEAR",
                                             "CHAR(5)",
                                             "CHAR(5) CHARACTER SET utf16",
                                             "VARCHAR(20)",
                                             "VARCHAR(20) CHARACTER SET latin1",
                                             "BINARY(5)",
                                             "VARBINARY(20)",
                                             "TINYTEXT",
                                             "TEXT",
                                             "MEDIUMTEXT",
                                             "LONGTEXT CHARACTER SET utf32",
                                             "TINYBLOB",
                                             "BLOB",
                                             "MEDIUMBLOB",
                                             "LONGBLOB",
                                             "ENUM('b','a')",
                                             "ENUM('','a')",
                                             "SET('x','y')",
                                             "JSON",
                                             "GEOMETRY",
                                             "POINT",
                                             "POINT SRID 4326",
                                             "LINESTRING",
                                             "POLYGON",
                                             "GEOMETRYCOLLECTION",
                                             "VECTOR(3)"};

// docs/hazards.md, 2
TEST(a_new_column_without_a_default, of_every_type_is_filled_as_alter_table_does) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
    std::string alter;
    unsigned taken = 0;
    for (std::size_t i = 0; i < every_type.size(); ++i) {
        const auto clause = fmt::format("ADD COLUMN c{} {} NOT NULL", i, every_type[i]);
        run.session().execute("CREATE TABLE probe LIKE t");
        run.session().execute("INSERT INTO probe SELECT * FROM t");
        bool natively = true;
        try {
            run.session().execute("ALTER TABLE probe " + clause + ", ALGORITHM=COPY");
        } catch (const error&) {
            natively = false;
        }
        run.session().execute("DROP TABLE probe");
        // docs/limits.md: the server fills these with what its own sql_mode forbids, or with
        // nothing that is a vector.
        const bool without_default =
            every_type[i].starts_with("TIMESTAMP") || every_type[i].starts_with("VECTOR");
        if (natively && !without_default) {
            alter += (alter.empty() ? "" : ", ") + clause;
            ++taken;
            continue;
        }
        // What the server refuses on this table, Segue refuses as well.
        run.start(clause);
        run.expect_failed({fmt::format("`c{}`", i)});
        EXPECT_EQ(run.everything(), "t:3") << clause;
    }
    EXPECT_GE(taken, 30U);
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    // Rows that are carried over from the binary log as well.
    run.session().execute("UPDATE t SET a=20 WHERE id=2");
    run.session().execute("INSERT INTO t VALUES (4, 4)");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

struct change {
    const char* name;
    std::string alter;
    std::string native = {};  ///< The same without ALTER TABLE, if it is a whole statement.
    friend std::ostream& operator<<(std::ostream& to, const change& one) { return to << one.name; }
};

class columns : public testing::TestWithParam<change> {
  protected:
    void migrate() {
        auto& session = run.session();
        session.execute(
            "CREATE TABLE `we``ird täble` (id INT PRIMARY KEY, a INT NOT NULL, b INT, c "
            "VARCHAR(40), "
            "`we``ird, col` INT, `größe` INT DEFAULT 7, `select` INT, KEY (b), KEY `a key` (a, "
            "c))");
        const auto insert = [&](int id) {
            session.execute(
                fmt::format("INSERT INTO `we``ird täble` VALUES ({0}, {0}*10, {0}*100, "
                            "'{0}000', {0}*10000, {0}*20, {0}*30)",
                            id));
        };
        for (int id = 1; id <= 6; ++id) insert(id);
        run.start(GetParam().alter, {.postponed = true});
        run.segue().wait_for_output("State: postponing cut-over");
        // Both ways of carrying rows over are compared: the copy, and the binary log.
        session.execute(
            "UPDATE `we``ird täble` SET a=a+5, b=b+6, c=CONCAT(c, '7'), "
            "`we``ird, col`=`we``ird, col`+8 WHERE id IN (2, 3)");
        session.execute("UPDATE `we``ird täble` SET id=id+100 WHERE id=4");
        session.execute("DELETE FROM `we``ird täble` WHERE id=5");
        insert(9);
        run.let_cut_over();
        run.expect_swapped();
    }
    quiet_run run{shared_server(), "we`ird täble"};
};

TEST_P(columns, are_as_alter_table_makes_them) {
    migrate();
    run.expect_as_native_alter(GetParam().native.empty() ? GetParam().alter : GetParam().native);
}

const change changes[] = {
    {"changed", "CHANGE a a2 BIGINT NOT NULL"},
    {"changed_by_another_case", "CHANGE COLUMN A A2 BIGINT NOT NULL, DROP COLUMN B"},
    {"swapped", "RENAME COLUMN a TO b, RENAME COLUMN b TO a"},
    {"swapped_by_change", "CHANGE a b BIGINT, CHANGE b a VARCHAR(30)"},
    {"moved_in_a_circle",
     "RENAME COLUMN a TO b, RENAME COLUMN b TO `select`, RENAME COLUMN `select` TO a"},
    {"whose_name_a_new_one_takes", "RENAME COLUMN a TO z, ADD COLUMN a INT NOT NULL DEFAULT 9"},
    {"dropped_and_added_again", "DROP COLUMN a, ADD COLUMN a INT NOT NULL DEFAULT 5"},
    {"dropped_while_another_takes_the_name", "DROP COLUMN a, RENAME COLUMN b TO a"},
    {"of_the_key_renamed", "RENAME COLUMN id TO `the key`"},
    {"of_the_key_renamed_and_its_name_taken",
     "CHANGE id number INT NOT NULL, ADD COLUMN id INT DEFAULT 3"},
    {"with_odd_names",
     "CHANGE `we``ird, col` `RENAME COLUMN a TO b` INT, RENAME COLUMN `größe` TO `ß``\"'`"},
    {"with_reserved_words",
     "CHANGE `select` `from` BIGINT FIRST, MODIFY COLUMN a BIGINT NOT NULL AFTER c"},
    {"beside_sql_in_comments",
     "ADD COLUMN x INT COMMENT 'RENAME COLUMN a TO b, DROP COLUMN c' /* , DROP COLUMN a */, -- "
     "end\n"
     "MODIFY b BIGINT # , RENAME COLUMN b TO d\n, COMMENT='it''s \\'), DROP COLUMN a'"},
    {"renamed_in_a_comment_that_the_server_runs",
     "ADD COLUMN x INT /*!80000 , RENAME COLUMN a TO q */"},
    {"named_by_a_whole_statement",
     "alter /* TABLE x */ table `we``ird täble` RENAME COLUMN a TO q, ADD INDEX (b, q)",
     "RENAME COLUMN a TO q, ADD INDEX (b, q)"},
    {"in_parentheses",
     "ADD COLUMN (p INT DEFAULT (1 + 2), q VARCHAR(9) DEFAULT 'a,b'), CHANGE c d VARCHAR(50)"},
    {"of_other_types_and_generated",
     "MODIFY c INT, ADD COLUMN g INT AS (a + b) STORED, ADD COLUMN v INT AS (a - b) VIRTUAL, "
     "ALTER COLUMN `größe` SET DEFAULT 8, CONVERT TO CHARACTER SET latin1"},
    {"with_an_expression_as_default",
     "ADD COLUMN d INT DEFAULT (a * 10), ADD COLUMN e INT DEFAULT (b + 1)"},
    {"with_a_unique_index_beside", "ADD UNIQUE KEY (a), RENAME COLUMN b TO a2"},
};
INSTANTIATE_TEST_SUITE_P(_, columns, testing::ValuesIn(changes),
                         [](const auto& of) { return std::string(of.param.name); });

// As an ALTER TABLE by somebody who uses that schema.
TEST(a_default_that_is_the_schema_in_use, is_the_schema_of_the_table) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
    run.start(
        "ADD COLUMN d VARCHAR(64) DEFAULT (DATABASE()), ADD COLUMN e VARCHAR(80) NOT NULL "
        "DEFAULT (CONCAT(SCHEMA(), a))",
        {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.session().execute("UPDATE t SET a=20 WHERE id=2");
    run.session().execute("INSERT INTO t VALUES (4, 4)");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.session().query_value(
                  "SELECT COUNT(*) FROM t WHERE d=DATABASE() AND e=CONCAT(DATABASE(), a)"),
              "4");
}

// ALTER TABLE without the mode refuses the date itself, whatever it changes.
TEST(a_date_that_does_not_exist,
     is_carried_on_and_computed_with_as_alter_table_does_that_allows_it) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a DATE)");
    const auto insert = [&](const std::string& values) {
        run.session().execute("SET SESSION sql_mode='ALLOW_INVALID_DATES'");
        run.session().execute("INSERT INTO t VALUES " + values);
        run.session().execute("SET SESSION sql_mode=DEFAULT");
    };
    insert("(1, '2021-02-31'), (2, '2021-02-03')");
    EXPECT_ANY_THROW(run.session().execute("ALTER TABLE t ADD COLUMN b INT, ALGORITHM=COPY"));
    const std::string alter =
        "ADD COLUMN b INT DEFAULT (TO_DAYS(a)), ADD COLUMN c DATE DEFAULT (LAST_DAY(a)), ADD "
        "COLUMN d DATE AS (a + INTERVAL 1 DAY) STORED, ADD COLUMN e VARCHAR(20) DEFAULT (a)";
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    insert("(3, '2021-04-31')");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter, "STRICT_ALL_TABLES,ALLOW_INVALID_DATES");
}

struct uncomputed {
    const char* name;
    std::string columns;
    std::string values;
    std::vector<std::string> told;
};

class a_value_that_strict_mode_does_not_compute : public testing::TestWithParam<uncomputed> {
  protected:
    void insert(quiet_run& run, int id) {
        run.session().execute("SET SESSION sql_mode=''");
        run.session().execute(fmt::format("INSERT INTO t VALUES ({}, {})", id, GetParam().values));
        run.session().execute("SET SESSION sql_mode=DEFAULT");
    }
    void expect_refused(quiet_run& run, int id) {
        run.expect_failed({fmt::format("refuses the row id={}:", id), "computes for each row",
                           "A session that was not strict", "The original table is untouched"});
        run.expect_failed(GetParam().told);
        EXPECT_ANY_THROW(
            run.session().execute("ALTER TABLE t ADD COLUMN later INT, ALGORITHM=COPY"));
    }
};

TEST_P(a_value_that_strict_mode_does_not_compute, ends_it_with_the_column_named) {
    quiet_run run(shared_server());
    run.session().execute(
        fmt::format("CREATE TABLE t (id INT PRIMARY KEY, {})", GetParam().columns));
    insert(run, 7);
    run.start("ADD COLUMN later INT");
    expect_refused(run, 7);
}

TEST_P(a_value_that_strict_mode_does_not_compute, ends_it_when_it_comes_while_it_runs) {
    quiet_run run(shared_server());
    run.session().execute(
        fmt::format("CREATE TABLE t (id INT PRIMARY KEY, {})", GetParam().columns));
    run.start("ADD COLUMN later INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    insert(run, 8);
    expect_refused(run, 8);
}

const uncomputed not_computed[] = {
    {"a_quotient",
     "a INT, g INT AS (1 DIV a) VIRTUAL",
     "0, DEFAULT",
     {"Division by 0", "It is about `g`, which"}},
    {"a_cast",
     "s VARCHAR(9), g INT AS (CAST(s AS SIGNED)) STORED, h INT AS (1) STORED",
     "'12x', DEFAULT, DEFAULT",
     {"Truncated incorrect INTEGER value", "It is about `g` or `h`, which"}},
    {"a_shorter_text",
     "s VARCHAR(9), h INT AS (1) STORED, g VARCHAR(3) AS (s) STORED",
     "'long', DEFAULT, DEFAULT",
     {"Data truncated for column 'g'", "It is about `g`, which"}},
};
INSTANTIATE_TEST_SUITE_P(such_as, a_value_that_strict_mode_does_not_compute,
                         testing::ValuesIn(not_computed),
                         [](const auto& each) { return each.param.name; });

TEST(a_long_name, is_cut_and_two_tables_never_share_one) {
    const std::string stem(63, 'n');
    quiet_run run(shared_server(), stem + "1");
    for (const char last : {'1', '2'}) {
        run.session().execute("CREATE TABLE " + stem + last + " (id INT PRIMARY KEY)");
        run.session().execute("INSERT INTO " + stem + last + " VALUES (1), (2)");
    }
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    const auto second = run.start_another("ADD COLUMN c INT", {.more = {"--table=" + stem + "2"}});
    EXPECT_EQ(second->wait(std::chrono::seconds(60)), 0) << second->err();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

}  // namespace
}  // namespace segue::test
