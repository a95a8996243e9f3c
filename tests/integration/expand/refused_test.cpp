// What an expand is refused for: nothing was made then, and the words say what to do.
#include "tests/integration/expand/expand_run.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

std::vector<std::string> by(const std::string& column, const std::string& up,
                            const std::string& down) {
    return {"--column=" + column, "--up=" + up, "--down=" + down};
}

class refused : public testing::Test {
  protected:
    void make(const std::string& columns) {
        run.session().execute("DROP TABLE IF EXISTS t");
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, " + columns + ")");
    }
    void expect(const std::vector<std::string>& flags, const std::string& words) {
        const auto told = run.rehearse_expand(1, flags);
        EXPECT_NE(told.find(words), std::string::npos) << told;
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                            "TABLE_SCHEMA=DATABASE() AND TABLE_NAME LIKE '\\_t\\_%'"),
                  "0");
        EXPECT_EQ(run.triggers(), "NULL");
    }
    const std::vector<std::string> renamed = {"--rename=name=full_name"};
    expand_run run{shared_server()};
};

TEST_F(refused, for_the_old_column) {
    make("name VARCHAR(20) DEFAULT (UUID())");
    expect(renamed, "the default of `name` is the expression (uuid())");
    make("name DATETIME DEFAULT CURRENT_TIMESTAMP");
    expect(renamed, "the default of `name` is the expression CURRENT_TIMESTAMP");
    make("a INT, name INT AS (a + 1)");
    expect(renamed, "`name` is a generated column");
    make("other VARCHAR(20)");
    expect(renamed, "has no column `name`");
    EXPECT_NE(run.expand(1, renamed).find("has no column `name`"), std::string::npos);
    EXPECT_EQ(run.tables(), "t");
}

TEST_F(refused, for_its_expressions) {
    make(
        "name VARCHAR(20), cents INT, loud VARCHAR(20) AS (UPPER(name)), at TIMESTAMP NULL, d "
        "DATE");
    run.session().execute(
        "INSERT INTO t (id,name,cents,at,d) VALUES (1,'Ann',1234,NOW(),'2020-02-02')");
    expect(by("full_name VARCHAR(20)", "full_name = CONCAT(name, loud)", "name = full_name"),
           "reads `loud`, a generated column");
    expect(by("full_name VARCHAR(20)", "full_name = cents", "name = full_name"),
           "does not read `name`");
    expect(by("full_name VARCHAR(20)", "full_name = name", "name = CONCAT(full_name, name)"),
           "reads what it writes");
    expect(by("price DECIMAL(10,2)", "price = cents / 100", "cents = price * 100"), "divides by /");
    expect(by("moment VARCHAR(40)", "moment = CONCAT(at, '')", "at = moment"),
           "reads `at`, a TIMESTAMP");
    expect(by("day VARCHAR(40)", "day = DATE_FORMAT(d, '%W')", "d = CONCAT('2020-02-02', day)"),
           "another value in another session");
    expect(by("full_name VARCHAR(20)", "full_name = CONCAT(name, NOW())", "name = full_name"),
           "the server does not take");
    expect(by("full_name VARCHAR(2)", "full_name = name", "name = full_name"),
           "the row id=1 has no way up");
}

TEST_F(refused, for_a_cascade_that_fires_no_trigger) {
    run.session().execute("CREATE TABLE parent (k VARCHAR(20) PRIMARY KEY)");
    make("name VARCHAR(20), FOREIGN KEY (name) REFERENCES parent (k) ON UPDATE CASCADE");
    expect(renamed, "and fires no trigger");
}

TEST_F(refused, for_a_new_column_that_the_server_sets) {
    make("made DATETIME");
    expect({"--column=w DATETIME ON UPDATE CURRENT_TIMESTAMP", "--up=w = made", "--down=made = w"},
           "`w` would set itself ON UPDATE");
}

TEST_F(refused, for_a_column_that_is_there_and_another_one) {
    make("name VARCHAR(20), full_name VARCHAR(30)");
    expect(renamed, "there is a column `full_name` already, and it is another one");
}

TEST_F(refused, where_the_server_adds_no_column_instantly) {
    make("name VARCHAR(20), FULLTEXT (name)");
    expect(renamed, "the server does not add the column instantly");
    make("name VARCHAR(20)");
    run.session().execute("ALTER TABLE t ROW_FORMAT=COMPRESSED");
    expect(renamed, "this expand cannot be done as asked:");
    const auto told = run.expand(1, renamed);
    EXPECT_NE(told.find("segue --alter \"ADD COLUMN `full_name` varchar(20)"), std::string::npos)
        << told;
    EXPECT_EQ(run.tables(), "t");
    run.session().execute("ALTER TABLE t ADD COLUMN full_name VARCHAR(20) NULL INVISIBLE");
    run.expand(0, renamed);
}

