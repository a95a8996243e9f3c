// `segue verify`: two tables that nobody writes to.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/patience.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
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
                      HasSubstr(R"("why":"these tables cannot be compared as)")));
}

TEST_F(two_tables_that_nobody_writes_to, are_compared_by_what_the_alter_makes_of_the_definition) {
    run.session().execute(
        "CREATE TABLE _t_del (id INT PRIMARY KEY, a INT, s VARCHAR(20), CHECK (a < 1000))");
    run.session().execute("CREATE TABLE t LIKE _t_del");
    run.session().execute("ALTER TABLE t ADD COLUMN n INT NOT NULL DEFAULT 3, ADD KEY (s)");
    run.session().execute("INSERT INTO _t_del VALUES (1, 1, 'x')");
    run.session().execute("INSERT INTO t VALUES (1, 1, 'x', 3)");
    const auto by = [](const std::string& alter) {
        return std::vector<std::string>{"--table=_t_del", "--with-table=t", "--alter=" + alter};
    };
    const auto tables = run.everything();
    EXPECT_THAT(verify(equal, by("ADD COLUMN n INT NOT NULL DEFAULT 3, ADD KEY (s)")),
                HasSubstr("# Equal"));
    EXPECT_THAT(verify(different, by("ADD COLUMN n INT NOT NULL DEFAULT 3")),
                AllOf(HasSubstr("definition: " + told("t") +
                                " has KEY `s` (`s`), which the ALTER does not make\n"),
                      HasSubstr("# Different: the definition\n")));
    EXPECT_THAT(
        verify(different, by("ADD COLUMN n BIGINT, ADD KEY (s), DROP CHECK t_chk_1")),
        AllOf(HasSubstr("the ALTER makes `n` bigint DEFAULT NULL, which " + told("t") + " lacks\n"),
              HasSubstr(" has CHECK ((`a` < 1000)), which the ALTER does not make\n")));
    run.session().execute("ALTER TABLE t ADD CONSTRAINT small CHECK (n < 100)");
    EXPECT_THAT(verify(equal, by("ADD COLUMN n INT NOT NULL DEFAULT 3, ADD KEY (s), ADD CONSTRAINT "
                                 "small CHECK (n < 100)")),
                HasSubstr("# Equal"));
    auto json = by("ADD COLUMN n INT NOT NULL DEFAULT 3");
    json.emplace_back("--json");
    EXPECT_THAT(verify(different, json),
                AllOf(HasSubstr(R"("definition_compared":true,"definition_differences":["def)"),
                      HasSubstr(R"("equal":false,"exit_code":4)")));
    EXPECT_THAT(verify(not_done, by("ADD KEY (nothing)")),
                AllOf(HasSubstr("the server refuses this ALTER"), HasSubstr("'nothing'")));
    EXPECT_EQ(run.everything(), tables);
}

TEST_F(two_tables_that_nobody_writes_to, differ_where_the_change_was_never_made) {
    make("a INT NOT NULL, s VARCHAR(20)");
    fill("i, CONCAT('row ', i)");
    run.session().execute("UPDATE g SET s='other' WHERE id=9");
    struct change {
        std::vector<std::string> asked;
        std::string lacks;
        std::string has;
    };
    const std::vector<change> all = {
        {{"--alter=DROP COLUMN a"}, "", "`a` int NOT NULL"},
        {{"--alter=RENAME COLUMN s TO title"}, "`title` varchar(20) DEFAULT NULL", "`s` varchar"},
        {{"--alter=CHANGE s title VARCHAR(30)"}, "`title` varchar(30) DEFAULT NULL", "`s` varchar"},
        {{"--alter=RENAME COLUMN id TO pk"}, "PRIMARY KEY (`pk`)", "PRIMARY KEY (`id`)"},
        {{"--alter=DROP COLUMN a, ADD COLUMN u INT", "--set=u = a + 1"},
         "`u` int DEFAULT NULL",
         "`a` int NOT NULL"}};
    for (auto [asked, lacks, has] : all) {
        asked.emplace_back("--with-table=g");
        const std::string told_all = verify(different, asked);
        const std::string made = lacks.empty() ? "" : "the ALTER makes " + lacks;
        EXPECT_THAT(told_all,
                    AllOf(HasSubstr(made), HasSubstr("definition: " + told("g") + " has " + has),
                          HasSubstr("row id=9: other values in `s`\n"),
                          HasSubstr("# Different: 1 row, and the definition\n")));
    }
    run.session().execute("ALTER TABLE g ADD COLUMN beside INT");
    EXPECT_THAT(verify(different, {"--with-table=g", "--alter=DROP COLUMN a"}),
                HasSubstr(" has `beside` int DEFAULT NULL, which the ALTER does not make\n"));
    EXPECT_THAT(verify(not_done, {"--with-table=g", "--alter=DROP COLUMN a", "--set=nothing=1"}),
                HasSubstr("has no column `nothing`"));
}

