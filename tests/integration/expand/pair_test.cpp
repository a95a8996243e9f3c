// What the pair of triggers makes of each kind of write, of old code and of new; and what the
// backfill makes of rows that were there. What is right is written down here by hand.
#include "tests/integration/expand/expand_run.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::vector<std::string> renamed = {"--rename=name=full_name"};

class pair : public testing::TestWithParam<std::string> {
  protected:
    void make(const std::string& name_type = "VARCHAR(10) NOT NULL DEFAULT 'n/a'") {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, name " + name_type +
            ", n INT NOT NULL DEFAULT 0, loud VARCHAR(20) AS (UPPER(name)) STORED, "
            "at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)");
    }
    void execute(const std::string& sql) { run.session().execute(sql); }
    int errno_of(const std::string& sql) {
        try {
            run.session().execute(sql);
            return 0;
        } catch (const error& failure) {
            return failure.mysql_errno();
        }
    }
    expand_run run{shared_server({"--local-infile=1", "--secure-file-priv="}, GetParam())};
};

TEST_P(pair, fills_what_was_there_and_touches_nothing_else) {
    make();
    execute(
        "INSERT INTO t (id,name,at) VALUES (1,'Ann','2001-01-01 00:00:00'),(2,'ann ','2001-01-01 "
        "00:00:00'),(3,'','2001-01-01 00:00:00')");
    const auto told = run.expand(0, renamed);
    EXPECT_NE(told.find("New code, which knows `full_name`, may be deployed"), std::string::npos)
        << told;
    EXPECT_EQ(run.both(1) + ";" + run.both(2) + ";" + run.both(3), "Ann|Ann;ann |ann ;|");
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE at='2001-01-01 00:00:00'"), "3");
    EXPECT_EQ(run.tables(), "_t_exp,t");
    EXPECT_EQ(run.triggers(), "_t_full_name_exi,_t_full_name_exu");
    EXPECT_EQ(run.phase(), "verified");
    EXPECT_EQ(run.value("SELECT EXTRA FROM information_schema.COLUMNS WHERE "
                        "TABLE_SCHEMA=DATABASE() AND COLUMN_NAME='full_name'"),
              "INVISIBLE");
}

TEST_P(pair, keeps_both_names_in_step_whoever_writes) {
    make();
    run.expand(0, renamed);
    execute("INSERT INTO t VALUES (1,'Old',0,DEFAULT,NOW())");
    execute("INSERT INTO t (id,full_name) VALUES (2,'New')");
    execute("INSERT INTO t (id,name,full_name) VALUES (3,'Both','Both')");
    execute("INSERT INTO t (id) VALUES (4)");
    execute("INSERT INTO t (id,name) VALUES (5,'m1'),(6,'m2')");
    execute("INSERT INTO t (id,full_name) VALUES (7,'k1'),(8,'k2')");
    execute(
        "INSERT INTO t (id,full_name) SELECT id+8, CONCAT(full_name,'!') FROM (SELECT id, "
        "full_name FROM t WHERE id IN (1,2)) x");
    execute("INSERT INTO t (id,full_name,name) VALUES (11,'New',DEFAULT)");
    std::string all;
    for (int id = 1; id <= 11; ++id) all += run.both(id) + ";";
    EXPECT_EQ(all,
              "Old|Old;New|New;Both|Both;n/a|n/a;m1|m1;m2|m2;k1|k1;k2|k2;Old!|Old!;New!|New!;"
              "New|New;");
    execute("UPDATE t SET name='old' WHERE id=1");       // another case alone
    execute("UPDATE t SET full_name='new' WHERE id=2");  // the same
    execute("UPDATE t SET name='a', full_name='b' WHERE id=3");
    execute("UPDATE t SET n=n+1 WHERE id=4");
    execute("REPLACE INTO t (id,name) VALUES (5,'r1')");
    execute("REPLACE INTO t (id,full_name) VALUES (6,'r2')");
    execute("INSERT INTO t (id,name) VALUES (7,'d1') ON DUPLICATE KEY UPDATE name=VALUES(name)");
    execute(
        "INSERT INTO t (id,full_name) VALUES (8,'d2') ON DUPLICATE KEY UPDATE "
        "full_name=VALUES(full_name)");
    execute("UPDATE t SET full_name='Old! ' WHERE id=9");  // blanks at the end
    all.clear();
    for (int id = 1; id <= 9; ++id) all += run.both(id) + ";";
    EXPECT_EQ(all, "old|old;new|new;a|b;n/a|n/a;r1|r1;r2|r2;d1|d1;d2|d2;Old! |Old! ;");
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE NOT loud <=> UPPER(name)"), "0");
}

