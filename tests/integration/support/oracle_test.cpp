#include "tests/support/oracle.hpp"

#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/table_spec.hpp"

#include <optional>
#include <utility>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

class oracle : public testing::Test {
  protected:
    oracle() { session.execute("SET SESSION sql_mode=''"); }

    // What a migration leaves: `old_definition`'s rows, and a table made from them by a plain
    // ALTER.
    void migrate(const std::string& alter) {
        session.execute("CREATE TABLE _t_del LIKE t");
        session.execute("INSERT INTO _t_del SELECT * FROM t");
        session.execute("ALTER TABLE t " + alter);
    }
    oracle_answer ask(const std::string& alter, std::optional<std::string> sql_mode = {}) {
        return compare_with_native_alter(server.over_tcp(), {.table = {schema.name(), "t"},
                                                             .old_table = {schema.name(), "_t_del"},
                                                             .alter = alter,
                                                             .sql_mode = std::move(sql_mode)});
    }

    sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    application_session session{server.over_tcp(), schema.name()};
};

TEST_F(oracle, agrees_with_a_plain_alter_of_many_rows) {
    create_and_fill(session, {schema.name(), "t"}, {.more = "spare INT NOT NULL DEFAULT 7"}, 20000);
    const std::string alter =
        "DROP COLUMN spare, ADD COLUMN extra VARCHAR(20) NOT NULL DEFAULT 'x' FIRST, MODIFY amount "
        "DECIMAL(16,4), RENAME COLUMN note TO remark, ADD INDEX (made)";
    migrate(alter);
    const auto answer = ask(alter);
    EXPECT_TRUE(answer.equal()) << answer.text();
    EXPECT_EQ(answer.expected_rows, 20000U);
    EXPECT_NE(answer.expected_definition.find("remark"), std::string::npos);
    EXPECT_EQ(session.query_value("SELECT COUNT(*) FROM information_schema.schemata WHERE "
                                  "schema_name LIKE '%\\_oracle'"),
              "0");
}

TEST_F(oracle, compares_every_type_byte_by_byte) {
    session.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, f FLOAT, d DOUBLE, n DECIMAL(20,5), b BIT(12), "
        "e ENUM('', 'a', 'B'), s SET('x', 'y'), g POINT SRID 4326, j JSON, ts TIMESTAMP(6) NULL, "
        "ti TIME(3), y YEAR, da DATE, c CHAR(10) CHARACTER SET latin1, v VARCHAR(20) CHARACTER SET "
        "utf8mb4 COLLATE utf8mb4_bin, bi BINARY(5), bl BLOB, gv INT AS (id * 2) VIRTUAL, "
        "gs INT AS (id * 3) STORED, hidden INT DEFAULT 4 INVISIBLE)");
    session.execute(
        "INSERT INTO t (id, f, d, n, b, e, s, g, j, ts, ti, y, da, c, v, bi, bl) VALUES "
        "(1, 1.23456789, 0.1, 12345.678, b'101', 0, 'x,y', ST_SRID(POINT(1, 2), 4326), "
        "'{\"a\": [1, 2.5, null]}', '2020-10-25 00:30:00.123456', '-12:30:00.5', 2020, "
        "'0000-00-00', 'caf\u00e9 ', 'e\u0301 ', X'00FF', X'001122'), "
        "(2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
        "NULL, NULL), (0, -0.0, 1e300, 0, 0, 1, '', NULL, '\"\"', NULL, NULL, 0, '2024-02-29', "
        "'', '', '', '')");
    session.execute("CREATE TABLE _t_del LIKE t");
    const std::string columns = "id, f, d, n, b, e, s, g, j, ts, ti, y, da, c, v, bi, bl, hidden";
    session.execute("INSERT INTO _t_del (" + columns + ") SELECT " + columns + " FROM t");
    const std::string alter = "ADD COLUMN more INT";
    session.execute("ALTER TABLE t " + alter);
    // As ALTER TABLE does, where zero dates are not allowed.
    EXPECT_THROW(ask(alter), error);
    const auto answer = ask(alter, "");
    EXPECT_TRUE(answer.equal()) << answer.text();

    session.execute(
        "UPDATE t SET f=1.2345680, d=0.10000000000000002, e='', v='\u00e9 ', hidden=5, "
        "bl=X'001123', ts='2020-10-25 00:30:00.123457' WHERE id=1");
    const auto other = ask(alter, "");
    EXPECT_EQ(other.differing_rows, 1U);
    for (const auto* column :
         {" f is", " d is", " e is", " v is", " hidden is", " bl is", " ts is"})
        EXPECT_NE(other.text().find(column), std::string::npos) << column << other.text();
    EXPECT_EQ(other.text().find(" n is"), std::string::npos);
}

