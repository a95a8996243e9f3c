// What `segue backfill` makes of rows, against an UPDATE of a copy by the application.
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

class a_backfill : public testing::TestWithParam<std::string> {
  protected:
    void expect_as(const std::string& update, const std::string& columns) {
        run.session().execute("UPDATE copy SET " + update);
        EXPECT_EQ(
            run.value("SELECT COUNT(*) FROM t JOIN copy USING (id) WHERE NOT (" + columns + ")"),
            "0");
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM t"), run.value("SELECT COUNT(*) FROM copy"));
    }
    void expect_nothing_to_do(const std::vector<std::string>& flags) {
        const auto rows = run.value("SELECT MAX(updated) FROM t");
        EXPECT_THAT(run.rehearse(0, flags), HasSubstr("There is nothing to do."));
        EXPECT_THAT(run.run(0, flags), HasSubstr("# Nothing was to be done"));
        EXPECT_EQ(run.value("SELECT MAX(updated) FROM t"), rows);
    }

    backfill_run run{shared_server({}, GetParam())};
};

class a_backfill_of_all_types : public a_backfill {};

// The text of what is assigned is the one that stands there, and the value is another.
TEST_P(a_backfill_of_all_types, sets_what_counts_as_a_number_and_reads_as_a_text) {
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, e ENUM('3','1','2') NULL, s SET('3','1','2') NULL, "
        "bt BIT(8) NULL, a INT NULL, b DOUBLE NULL, c VARCHAR(5) NULL, d INT NULL, g INT NULL)");
    run.session().execute(
        "INSERT INTO t VALUES (1, '3', '3', 49, 3, 3, '1', 1, 1), (2, '1', '1', 65, 1, 1, 'A', 1, "
        "1), (3, '2', '2', 50, 2, 2, '50', 1, 1)");
    run.session().execute("CREATE TABLE copy LIKE t");
    run.session().execute("INSERT INTO copy SELECT * FROM t");
    const std::vector<std::string> flags = {"--set=a = e", "--set=b = s", "--set=c = bt",
                                            "--set=d = 0x31", "--set=g = b'110001'"};
    run.run(0, flags);
    expect_as("a=e, b=s, c=bt, d=0x31, g=b'110001'",
              "t.a=copy.a AND t.b=copy.b AND t.c=copy.c AND t.d=copy.d AND t.g=copy.g");
}