TEST_P(pair, lets_a_generated_column_follow_either_name) {
    make();
    run.expand(0, renamed);
    execute(
        "ALTER TABLE t ADD COLUMN shout VARCHAR(20) AS (UPPER(full_name)) STORED, ADD KEY "
        "(full_name), ADD CHECK (full_name<>'never')");
    execute("INSERT INTO t (id,name) VALUES (1,'a')");
    execute("INSERT INTO t (id,full_name) VALUES (2,'b')");
    execute("UPDATE t SET name='c' WHERE id=1");
    execute("UPDATE t SET full_name='d' WHERE id=2");
    EXPECT_EQ(run.value("SELECT GROUP_CONCAT(CONCAT(loud,'|',shout) ORDER BY id) FROM t"),
              "C|C,D|D");
    run.expand(0, renamed);
}

TEST_P(pair, tells_of_rows_in_which_the_two_disagree_and_sets_none_after_it_was_verified) {
    make();
    run.expand(0, renamed);
    execute("INSERT INTO t (id,name,full_name) VALUES (7,'a','b')");
    const auto told = run.expand(4, renamed);
    EXPECT_NE(told.find("Pairs that disagree: 1 rows"), std::string::npos) << told;
    EXPECT_NE(told.find("id=7"), std::string::npos) << told;
    EXPECT_EQ(run.both(7), "a|b");
    EXPECT_EQ(run.phase(), "verified");
    EXPECT_EQ(run.value("SELECT value FROM _t_exp WHERE hint='found'"),
              "pairs that disagree: 1; values that do not come back: 1");
}

TEST_P(pair, loads_data_of_old_and_of_new_code) {
    make();
    run.expand(0, renamed);
    const auto file = run.server().data_folder() / "rows.txt";
    std::ofstream(file) << "1\tOne\n2\tTwo\n";
    execute(fmt::format("LOAD DATA INFILE '{}' INTO TABLE t (id,name)", file.string()));
    std::ofstream(file) << "3\tThree\n4\tFour\n";
    execute(fmt::format("LOAD DATA INFILE '{}' INTO TABLE t (id,full_name)", file.string()));
    EXPECT_EQ(run.both(1) + ";" + run.both(2) + ";" + run.both(3) + ";" + run.both(4),
              "One|One;Two|Two;Three|Three;Four|Four");
}

TEST_P(pair, refuses_what_the_old_column_does_not_take) {
    make("VARCHAR(10) NOT NULL");
    execute("INSERT INTO t (id,name) VALUES (1,'Ann')");
    const std::vector<std::string> wider = {"--column=full_name VARCHAR(40)",
                                            "--up=full_name = name", "--down=name = full_name"};
    const auto rehearsal = run.rehearse_expand(0, wider);
    EXPECT_NE(rehearsal.find("New code will be refused"), std::string::npos) << rehearsal;
    EXPECT_NE(rehearsal.find("texts of 40 characters in `full_name`"), std::string::npos)
        << rehearsal;
    EXPECT_NE(rehearsal.find("NULL in `full_name`"), std::string::npos) << rehearsal;
    EXPECT_EQ(run.tables(), "t");
    EXPECT_EQ(run.triggers(), "NULL");
    run.expand(0, wider);
    execute("INSERT INTO t (id,full_name) VALUES (2,'Bob')");  // name has no default
    EXPECT_EQ(run.both(2), "Bob|Bob");
    execute("SET SESSION sql_mode=''");  // of the application; 1265 or 1406, by the version
    EXPECT_NE(errno_of("UPDATE t SET full_name=REPEAT('x',11) WHERE id=1"), 0);
    EXPECT_NE(errno_of("INSERT INTO t (id,full_name) VALUES (3,REPEAT('x',11))"), 0);
    EXPECT_NE(errno_of("INSERT IGNORE INTO t (id,full_name) VALUES (3,REPEAT('x',11))"), 0);
    EXPECT_EQ(errno_of("UPDATE t SET full_name=NULL WHERE id=1"), 1048);
    EXPECT_EQ(errno_of("INSERT INTO t (id) VALUES (4)"), 0) << "as it is without triggers";
    EXPECT_EQ(run.both(1), "Ann|Ann");
}