TEST_F(oracle, tells_missing_and_extra_and_changed_rows_by_key) {
    create_and_fill(session, {schema.name(), "t"}, {.key = key_kind::composite}, 1000);
    migrate("ADD COLUMN more INT");
    session.execute("DELETE FROM t WHERE shop=-3 AND id=0");
    session.execute("UPDATE t SET id=id+1000000 WHERE shop=-2 AND id=0");
    session.execute("UPDATE t SET title=CONCAT(title, ' ') WHERE shop=0 AND id=0");
    const auto answer = ask("ADD COLUMN more INT");
    EXPECT_FALSE(answer.equal());
    EXPECT_EQ(answer.expected_rows, 1000U);
    EXPECT_EQ(answer.found_rows, 999U);
    EXPECT_EQ(answer.differing_rows, 4U) << answer.text();
    EXPECT_NE(answer.text().find("row shop='-3',id='0' is missing"), std::string::npos)
        << answer.text();
    EXPECT_NE(answer.text().find("row shop='-2',id='1000000' is extra"), std::string::npos);
    EXPECT_NE(answer.text().find("row shop='0',id='0' differs: title is 'v2 ', must be 'v2'"),
              std::string::npos)
        << answer.text();
}

TEST_F(oracle, tells_an_auto_increment_that_fell_back) {
    session.execute("CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT) AUTO_INCREMENT=51");
    session.execute("CREATE TABLE _t_del LIKE t");
    session.execute("ALTER TABLE _t_del AUTO_INCREMENT=51");
    session.execute("INSERT INTO t VALUES (3, 4)");
    session.execute("INSERT INTO _t_del VALUES (3, 4)");
    const std::string alter = "ADD COLUMN b INT COMMENT 'AUTO_INCREMENT=7'";
    session.execute("ALTER TABLE t " + alter);
    EXPECT_TRUE(ask(alter).equal()) << ask(alter).text();
    session.execute("ALTER TABLE t AUTO_INCREMENT=4");
    const auto answer = ask(alter);
    EXPECT_FALSE(answer.equal());
    EXPECT_EQ(answer.expected_auto_increment, 51U);
    EXPECT_EQ(answer.found_auto_increment, 4U);
}

TEST_F(oracle, tells_another_definition) {
    session.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    migrate("ADD COLUMN b INT");
    session.execute("ALTER TABLE t ADD INDEX (b)");
    const auto answer = ask("ADD COLUMN b INT");
    EXPECT_FALSE(answer.equal());
    EXPECT_EQ(answer.differing_rows, 0U);
}

TEST_F(oracle, lets_names_of_checks_differ_but_not_what_they_check) {
    session.execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a INT CHECK (a > 0), CONSTRAINT named CHECK (a < 9))");
    // CREATE TABLE ... LIKE gives both CHECKs names of its own.
    session.execute("RENAME TABLE t TO _t_del");
    session.execute("CREATE TABLE t LIKE _t_del");
    session.execute("ALTER TABLE t ADD COLUMN b INT");
    const auto answer = ask("ADD COLUMN b INT");
    EXPECT_TRUE(answer.equal()) << answer.text();
    // The names are the ones that the operator knows.
    EXPECT_THROW(ask("DROP CHECK nowhere"), error);
    EXPECT_FALSE(ask("ADD COLUMN b INT, DROP CHECK t_chk_1").equal());
    EXPECT_FALSE(ask("ADD COLUMN b INT, DROP CHECK named").equal());
}

TEST_F(oracle, compares_tables_without_a_primary_key_as_bags_of_rows) {
    session.execute("CREATE TABLE t (a INT, b VARCHAR(9))");
    session.execute("INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL), (2, 'X')");
    migrate("MODIFY a BIGINT");
    EXPECT_TRUE(ask("MODIFY a BIGINT").equal());
    session.execute("DELETE FROM t WHERE a=1 LIMIT 1");
    session.execute("INSERT INTO t VALUES (2, 'x')");
    EXPECT_EQ(ask("MODIFY a BIGINT").differing_rows, 2U);
}

TEST_F(oracle, an_alter_that_the_server_refuses_is_an_error) {
    session.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    session.execute("INSERT INTO t VALUES (1, 1), (2, 1)");
    migrate("ADD COLUMN b INT");
    try {
        ask("ADD UNIQUE KEY (a)");
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.mysql_errno(), 1062);
    }
}

}  // namespace
}  // namespace segue::test