TEST_F(two_tables_that_nobody_writes_to, are_equal_with_a_check_that_has_a_name_of_its_own) {
    make("a INT");
    fill("i");
    const std::string alter =
        "ADD COLUMN n INT DEFAULT 5 CONSTRAINT named CHECK (n > 3), ADD COLUMN (m INT CONSTRAINT "
        "`also named` CHECK (m > 3) COMMENT 'x'), ADD CONSTRAINT beside CHECK (a > -9)";
    run.session().execute("ALTER TABLE g " + alter);
    EXPECT_THAT(verify(equal, {"--with-table=g", "--alter=" + alter}), HasSubstr("# Equal"));
    EXPECT_THAT(verify(different, {"--with-table=g",
                                   "--alter=ADD COLUMN n INT DEFAULT 5 CONSTRAINT named CHECK (n > "
                                   "4), ADD COLUMN m INT COMMENT 'x'"}),
                AllOf(HasSubstr("the ALTER makes CHECK ((`n` > 4)), which"),
                      HasSubstr(" has CHECK ((`n` > 3)), which the ALTER does not make\n")));
}

// The document is one, and takes another room.
TEST_F(two_tables_that_nobody_writes_to, are_equal_where_a_document_was_updated_in_place) {
    make("j JSON");
    run.session().execute(R"(INSERT INTO t VALUES (1, '{"a": "quite a long string", "b": [1]}'))");
    run.session().execute(R"(INSERT INTO g VALUES (1, '{"a": "short", "b": [1]}'))");
    run.session().execute("SET SESSION binlog_row_value_options=PARTIAL_JSON");
    run.session().execute("UPDATE t SET j=JSON_SET(j, '$.a', 'short')");
    EXPECT_NE(run.session().query_value("SELECT JSON_STORAGE_FREE(j) FROM t"), "0");
    EXPECT_THAT(verify(equal), AllOf(HasSubstr("# Equal"), Not(HasSubstr("somebody writes"))));
    run.session().execute("UPDATE g SET j=JSON_SET(j, '$.b[0]', 2)");
    EXPECT_THAT(verify(different), HasSubstr("row id=1: other values in `j`"));
}

TEST_F(two_tables_that_nobody_writes_to, need_rights_for_the_alter_to_be_tried) {
    make("a INT");
    fill("i");
    EXPECT_THAT(verify_with("SELECT, CREATE TEMPORARY TABLES", not_done,
                            {"--with-table=g", "--alter=ENGINE=InnoDB"}),
                AllOf(HasSubstr("these tables cannot be compared as asked:"),
                      HasSubstr("the change cannot be tried: CREATE command denied"),
                      HasSubstr("or leave --alter and --set out"), Not(HasSubstr("migration"))));
    // The second one sets the first as well, and does not take it back.
    const global_setting read_only(run.server(), "read_only", "ON");
    const global_setting super_read_only(run.server(), "super_read_only", "ON");
    EXPECT_THAT(verify(not_done, {"--with-table=g", "--alter=ENGINE=InnoDB"}),
                HasSubstr("name a server that can be written to"));
    EXPECT_THAT(verify(equal), HasSubstr("# Equal"));
}