TEST_F(refused, where_a_trigger_would_change_the_old_column_of_rows_that_are_filled) {
    make("name VARCHAR(20), n INT");
    run.session().execute(
        "INSERT INTO t (id,name) VALUES (1,'plain'),(2,' with spaces '),(3,'plain')");
    run.session().execute(
        "CREATE TRIGGER trims BEFORE UPDATE ON t FOR EACH ROW SET NEW.name=TRIM(NEW.name)");
    auto flags = renamed;
    flags.emplace_back("--trigger-order=follows");
    const auto told = run.expand(1, flags);
    EXPECT_NE(told.find("when the row id=2 is filled, a trigger (trims) changes `name`"),
              std::string::npos)
        << told;
    EXPECT_EQ(run.value("SELECT name FROM t WHERE id=2"), " with spaces ");
    run.session().execute("UPDATE t SET n=1 WHERE id=2");  // The application's own.
    run.expand(0, flags);
    EXPECT_EQ(run.both(2), "with spaces|with spaces");
}

TEST_F(refused, for_a_definer_that_is_not_there_or_lacks_a_right) {
    make("name VARCHAR(20)");
    auto flags = renamed;
    flags.emplace_back("--definer=nobody_at_all@localhost");
    expect(flags, "there is no account 'nobody_at_all'@'localhost'");
    const std::string account = "'" + run.schema() + "'@'localhost'";
    run.session().execute("CREATE USER " + account);
    flags.back() = "--definer=" + run.schema() + "@localhost";
    expect(flags, "lacks SELECT, UPDATE, TRIGGER");
    run.session().execute("GRANT SELECT, UPDATE, TRIGGER ON `" + run.schema() + "`.* TO " +
                          account);
    run.expand(0, flags);
    run.session().execute("INSERT INTO t (id,full_name) VALUES (2,'Bob')");
    EXPECT_EQ(run.both(2), "Bob|Bob");
    run.session().execute("DROP TABLE t");
    run.session().execute("DROP USER " + account);
}

TEST_F(refused, for_flags_that_say_too_little_or_too_much) {
    make("name VARCHAR(20)");
    expect({"--column=full_name VARCHAR(20)"}, "--up is missing");
    expect({"--rename=name=full_name", "--up=a = b"}, "--rename says what --up would");
    expect(by("full_name VARCHAR(20) UNIQUE", "full_name = name", "name = full_name"),
           "UNIQUE cannot be of it");
    expect(by("full_name VARCHAR(20)", "other = name", "name = full_name"),
           "left of = in --up stands the new column");
}

TEST(refused_by_its_server, whose_table_has_had_its_64_changes) {
    expand_run run(shared_server({}, "8.0"));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))");
    for (int i = 0; i < 64; ++i) {
        const std::string name = "c" + std::to_string(i);
        run.session().execute("ALTER TABLE t ADD COLUMN " + name + " INT, ALGORITHM=INSTANT");
    }
    const auto told = run.expand(1, {"--rename=name=full_name"});
    EXPECT_NE(told.find("the server does not add the column instantly"), std::string::npos) << told;
    EXPECT_EQ(run.tables(), "t") << "nothing is left of what was not begun";
}

// A whole server is another one for these.
TEST(refused_by_its_server, that_logs_statements) {
    expand_run run(shared_server({"--binlog-format=MIXED"}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))");
    const auto told = run.expand(1, {"--rename=name=full_name"});
    EXPECT_NE(told.find("binlog_format is MIXED"), std::string::npos) << told;
}

TEST(long_refused_by_its_server, that_applies_what_another_one_logs) {
    sandbox_server primary;
    sandbox_server replica({.replica_of = &primary});
    replica.root().execute("SET GLOBAL super_read_only=OFF");
    replica.root().execute("SET GLOBAL read_only=OFF");
    const wire::connection_options at = replica.over_tcp();
    expand_run run(primary);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))");
    segue_process process(
        segue_build::released,
        {"expand", "--host=" + replica.host(), "--port=" + std::to_string(replica.port()),
         "--user=" + replica.user(), "--database=" + run.schema(), "--table=t",
         "--assume-master-host=" + replica.host() + ":" + std::to_string(at.server.port),
         "--rename=name=full_name"},
        segue_variables(replica));
    EXPECT_EQ(process.wait(), 1);
    EXPECT_NE(process.err().find("fire no trigger"), std::string::npos) << process.err();
}

TEST(long_refused_by_its_server, that_asks_for_super_of_who_makes_a_trigger) {
    expand_run run(shared_server({"--log-bin-trust-function-creators=OFF"}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))");
    const std::string account = "'" + run.schema() + "'@'%'";
    run.session().execute("CREATE USER " + account + " IDENTIFIED BY 'secret'");
    run.session().execute("GRANT ALL ON `" + run.schema() + "`.* TO " + account);
    run.session().execute("GRANT REPLICATION CLIENT ON *.* TO " + account);
    const auto told =
        run.expand(1, {"--rename=name=full_name", "--user=" + run.schema(), "--password=secret"});
    EXPECT_NE(told.find("(error 1419)"), std::string::npos) << told;
    EXPECT_NE(told.find("SET GLOBAL log_bin_trust_function_creators=ON;"), std::string::npos)
        << told;
    run.session().execute("SET GLOBAL log_bin_trust_function_creators=ON");
    run.expand(0, {"--rename=name=full_name", "--user=" + run.schema(), "--password=secret"});
    run.session().execute("SET GLOBAL log_bin_trust_function_creators=OFF");
    run.session().execute("DROP TABLE t");
    run.session().execute("DROP USER " + account);
}

}  // namespace
}  // namespace segue::test