// Each kind of value that compares as equal though its bytes differ, and NULLs on both sides.
TEST_P(a_backfill_of_all_types,
       makes_of_each_type_what_an_update_makes_and_a_second_one_finds_nothing) {
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NULL, amount DECIMAL(10,3) NULL, "
        "v VARCHAR(60) NULL, l VARCHAR(60) CHARACTER SET latin1 NULL, c CHAR(40) NULL, "
        "d DECIMAL(8,1) NULL, f FLOAT NULL, b DOUBLE NULL, j JSON NULL, bl BLOB NULL, "
        "bi BINARY(12) NULL, e ENUM('a','b','1') NULL, dt DATETIME(3) NULL, da DATE NULL, "
        "n BIGINT NULL, bt BIT(9) NULL, "
        "updated TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6))");
    run.fill("name,amount,v,f,j",
             "IF(i MOD 7 = 0, NULL, CONCAT('Name é ', i)), IF(i MOD 5 = 0, NULL, i / 7), "
             "IF(i MOD 3 = 0, LOWER(CONCAT('NAME É ', i)), NULL), i / 10, '{\"a\": 1}'",
             1'000);
    run.session().execute("CREATE TABLE copy LIKE t");
    run.session().execute("INSERT INTO copy SELECT * FROM t");
    const std::vector<std::string> flags = {"--set=v = UPPER(name)",
                                            "--set=l = name",
                                            "--set=c = CONCAT(name, '  ')",
                                            "--set=d = amount",
                                            "--set=f = amount / 3",
                                            "--set=b = amount * 1.10",
                                            "--set=j = JSON_OBJECT('a', 1.0, 'n', name)",
                                            "--set=bl = name",
                                            "--set=bi = LEFT(SHA2(id, 256), id MOD 13)",
                                            "--set=e = ELT(1 + id MOD 3, 'A', 'b', '1')",
                                            "--set=dt = DATE_ADD('2020-01-01', INTERVAL id MINUTE)",
                                            "--set=da = DATE_ADD('2020-01-01', INTERVAL id HOUR)",
                                            "--set=n = id * 2.5e0",
                                            "--set=bt = id MOD 512"};
    const auto seen = run.rehearse(0, flags);
    EXPECT_THAT(seen, AllOf(HasSubstr("Rows to change: 1000 of about"), HasSubstr("id=1\n"),
                            HasSubstr("'NAME É 1'"), HasSubstr("Binary log: about"),
                            HasSubstr("rows a second")));
    EXPECT_EQ(run.tables(), "copy,t");
    const auto updated = run.value("SELECT SHA2(GROUP_CONCAT(updated ORDER BY id), 256) FROM t");
    EXPECT_THAT(run.run(0, flags), AllOf(HasSubstr("# Changed: 1000 rows"),
                                         HasSubstr("# Verified: every row is as it should be")));
    EXPECT_EQ(run.tables(), "copy,t");
    EXPECT_EQ(run.value("SELECT SHA2(GROUP_CONCAT(updated ORDER BY id), 256) FROM t"), updated);
    expect_as(
        "v=UPPER(name), l=name, c=CONCAT(name, '  '), d=amount, f=amount / 3, b=amount * 1.10, "
        "j=JSON_OBJECT('a', 1.0, 'n', name), bl=name, bi=LEFT(SHA2(id, 256), id MOD 13), "
        "e=ELT(1 + id MOD 3, 'A', 'b', '1'), dt=DATE_ADD('2020-01-01', INTERVAL id MINUTE), "
        "da=DATE_ADD('2020-01-01', INTERVAL id HOUR), n=id * 2.5e0, bt=id MOD 512",
        "CAST(t.v AS BINARY)<=>CAST(copy.v AS BINARY) AND CAST(t.l AS BINARY)<=>CAST(copy.l AS "
        "BINARY) AND CAST(t.c AS BINARY)<=>CAST(copy.c AS BINARY) AND t.d<=>copy.d AND "
        "t.f<=>copy.f AND t.b<=>copy.b AND CAST(t.j AS CHAR)<=>CAST(copy.j AS CHAR) AND "
        "t.bl<=>copy.bl AND t.bi<=>copy.bi AND t.e+0<=>copy.e+0 AND t.dt<=>copy.dt AND "
        "t.da<=>copy.da AND t.n<=>copy.n AND t.bt<=>copy.bt");
    expect_nothing_to_do(flags);
}

