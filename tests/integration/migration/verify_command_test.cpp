// `segue verify`: two tables that nobody writes to.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/patience.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int equal = 0;
constexpr int not_done = 1;
constexpr int different = 4;

class two_tables_that_nobody_writes_to : public testing::Test {
  protected:
    /// Returns what it printed, and what it told.
    std::string verify(int exit_code, const std::vector<std::string>& more,
                       const environment& variables) {
        std::vector<std::string> arguments{"verify",
                                           "--host=" + run.server().host(),
                                           "--port=" + std::to_string(run.server().port()),
                                           "--user=" + run.server().user(),
                                           "--database=" + run.schema(),
                                           "--table=t"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        segue_process process(segue_build::released, arguments, variables);
        EXPECT_EQ(process.wait(3 * patience), exit_code) << process.out() << process.err();
        return process.out() + process.err();
    }
    std::string verify(int exit_code, const std::vector<std::string>& more = {"--with-table=g"}) {
        return verify(exit_code, more, segue_variables(run.server()));
    }
    /// By an account that may do what `rights` say in the schema, and nothing else.
    std::string verify_with(const std::string& rights, int exit_code,
                            std::vector<std::string> more = {"--with-table=g"}) {
        auto root = run.server().root();
        const std::string account = "'" + run.schema() + "'@'%'";
        root.execute("CREATE USER " + account + " IDENTIFIED BY 'narrow'");
        root.execute("GRANT " + rights + " ON " + run.schema() + ".* TO " + account);
        more.push_back("--user=" + run.schema());
        auto printed = verify(exit_code, more, {{"MYSQL_PWD", "narrow"}});
        root.execute("DROP USER " + account);
        return printed;
    }
    void make(const std::string& columns) {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, " + columns + ")");
        run.session().execute("CREATE TABLE g LIKE t");
    }
    void fill(const std::string& values) {
        run.session().execute(
            "INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE "
            "i < 900) SELECT i, " +
            values + " FROM n");
        run.session().execute("INSERT INTO g SELECT * FROM t");
    }
    void make_three_differences() {
        run.session().execute("UPDATE g SET a=-1 WHERE id=7");
        run.session().execute("DELETE FROM g WHERE id=8");
        run.session().execute("INSERT INTO g VALUES (-5, 0, 'x')");
    }
    std::string told(const std::string& name) const {
        return "`" + run.schema() + "`.`" + name + "`";
    }

    quiet_run run{shared_server()};
};

TEST_F(two_tables_that_nobody_writes_to, are_equal_or_differ_by_key) {
    make("a INT, s VARCHAR(20)");
    fill("i, CONCAT('row ', i)");
    EXPECT_THAT(verify(equal), HasSubstr("# Compared: 900 rows of " + told("t") + " with 900 of " +
                                         told("g") + "\n# Equal\n"));
    make_three_differences();
    EXPECT_THAT(verify(different),
                AllOf(HasSubstr("row id=7: other values in `a`\n"),
                      HasSubstr("row id=8: missing in " + told("g") + "\n"),
                      HasSubstr("row id=-5: in " + told("g") + " alone\n"),
                      HasSubstr("900 of " + told("g") + "\n# Different: 3 rows\n")));
}

// Also where nobody may write, and somebody else has a lock that lets readers in.
TEST_F(two_tables_that_nobody_writes_to, are_neither_written_to_nor_locked) {
    make("a INT, s VARCHAR(20)");
    fill("i, 'x'");
    make_three_differences();
    application_session reader(run.server().over_tcp(), run.schema());
    reader.execute("LOCK TABLES t READ, g READ");
    const auto logged = [&] { return run.session().query_value("SELECT @@GLOBAL.gtid_executed"); };
    const auto before = logged();
    const auto rows = run.everything();
    verify(different);
    EXPECT_EQ(logged(), before);
    EXPECT_EQ(run.everything(), rows);
    EXPECT_THAT(verify_with("SELECT, CREATE TEMPORARY TABLES", different),
                HasSubstr("row id=7: other values in `a`"));
}

TEST_F(two_tables_that_nobody_writes_to, are_the_old_one_and_the_new_one_after_a_swap) {
    const std::string alter =
        "RENAME COLUMN s TO title, MODIFY a BIGINT, ADD COLUMN n INT DEFAULT 3";
    make("a INT, s VARCHAR(20)");
    fill("i, CONCAT('row ', i)");
    run.start(alter);
    run.expect_swapped();
    const std::vector<std::string> old_with_new{"--table=_t_del", "--with-table=t",
                                                "--alter=" + alter};
    EXPECT_THAT(verify(equal, old_with_new), HasSubstr("900 rows of " + told("_t_del")));
    run.session().execute("UPDATE t SET title='x', n=4 WHERE id=9");
    EXPECT_THAT(verify(different, old_with_new),
                HasSubstr("row id=9: other values in `title`, `n`"));
}