TEST_P(pair, leaves_a_value_that_comes_back_as_it_is) {
    make("VARCHAR(20)");
    execute("INSERT INTO t (id,name) VALUES (1,'Ann'),(2,NULL),(3,' Bob')");
    const std::vector<std::string> trimmed = {"--column=full_name VARCHAR(40)",
                                              "--up=full_name = TRIM(name)",
                                              "--down=name = TRIM(full_name)"};
    const auto told = run.expand(0, trimmed);
    EXPECT_NE(told.find("Do not come back by `name` = TRIM(full_name): 1 rows"), std::string::npos)
        << told;
    EXPECT_EQ(run.both(1) + ";" + run.both(2) + ";" + run.both(3), "Ann|Ann;NULL|NULL; Bob|Bob");
    execute("UPDATE t SET full_name='  Eve ' WHERE id=1");
    EXPECT_EQ(run.both(1), "Eve|  Eve ");
    execute("UPDATE t SET n=n+1 WHERE id=1");
    EXPECT_EQ(run.both(1), "Eve|  Eve ") << "an update of something else took it away";
    const auto again = run.expand(0, trimmed);
    EXPECT_EQ(run.both(1), "Eve|  Eve ");
    // Once more from the beginning: the backfill meets it, too.
    execute("UPDATE _t_exp SET value='both-triggers' WHERE hint='phase'");
    run.expand(0, trimmed);
    EXPECT_EQ(run.both(1), "Eve|  Eve ");
    EXPECT_EQ(run.both(3), " Bob|Bob") << "the old column was touched";
}

TEST_P(pair, follows_all_that_the_way_up_reads) {
    execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20), last VARCHAR(20))");
    execute("INSERT INTO t VALUES (1,'Ann','Lee')");
    run.expand(0, {"--column=full_name VARCHAR(50)", "--up=full_name = CONCAT_WS(' ', name, last)",
                   "--down=name = SUBSTRING_INDEX(full_name, ' ', 1)"});
    EXPECT_EQ(run.both(1), "Ann|Ann Lee");
    execute("UPDATE t SET last='Ray' WHERE id=1");
    EXPECT_EQ(run.both(1), "Ann|Ann Ray");
    execute("UPDATE t SET full_name='Eve Ray' WHERE id=1");
    EXPECT_EQ(run.both(1), "Eve|Eve Ray");
}

class types : public pair {};

TEST_P(types, are_kept_by_their_bytes) {
    struct one {
        std::string type;
        std::vector<std::string> values;
    };
    for (const one& of :
         std::vector<one>{{"FLOAT", {"1.0000001", "1.0000002", "-0e0", "0"}},
                          {"DOUBLE", {"0.1", "-0e0", "0e0", "1e300"}},
                          {"JSON", {"'1'", "'1.0'", "'{\"a\": [1]}'", "NULL"}},
                          {"BIT(9)", {"b'101'", "b'0'", "b'111111111'"}},
                          {"ENUM('1','0','')", {"'1'", "'0'", "''"}},
                          {"SET('x','y')", {"'x'", "'x,y'", "''"}},
                          {"DECIMAL(10,3)", {"1.500", "-2", "0"}},
                          {"TIMESTAMP(3) NULL", {"'2020-01-01 00:00:00.123'", "NULL"}},
                          {"CHAR(5) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
                           {"'a'", "'A'", "'\xC3\xA4'"}},
                          {"VARCHAR(5) CHARACTER SET ucs2", {"'a'", "'A'", "'a '"}},
                          {"BINARY(4)", {"X'0001'", "X'00010000'", "X'FF'"}},
                          {"BLOB", {"X'00FF'", "'text'"}},
                          {"POINT SRID 4326", {"ST_PointFromText('POINT(1 2)',4326)"}},
                          {"TIME(2)", {"'-10:11:12.13'", "'00:00:00'"}}}) {
        SCOPED_TRACE(of.type);
        execute("DROP TABLE IF EXISTS t, _t_exp");
        execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, name " + of.type + ")");
        for (const std::string& each : of.values)
            execute("INSERT INTO t (name) VALUES (" + each + ")");
        run.expand(0, renamed);
        for (const std::string& each : of.values) {
            execute("INSERT INTO t (full_name) VALUES (" + each + ")");
            execute("UPDATE t SET full_name=" + each + " WHERE id=1");
            EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE NOT HEX(CAST(name AS BINARY)) <=> "
                                "HEX(CAST(full_name AS BINARY))"),
                      "0")
                << each;
            execute("UPDATE t SET name=" + each + " WHERE id=1");
        }
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE NOT HEX(CAST(name AS BINARY)) <=> "
                            "HEX(CAST(full_name AS BINARY))"),
                  "0");
    }
}