TEST_P(a_backfill, sets_the_rows_of_its_condition_and_counts_the_others) {
    run.session().execute(
        "CREATE TABLE t (a INT, id VARCHAR(20) COLLATE utf8mb4_0900_ai_ci, name VARCHAR(20), "
        "full_name VARCHAR(30), `day` INT, "
        "updated TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), "
        "g VARCHAR(40) AS (CONCAT(full_name, '!')) STORED, PRIMARY KEY (a, id), KEY (g))");
    run.fill("a,name,full_name,`day`", "i MOD 3, CONCAT('n', i), IF(i MOD 4 = 0, 'other', NULL), i",
             2'000);
    const std::vector<std::string> flags = {"--set=full_name = CONCAT(name, ' ', `day`)",
                                            "--where=full_name IS NULL"};
    const auto told = run.run(0, flags);
    EXPECT_THAT(told,
                AllOf(HasSubstr("# Changed: 1500 rows"), HasSubstr("# Still match --where: 0"),
                      HasSubstr("hold another value than the expression: 500 rows")));
    EXPECT_EQ(run.value("SELECT SUM(full_name = CONCAT(name, ' ', `day`)) FROM t"), "1500");
    EXPECT_EQ(run.value("SELECT SUM(g = CONCAT(full_name, '!')) FROM t"), "2000");
    EXPECT_EQ(run.value("SELECT COUNT(DISTINCT updated) FROM t"), "1");
    expect_nothing_to_do(flags);
    run.session().execute("UPDATE t SET full_name=NULL, updated='2020-01-01' WHERE `day`=9");
    run.run(0, {flags[0], flags[1], "--touch"});
    EXPECT_EQ(run.value("SELECT updated > '2021-01-01' FROM t WHERE `day`=9"), "1");
}

// The lines of SQL of each: an expression that reads its own column, and settles.
TEST_P(a_backfill, takes_an_expression_that_settles) {
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, email VARCHAR(40) COLLATE utf8mb4_0900_ai_ci, token "
        "CHAR(36), updated INT)");
    run.fill("email", "IF(i MOD 2, CONCAT('Me', i, '@X.org'), CONCAT('me', i, '@x.org'))", 500);
    EXPECT_THAT(run.run(0, {"--set=email = LOWER(email)"}), HasSubstr("# Changed: 250 rows"));
    EXPECT_EQ(run.value("SELECT SUM(email <> LOWER(email) COLLATE utf8mb4_bin) FROM t"), "0");
    expect_nothing_to_do({"--set=email = LOWER(email)"});
    const std::vector<std::string> each = {"--set=token = UUID()", "--where=token IS NULL",
                                           "--allow-nondeterministic"};
    EXPECT_THAT(run.run(0, each), HasSubstr("# Changed: 500 rows"));
    EXPECT_EQ(run.value("SELECT COUNT(DISTINCT token) FROM t"), "500");
    expect_nothing_to_do(each);
}

TEST_P(a_backfill, fires_triggers_once_for_each_row) {
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, b DECIMAL(9,2), updated INT)");
    run.session().execute("CREATE TABLE audit (id INT, n INT, KEY (id))");
    run.fill("a,b", "i, 0", 700);
    run.session().execute(
        "CREATE TRIGGER told AFTER UPDATE ON t FOR EACH ROW INSERT INTO audit VALUES (NEW.id, 1)");
    // Of such a value no expression tells that it stays as it is, so that the server is asked
    // twice.
    const auto told = run.run(0, {"--set=b = CONCAT(a, '.00 ')"});
    EXPECT_THAT(told, HasSubstr("fires the trigger told"));
    EXPECT_EQ(run.value("SELECT CONCAT(COUNT(*), ' ', COUNT(DISTINCT id)) FROM audit"), "700 700");
    EXPECT_THAT(run.run(0, {"--set=b = CONCAT(a, '.00 ')"}), HasSubstr("# Nothing was to be done"));
}

TEST_P(a_backfill, counts_rows_that_a_trigger_gives_another_value) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT)");
    run.fill("a", "i", 50);
    run.session().execute(
        "CREATE TRIGGER over_it BEFORE UPDATE ON t FOR EACH ROW SET NEW.b = IF(NEW.id = 7, 0, "
        "NEW.b)");
    EXPECT_THAT(run.run(4, {"--set=b = a"}),
                AllOf(HasSubstr("a trigger gives the row id=7 another value"),
                      HasSubstr("# Not as they should be: 1 rows"), HasSubstr("  id=7\n")));
    EXPECT_EQ(run.value("SELECT SUM(b = a) FROM t"), "49");
}

INSTANTIATE_TEST_SUITE_P(here, a_backfill, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_here, a_backfill_of_all_types,
                         testing::Values(std::string(), std::string("8.0")),
                         [](const auto& each) { return each.param.empty() ? "usual" : "on_8_0"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, a_backfill, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

}  // namespace
}  // namespace segue::test