// INSERT makes 1970 of 70, and no expression does.
TEST_F(two_tables_that_nobody_writes_to, are_equal_by_what_the_server_makes_of_a_value) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, y INT)");
    run.session().execute("CREATE TABLE g (id INT PRIMARY KEY, y YEAR)");
    run.session().execute("INSERT INTO t VALUES (1, 70), (2, 1999), (3, 12)");
    run.session().execute("INSERT INTO g SELECT * FROM t");
    EXPECT_THAT(verify(equal), HasSubstr("# Equal"));
    run.session().execute("UPDATE g SET y=2001 WHERE id=3");
    EXPECT_THAT(verify(different), AllOf(HasSubstr("row id=3: other values in `y`"),
                                         HasSubstr("# Different: 1 row\n")));
    EXPECT_THAT(
        verify_with("SELECT", different),
        AllOf(HasSubstr("that needs a temporary table"),
              HasSubstr("compared by expression alone, so that a row may be told as another "
                        "one that is not: `y`"),
              HasSubstr("row id=3: other values in " + told("g"))));
}

TEST_F(two_tables_that_nobody_writes_to, are_told_by_presence_where_no_temporary_table_can_be) {
    make("a INT, s VARCHAR(20), FULLTEXT KEY (s)");
    fill("i, 'x'");
    make_three_differences();
    EXPECT_THAT(verify(different), AllOf(HasSubstr("that needs a temporary table"),
                                         HasSubstr("row id=7: other values in " + told("g")),
                                         HasSubstr("row id=8: missing in " + told("g")),
                                         HasSubstr("row id=-5: in " + told("g") + " alone")));
}

TEST_F(two_tables_that_nobody_writes_to, are_refused_where_they_cannot_be_compared) {
    make("a INT");
    run.session().execute("CREATE TABLE without_key (id INT, a INT)");
    run.session().execute("CREATE TABLE by_a (id INT, a INT NOT NULL PRIMARY KEY)");
    run.session().execute("CREATE VIEW v AS SELECT * FROM t");
    EXPECT_THAT(verify(not_done, {}), HasSubstr("--with-table is missing"));
    EXPECT_THAT(verify(not_done, {"--with-table=t"}), HasSubstr("both are the table"));
    EXPECT_THAT(verify(not_done, {"--with-table=no"}), HasSubstr("there is no table"));
    EXPECT_THAT(verify(not_done, {"--with-table=v"}), HasSubstr("is no table: VIEW"));
    for (const char* const other : {"without_key", "by_a"})
        EXPECT_THAT(verify(not_done, {std::string("--with-table=") + other}),
                    HasSubstr("no key names the rows in both tables"));
    EXPECT_THAT(verify(not_done, {"--with-table=g", "--verify=none"}),
                HasSubstr("leaves nothing to do"));
    run.start("ADD COLUMN b INT", {.more = {"--with-table=g"}});
    EXPECT_EQ(run.segue().wait(), 1);
    EXPECT_THAT(run.segue().err(), HasSubstr("--with-table is of `segue verify` alone"));
}

TEST_F(two_tables_that_nobody_writes_to, are_in_two_schemas_and_told_as_json) {
    const fresh_schema other(run.server());
    make("a INT, s VARCHAR(20)");
    fill("i, 'x'");
    run.session().execute("CREATE TABLE " + other.name() + ".g LIKE t");
    run.session().execute("INSERT INTO " + other.name() + ".g SELECT * FROM t WHERE id<>5");
    const auto printed =
        verify(different, {"--with-table=g", "--with-database=" + other.name(), "--json"});
    EXPECT_THAT(printed, AllOf(HasSubstr(R"("kind":"verification")"), HasSubstr(R"("equal":false)"),
                               HasSubstr(R"("rows":900,"rows_in_other":899)"),
                               HasSubstr(R"({"columns":[],"kind":"missing","text":"row id=5: )")));
    EXPECT_THAT(printed, Not(HasSubstr("#")));
    EXPECT_THAT(verify(not_done, {"--with-table=none", "--json"}),
                AllOf(HasSubstr(R"("exit_code":1,"kind":"verification")"),
                      HasSubstr(R"("why":"this migration cannot be done)")));
}

TEST_F(two_tables_that_nobody_writes_to, may_be_compared_by_a_sample) {
    make("a INT, s VARCHAR(20)");
    fill("i, 'x'");
    EXPECT_THAT(verify(equal, {"--with-table=g", "--verify=sample=50%", "--chunk-size=20"}),
                HasSubstr(" of 46 ranges\n# Equal"));
}

}  // namespace
}  // namespace segue::test
