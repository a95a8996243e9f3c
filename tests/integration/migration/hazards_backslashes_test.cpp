// docs/hazards.md, 48: expressions that each session reads by its own sql_mode.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/application_session.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

class an_expression_with_a_backslash : public testing::Test {
  protected:
    /// Wherever the server keeps opened tables, it keeps this one as these sessions read it.
    void open_by_sessions_that_read_it_otherwise() {
        run.session().execute("FLUSH TABLES t");
        constexpr int more_than_parts_of_the_cache = 48;
        for (int i = 0; i < more_than_parts_of_the_cache; ++i) {
            application_session other(run.server().over_tcp(), run.schema());
            other.execute("SET SESSION sql_mode='NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES'");
            other.execute("BEGIN");
            other.query("SELECT * FROM t FOR UPDATE");
            other.execute("ROLLBACK");
        }
    }

    quiet_run run{shared_server()};
};

TEST_F(an_expression_with_a_backslash, is_no_other_because_of_who_opens_the_table_meanwhile) {
    run.session().execute(R"(CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), v VARCHAR(30) AS
        (CONCAT(a, '\\n')) VIRTUAL, s VARCHAR(30) AS (CONCAT(a, '\n')) STORED, d VARCHAR(20)
        DEFAULT ('x\\y'), CHECK (a <> 'q\\p'), KEY k ((CONCAT(a, '\\')))) COMMENT='a\\b')");
    run.session().execute("INSERT INTO t (id, a) VALUES (1, 'a'), (2, 'b')");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    open_by_sessions_that_read_it_otherwise();
    run.let_cut_over();
    run.expect_swapped();
    run.session().execute("FLUSH TABLES _t_del");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(an_expression_with_a_backslash, is_not_copied_as_another_session_has_read_it) {
    const std::vector<std::string> expressions = {
        R"(v VARCHAR(30) AS (CONCAT(a, '\\n')) VIRTUAL)", R"(d VARCHAR(30) DEFAULT ('x\\y'))",
        R"(CHECK (a <> 'q\\p'))", R"(KEY k ((CONCAT(a, '\\'))))"};
    for (const auto& each : expressions) {
        run.session().execute("DROP TABLE IF EXISTS t");
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), " + each + ")");
        open_by_sessions_that_read_it_otherwise();
        expect_refused_and_nothing_left(run, "ADD COLUMN b INT",
                                        {"a session with the sql_mode NO_BACKSLASH_ESCAPES has " +
                                             run.table().quoted() + " open",
                                         "FLUSH TABLES"});
    }
    run.session().execute("FLUSH TABLES t");
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
}

TEST_F(an_expression_with_a_backslash,
       of_the_table_itself_is_refused_where_the_server_has_the_mode) {
    run.session().execute(R"(CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), v VARCHAR(30) AS
        (CONCAT(a, '\n')) VIRTUAL, s VARCHAR(30) AS (CONCAT(a, '\\')) STORED, d VARCHAR(20)
        DEFAULT ('x\\y'), CHECK (a <> 'a\\b'), KEY k ((CONCAT(a, '\\')))))");
    run.session().execute("INSERT INTO t (id, a) VALUES (1, 'a')");
    const global_setting mode(run.server(), "sql_mode",
                              "'NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES'");
    expect_refused_and_nothing_left(
        run, "ADD COLUMN b INT",
        {"the column `v` of the table has", "the column `s` of the table has",
         "the column `d` of the table has", "the index `k` of the table has",
         "a CHECK constraint of the table has a quote or a backslash in a string of its expression",
         "which each session reads by its own sql_mode: (`a` <> _utf8mb4'a\\\\b')",
         "Take NO_BACKSLASH_ESCAPES out of the global sql_mode for the time of the migration"});
    EXPECT_EQ(run.segue().err().find("Write the expression without"), std::string::npos)
        << run.segue().err();
}

TEST_F(an_expression_with_a_backslash, that_the_alter_drops_is_none) {
    run.session().execute(
        R"(CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), d VARCHAR(20) DEFAULT ('x\\y')))");
    run.session().execute("INSERT INTO t (id, a) VALUES (1, 'a')");
    const global_setting mode(run.server(), "sql_mode",
                              "'NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES'");
    run.start("DROP COLUMN d");
    run.expect_swapped();
    run.expect_as_native_alter("DROP COLUMN d");
}

TEST_F(an_expression_with_a_backslash, is_neither_a_comment_nor_a_plain_value) {
    run.session().execute(R"(CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'x\\y'
        COMMENT 'q\\r', e ENUM('a\\b', 'c\'d') DEFAULT 'a\\b') COMMENT='it\'s \\')");
    run.session().execute("INSERT INTO t VALUES (1, 'a\\\\', 'a\\\\b')");
    const global_setting mode(run.server(), "sql_mode",
                              "'NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES'");
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

}  // namespace
}  // namespace segue::test