TEST_F(two_tables_that_nobody_writes_to, are_compared_by_what_is_set) {
    make("a INT, s VARCHAR(20), u VARCHAR(40)");
    fill("i, CONCAT('row ', i), ''");
    run.session().execute("UPDATE g SET s=UPPER(s), u=UUID()");
    const std::vector<std::string> set{"--with-table=g", "--set=s = UPPER(s)", "--set=u = UUID()",
                                       "--allow-nondeterministic"};
    EXPECT_THAT(
        verify(equal, set),
        AllOf(HasSubstr("not compared: `u`: set to what differs each time"), HasSubstr("# Equal")));
    run.session().execute("UPDATE g SET s='row 5' WHERE id=5");
    EXPECT_THAT(verify(different, set), AllOf(HasSubstr("row id=5: other values in `s`\n"),
                                              HasSubstr("# Different: 1 row\n")));
    EXPECT_THAT(verify(not_done, {"--with-table=g", "--set=u = UUID()"}),
                HasSubstr("--allow-nondeterministic"));
}

TEST_F(two_tables_that_nobody_writes_to, are_equal_whenever_the_migration_was) {
    make("a INT, t TIME");
    fill("i, '10:00:00'");
    const std::string alter =
        "ADD COLUMN made DATETIME DEFAULT CURRENT_TIMESTAMP, MODIFY t DATETIME";
    run.session().execute("SET SESSION timestamp=1700000000");
    run.session().execute("ALTER TABLE g " + alter);
    EXPECT_THAT(verify(equal, {"--with-table=g", "--alter=" + alter}),
                AllOf(HasSubstr("not compared: `made`: its value is of the moment at which a "
                                "migration began"),
                      HasSubstr("not compared: `t`: its value is of the moment")));
    run.session().execute("UPDATE g SET a=0 WHERE id=3");
    EXPECT_THAT(verify(different, {"--with-table=g", "--alter=" + alter}),
                HasSubstr("row id=3: other values in `a`\n"));
}

class two_tables_that_take_long : public two_tables_that_nobody_writes_to {
  protected:
    two_tables_that_take_long() {
        make("a INT, s VARCHAR(20)");
        fill("i, 'x'");
        make_three_differences();
    }
    /// One that waits once it has begun.
    std::unique_ptr<segue_process> start(std::vector<std::string> more) {
        more.insert(more.begin(),
                    {"verify", "--host=" + run.server().host(),
                     "--port=" + std::to_string(run.server().port()),
                     "--user=" + run.server().user(), "--database=" + run.schema(), "--table=t",
                     "--with-table=g", "--threads=1", "--chunk-size=10"});
        return std::make_unique<segue_process>(segue_build::released, more,
                                               segue_variables(run.server()));
    }
    ~two_tables_that_take_long() override {
        std::filesystem::remove(flag);
        std::filesystem::remove(report);
    }
    std::string text_of_report() const {
        std::ifstream written(report);
        return {std::istreambuf_iterator<char>(written), {}};
    }
    const std::string flag = run.flag().string() + "_throttle";
    const std::string report = run.flag().string() + "_report";
};

TEST_F(two_tables_that_take_long, are_told_as_far_as_a_signal_let_it_come) {
    std::ofstream(report) << "of an earlier run";
    auto verifying = start(
        {"--nice-ratio=100", "--throttle-additional-flag-file=" + flag, "--report=" + report});
    verifying->wait_for_output("Differences: 3");
    std::ofstream(flag) << "";
    verifying->wait_for_output("State: throttled, flag-file");
    verifying->signal(SIGTERM);
    EXPECT_EQ(verifying->wait(), not_done);
    EXPECT_THAT(verifying->err(), HasSubstr("FATAL stopped by a signal"));
    EXPECT_THAT(verifying->out(),
                AllOf(HasSubstr("row id=7: other values in `a`\n"),
                      HasSubstr("# Compared so far: "), HasSubstr("# Different so far: 3 rows\n")));
    EXPECT_THAT(text_of_report(),
                AllOf(HasSubstr(R"("complete":false)"), HasSubstr(R"("equal":false,"exit_code":1)"),
                      HasSubstr("row id=8: missing")));
}