TEST_P(pair, comes_behind_the_tables_own_triggers_or_before_them) {
    make();
    execute(
        "CREATE TRIGGER mine BEFORE INSERT ON t FOR EACH ROW SET NEW.name=CONCAT(NEW.name,'+')");
    const auto refused = run.expand(1, renamed);
    EXPECT_NE(refused.find("the trigger `mine` (BEFORE INSERT) names `name` or `full_name`"),
              std::string::npos)
        << refused;
    EXPECT_EQ(run.tables(), "t");
    auto follows = renamed;
    follows.emplace_back("--trigger-order=follows");
    run.expand(0, follows);
    execute("INSERT INTO t (id,name) VALUES (1,'a')");
    EXPECT_EQ(run.both(1), "a+|a+");
    EXPECT_EQ(run.value("SELECT GROUP_CONCAT(TRIGGER_NAME ORDER BY ACTION_ORDER) FROM "
                        "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE() AND "
                        "EVENT_MANIPULATION='INSERT'"),
              "mine,_t_full_name_exi");
}

TEST_P(pair, of_another_column_is_made_on_the_same_table) {
    make();
    execute("ALTER TABLE t ADD COLUMN city VARCHAR(20)");
    execute("INSERT INTO t (id,name,city) VALUES (1,'Ann','Rome')");
    run.expand(0, renamed);
    run.expand(0, {"--rename=city=town"});
    execute("INSERT INTO t (id,full_name,town) VALUES (2,'Bob','Oslo')");
    EXPECT_EQ(run.both(2), "Bob|Bob");
    EXPECT_EQ(run.value("SELECT GROUP_CONCAT(city,'|',town ORDER BY id) FROM t"),
              "Rome|Rome,Oslo|Oslo");
    const auto refused = run.expand(1, {"--rename=full_name=whole_name"});
    EXPECT_NE(refused.find("are kept in step with each other already"), std::string::npos)
        << refused;
}

TEST_P(pair, is_carried_over_by_a_migration_of_the_table) {
    make();
    execute("INSERT INTO t (id,name) VALUES (1,'Ann')");
    run.expand(0, renamed);
    run.other(0, {"--alter=ADD COLUMN x INT", "--execute", "--include-triggers",
                  "--trigger-suffix=_m", "--ok-to-drop-table"});
    execute("INSERT INTO t (id,full_name) VALUES (2,'Bob')");
    execute("UPDATE t SET name='Eve' WHERE id=1");
    EXPECT_EQ(run.both(1) + ";" + run.both(2), "Eve|Eve;Bob|Bob");
    const auto told = run.expand(0, renamed);
    EXPECT_EQ(run.phase(), "verified");
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE "
                        "TRIGGER_SCHEMA=DATABASE()"),
              "2")
        << told;
}

// Its variables have the columns' types, and it knows by their defaults what was given.
TEST_P(pair, keeps_a_migration_from_its_columns) {
    make();
    execute("INSERT INTO t (id,name) VALUES (1,'Ann')");
    run.expand(0, renamed);
    for (const std::string alter :
         {"MODIFY full_name VARCHAR(90)", "ALTER COLUMN name SET DEFAULT 'x'", "DROP COLUMN name",
          "RENAME COLUMN full_name TO other", "CONVERT TO CHARACTER SET utf8mb4"})
        for (const std::string how : {"--include-triggers=true", "--attempt-instant-ddl"}) {
            const auto told =
                run.other(1, {"--alter=" + alter, "--execute", "--include-triggers", how,
                              "--trigger-suffix=_m", "--approve-renamed-columns"});
            EXPECT_NE(told.find("`name` and `full_name` are kept in step by the triggers"),
                      std::string::npos)
                << told;
        }
    execute("INSERT INTO t (id,full_name) VALUES (2,'Bob')");
    EXPECT_EQ(run.both(1) + ";" + run.both(2), "Ann|Ann;Bob|Bob");
}

INSTANTIATE_TEST_SUITE_P(here, pair, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, pair, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

INSTANTIATE_TEST_SUITE_P(long_here, types, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, types, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

}  // namespace
}  // namespace segue::test