TEST_F(two_tables_that_take_long, are_told_to_programs_as_far_as_a_signal_let_it_come) {
    std::ofstream(flag) << "";
    auto verifying = start({"--throttle-flag-file=" + flag, "--json", "--report=" + report});
    ASSERT_TRUE(eventually("it is connected", [&] {
        return !run.session()
                    .query(
                        "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID<>CONNECTION_ID() "
                        "AND DB=DATABASE()")
                    .empty();
    }));
    verifying->signal(SIGTERM);
    EXPECT_EQ(verifying->wait(), not_done);
    EXPECT_THAT(verifying->out(),
                AllOf(HasSubstr(R"("why":"stopped by a signal")"), HasSubstr(R"("equal":null)")));
    EXPECT_EQ(text_of_report(), verifying->out());
}

TEST_F(two_tables_that_take_long, end_at_the_critical_load_and_are_refused_by_a_lag) {
    auto verifying = start({"--critical-load=Threads_connected=1"});
    EXPECT_EQ(verifying->wait(), not_done);
    EXPECT_THAT(verifying->err(), HasSubstr("critical-load"));
    auto lagging = start({"--throttle-control-replicas=somewhere:3306"});
    EXPECT_EQ(lagging->wait(), 2);
    EXPECT_THAT(lagging->out(), HasSubstr("--throttle-control-replicas means nothing"));
}

TEST_F(two_tables_that_nobody_writes_to, are_refused_beside_a_load_that_cannot_be_read) {
    make("a INT");
    for (const char* const flag : {"--max-load", "--critical-load"})
        EXPECT_THAT(
            verify(not_done, {"--with-table=g", std::string(flag) + "=Threads_runing=1000"}),
            AllOf(HasSubstr("these tables cannot be compared as asked:"),
                  HasSubstr(std::string(flag) + " cannot be watched: the server has no status "
                                                "variable Threads_runing"),
                  HasSubstr("Was Threads_running meant?")));
}

// Behind it nobody rests for as long as it waited, times a hundred.
TEST_F(two_tables_that_take_long, and_are_locked_on_the_way_are_told_with_who_it_is) {
    std::ofstream(flag) << "";
    auto verifying = start({"--chunk-size=300", "--nice-ratio=100", "--chunk-time=10",
                            "--throttle-additional-flag-file=" + flag});
    verifying->wait_for_output("State: throttled, flag-file");
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("LOCK TABLES g WRITE");
    std::filesystem::remove(flag);
    verifying->wait_for_output("the transaction of connection " +
                               std::to_string(holder.connection_id()) + " holds the table (");
    holder.execute("UNLOCK TABLES");
    EXPECT_EQ(verifying->wait(), different) << verifying->err();
}

TEST_F(two_tables_that_nobody_writes_to, that_somebody_has_locked_are_told_with_who_it_is) {
    make("a INT");
    fill("i");
    application_session holder(run.server().over_tcp(), run.schema());
    const std::string id = *holder.query_value("SELECT CONNECTION_ID()");
    for (const char* const table : {"t", "g"}) {
        holder.execute(std::string("LOCK TABLES ") + table + " WRITE");
        EXPECT_THAT(verify(not_done), AllOf(HasSubstr("these tables cannot be compared as asked:"),
                                            HasSubstr("KILL " + id), Not(HasSubstr("migration"))));
    }
}

TEST_F(two_tables_that_nobody_writes_to, may_be_compared_by_a_sample) {
    make("a INT, s VARCHAR(20)");
    fill("i, 'x'");
    EXPECT_THAT(verify(equal, {"--with-table=g", "--verify=sample=50%", "--chunk-size=20"}),
                HasSubstr(" of 46 ranges\n# Equal"));
}

}  // namespace
}  // namespace segue::test
