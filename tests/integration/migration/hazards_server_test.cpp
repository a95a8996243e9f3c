// docs/hazards.md, 11, 17, 19, 20 and 24: settings of the server, and statements, under which rows
// get lost.
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/fault_proxy.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

// 17
class settings_of_the_whole_server : public testing::Test {
  protected:
    void set(const std::string& name, const std::string& literal) {
        settings.push_back(std::make_unique<global_setting>(server, name, literal));
    }

    const sandbox_server& server = shared_server({"--default-time-zone=-03:30"});
    quiet_run run{server};
    std::vector<std::unique_ptr<global_setting>> settings;
};

TEST_F(settings_of_the_whole_server, change_nothing) {
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, c CHAR(10) NOT NULL, at TIMESTAMP NOT NULL, a INT NOT "
        "NULL, f DOUBLE NOT NULL, KEY (a), CHECK (f >= 0))");
    run.session().execute("SET SESSION cte_max_recursion_depth=20000");
    run.session().execute(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<12000) "
        "SELECT i, CONCAT('c', i), TIMESTAMPADD(MINUTE, i, '2020-01-01'), i, i/7 FROM n");
    const std::string alter =
        "MODIFY c VARCHAR(20) NOT NULL, MODIFY at DATETIME NOT NULL, ADD COLUMN b INT DEFAULT (a * "
        "2), ADD COLUMN d VARCHAR(30) DEFAULT 'x\\\\y', ADD KEY (c)";
    set("sql_select_limit", "1");
    set("max_join_size", "1");
    set("max_execution_time", "1");
    set("completion_type", "'CHAIN'");
    set("sql_safe_updates", "1");
    set("autocommit", "0");
    set("transaction_isolation", "'SERIALIZABLE'");
    set("group_concat_max_len", "4");
    set("unique_checks", "0");
    set("foreign_key_checks", "0");
    set("range_optimizer_max_mem_size", "1000");
    set("default_storage_engine", "'MyISAM'");
    set("sql_quote_show_create", "0");
    set("sql_mode", "'PAD_CHAR_TO_FULL_LENGTH,ANSI_QUOTES,IGNORE_SPACE'");
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    // Two keys in one flush, of which one is gone: an answer that is cut short would tell.
    run.session().execute("BEGIN");
    run.session().execute("UPDATE t SET c='changed' WHERE id IN (2, 3, 5)");
    run.session().execute("DELETE FROM t WHERE id IN (4, 6)");
    run.session().execute("UPDATE t SET id=0-id WHERE id=7");
    run.session().execute("COMMIT");
    run.let_cut_over();
    run.expect_swapped();
    settings.clear();
    run.expect_as_native_alter(alter);
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM t"), "11999");
}

// As an ALTER TABLE in a session of the server's would.
TEST_F(settings_of_the_whole_server, decide_what_expressions_and_conversions_mean) {
    const std::string alter =
        "ADD COLUMN c VARCHAR(20) AS (a || '7'), ADD COLUMN r REAL, MODIFY at DATETIME, ADD COLUMN "
        "d BIGINT DEFAULT (n - 5), ADD COLUMN e INT AS (NOT n BETWEEN 3 AND 9)";
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(9), n INT UNSIGNED, at DATETIME(3))");
    run.session().execute("INSERT INTO t VALUES (1, '1', 2, '2024-12-31 23:59:59.9')");
    set("sql_mode",
        "'PIPES_AS_CONCAT,REAL_AS_FLOAT,TIME_TRUNCATE_FRACTIONAL,NO_UNSIGNED_SUBTRACTION,"
        "HIGH_NOT_PRECEDENCE,STRICT_ALL_TABLES'");
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.session().execute("INSERT INTO t VALUES (2, '2', 3, '2024-12-31 23:59:59.9')");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST_F(settings_of_the_whole_server, that_would_read_the_alter_otherwise_are_a_refusal) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    set("sql_mode", "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    run.start(R"(ADD COLUMN b VARCHAR(9) DEFAULT 'x\ty' COMMENT "b")");
    run.expect_failed({"has ANSI_QUOTES, and the ALTER has double quotes",
                       "has NO_BACKSLASH_ESCAPES, and the ALTER has a backslash"});
    EXPECT_EQ(run.everything(), "t:0");
}

TEST_F(settings_of_the_whole_server, that_read_the_alter_alike_are_none) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1)");
    const std::string alter =
        R"(ADD COLUMN `note "x"` VARCHAR(9) DEFAULT 'x' COMMENT 'say "hi"' /* "\ */)";
    set("sql_mode", "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
    run.start(alter);
    run.expect_swapped();
    settings.clear();
    run.expect_as_native_alter(alter);
}

// 11
TEST(names_that_are_stored_in_lower_case, are_found_in_the_binary_log_however_they_are_spelled) {
    const sandbox_server& server = shared_server({"--lower-case-table-names=1"});
    quiet_run run(server, "orders");
    run.session().execute("CREATE TABLE Orders (Id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO ORDERS VALUES (1, 1), (2, 2), (3, 3)");
    std::string database = run.schema();
    database[0] = 'T';
    ASSERT_NE(database, run.schema());
    run.start("ADD COLUMN b INT",
              {.postponed = true, .more = {"--database=" + database, "--table=ORDERS"}});
    run.segue().wait_for_output("State: postponing cut-over");
    run.session().execute("UPDATE oRders SET a=5 WHERE id=1");
    run.session().execute("DELETE FROM Orders WHERE id=2");
    run.session().execute("INSERT INTO orderS VALUES (4, 4)");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
    EXPECT_EQ(run.everything(), "_orders_del:3 orders:3");
}

// 11
TEST(names_that_are_stored_in_lower_case, are_found_though_the_operator_names_the_tables) {
    quiet_run run(shared_server({"--lower-case-table-names=1"}), "t");
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    run.start("ADD COLUMN b INT", {.more = {"--force-table-names=MiG"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_mig_del:2 t:2");
    run.session().execute("RENAME TABLE t TO _t_gho");
    run.start("ADD COLUMN c INT", {.more = {"--table=_T_gho", "--force-table-names=T"}});
    run.expect_failed({"would have the name of"});
}

// 19
TEST(a_database_that_the_binary_log_leaves_out, is_refused_before_anything_is_made) {
    quiet_run run(shared_server({"--binlog-do-db=some_other"}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.start("ADD COLUMN b INT");
    run.expect_failed({"the binary log leaves", "binlog-do-db, binlog-ignore-db"});
    EXPECT_EQ(run.everything(), "t:0");
}

// Accounts with CONNECTION_ADMIN, such as the tests' own, do not run init_connect.
class an_account_that_runs_init_connect : public testing::Test {
  protected:
    an_account_that_runs_init_connect() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
        root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'plain'", account));
        root.execute(fmt::format("GRANT ALL ON {}.* TO {}", quoted_name(run.schema()), account));
        root.execute(fmt::format(
            "GRANT REPLICATION SLAVE, REPLICATION CLIENT, SESSION_VARIABLES_ADMIN ON *.* TO {}",
            account));
    }
    ~an_account_that_runs_init_connect() override {
        root.execute(fmt::format("DROP USER {}", account));
    }
    void start(const std::string& init_connect) {
        setting.emplace(run.server(), "init_connect", quoted_literal(init_connect));
        run.start("ADD COLUMN b INT",
                  {.more = {"--user=" + name}, .variables = {{"MYSQL_PWD", "plain"}}});
    }

    quiet_run run{shared_server()};
    db::session root = run.server().root();
    const std::string name = "plain_" + run.schema();
    const std::string account = quoted_literal(name) + "@'%'";
    std::optional<global_setting> setting;
};

TEST_F(an_account_that_runs_init_connect, whose_writes_are_not_logged_ends_before_a_row_is_copied) {
    start("SET SESSION sql_log_bin=0");
    run.expect_failed({"did not come through the binary log"});
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM _t_gho"), "0");
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM t"), "2");
}

TEST_F(an_account_that_runs_init_connect, which_opens_a_transaction_migrates) {
    start("START TRANSACTION");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

TEST_F(an_account_that_runs_init_connect, which_locks_tables_migrates) {
    start("LOCK TABLES " + run.table().quoted() + " READ");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

TEST_F(an_account_that_runs_init_connect, which_sets_character_sets_migrates) {
    start("SET SESSION character_set_results=utf16");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

// In which the server reads our literals, too, when it looks for the value of a variable.
TEST_F(an_account_that_runs_init_connect, which_sets_a_collation_without_ascii_migrates) {
    for (const char* const collation : {"utf16_bin", "ucs2_bin", "utf32_bin"}) {
        SCOPED_TRACE(collation);
        setting.reset();
        setting.emplace(run.server(), "init_connect",
                        quoted_literal(fmt::format("SET collation_connection='{}'", collation)));
        run.start(fmt::format("ADD COLUMN {} INT", collation),
                  {.more = {"--user=" + name, "--ok-to-drop-table"},
                   .variables = {{"MYSQL_PWD", "plain"}}});
        run.expect_swapped();
    }
    EXPECT_EQ(run.everything(), "t:2");
}

TEST_F(an_account_that_runs_init_connect, which_reads_as_latin1_migrates_names_that_are_none) {
    run.session().execute("ALTER TABLE t ADD COLUMN `größe` INT");
    setting.emplace(run.server(), "init_connect", quoted_literal("SET NAMES latin1"));
    const std::string alter = "MODIFY `größe` BIGINT COMMENT 'ü'";
    run.start(alter, {.more = {"--user=" + name}, .variables = {{"MYSQL_PWD", "plain"}}});
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST_F(an_account_that_runs_init_connect, which_sets_how_statements_are_run_migrates) {
    start(
        "SET SESSION sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES', sql_select_limit=0, "
        "max_execution_time=1, autocommit=0, completion_type='RELEASE', sql_safe_updates=1");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

class barriers : public testing::Test {
  protected:
    barriers() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
        run.start("ADD COLUMN b INT", {.postponed = true});
        run.segue().wait_for_output("State: postponing cut-over");
    }
    quiet_run run{shared_server()};
};

TEST_F(barriers, whose_row_is_gone_end_the_migration) {
    run.session().execute("DELETE FROM _t_ghc WHERE hint='marker'");
    run.let_cut_over();
    run.expect_failed({"the marker's row is gone from", "The original table is untouched"});
}

TEST_F(barriers, that_prove_nothing_from_now_on_end_the_migration) {
    const global_setting unordered(run.server(), "binlog_order_commits", "0");
    run.let_cut_over();
    run.expect_failed({"binlog_order_commits was turned OFF while the migration ran",
                       "The original table is untouched"});
}

TEST(commits_out_of_order, lose_nothing_to_a_run_that_reads_with_locks) {
    live_run run(shared_server({"--binlog-order-commits=OFF"}), {.rows = 6'000});
    run.writers().start();
    {
        const copy_follower beside(run, 300);
        run.migrate_while_writers_pause(400, {});
    }
    EXPECT_EQ(run.times_told("binlog_order_commits is OFF: rows are read with locks"), 1U);
}

// 24
TEST(another_server_at_the_same_address, gets_no_statement_of_ours) {
    fault_proxy proxy{shared_server().over_tcp().server};
    quiet_run run(shared_server());
    sandbox_server& other = shared_server({"--default-time-zone=-03:30"});
    for (const sandbox_server* each : {&shared_server(), &other}) {
        each->root().execute("CREATE USER IF NOT EXISTS on_both IDENTIFIED BY 'both'");
        each->root().execute("GRANT ALL ON *.* TO on_both");
    }
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    run.start("ADD COLUMN b INT",
              {.postponed = true,
               .more = {"--host=127.0.0.1", fmt::format("--port={}", proxy.port()),
                        "--user=on_both", "--password=both"}});
    run.segue().wait_for_output("State: postponing cut-over");
    // All that a session which took it for ours would need to write.
    application_session there(other.over_tcp());
    there.execute("CREATE DATABASE IF NOT EXISTS " + quoted_name(run.schema()));
    there.execute("CREATE TABLE " + run.tables().changelog.quoted() +
                  " (id INT PRIMARY KEY, hint VARCHAR(64), value VARCHAR(4096))");
    there.execute("INSERT INTO " + run.tables().changelog.quoted() +
                  " VALUES (1, 'heartbeat', ''), (2, 'marker', '')");
    const auto written = [&] { return there.query_value("SELECT @@GLOBAL.gtid_executed"); };
    const auto before = written();
    // The stream would end it too.
    proxy.when("SELECT @@global.server_uuid", network_fault::freeze, /*once=*/false);
    proxy.send_to(other.over_tcp().server);
    proxy.close_all();
    run.expect_failed({"a failover took place, or a proxy spreads connections",
                       "The original table is untouched"});
    EXPECT_EQ(written(), before);
}

// 20
struct statement {
    const char* name;
    std::vector<std::string> sql;  ///< {0} is the schema of the table, {1} another one.
    bool stops;
    friend std::ostream& operator<<(std::ostream& to, const statement& one) {
        return to << one.name;
    }
};

class a_statement_from_another_schema : public testing::TestWithParam<statement> {
  protected:
    /// A server that still lets sessions log statements.
    static const sandbox_server& old_server() { return shared_server({}, "8.0"); }
    void SetUp() override {
        if (const auto why = why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
        run_.emplace(old_server());
        elsewhere_.emplace(old_server());
    }
    std::optional<quiet_run> run_;
    std::optional<fresh_schema> elsewhere_;
};

TEST_P(a_statement_from_another_schema, stops_it_only_if_it_may_write_the_table) {
    quiet_run& run = *run_;
    const fresh_schema& elsewhere = *elsewhere_;
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    application_session by(old_server().over_tcp(), elsewhere.name());
    by.execute("CREATE TABLE x (id INT PRIMARY KEY, a INT)");
    by.execute("CREATE VIEW v AS SELECT id, a FROM " + run.table().quoted());
    by.execute("CREATE TABLE watched (id INT PRIMARY KEY)");
    by.execute("CREATE TRIGGER spill AFTER INSERT ON watched FOR EACH ROW UPDATE " +
               run.table().quoted() + " SET a=a+1");
    by.execute("SET SESSION binlog_format='STATEMENT'");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    for (const auto& sql : GetParam().sql)
        by.execute(fmt::format(fmt::runtime(sql), run.schema(), elsewhere.name()));
    if (GetParam().stops) {
        run.expect_failed({"stands in the binary log as text", "binlog_format=ROW",
                           "The original table is untouched"});
        return;
    }
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

const statement statements[] = {
    {"of_that_schema", {"INSERT INTO x VALUES (1, 1)", "UPDATE x SET a=2", "DELETE FROM x"}, false},
    {"through_a_view", {"UPDATE v SET a=7 WHERE id=1"}, true},
    {"through_a_trigger", {"INSERT INTO watched VALUES (1)"}, true},
    {"by_a_full_name", {"UPDATE {0}.t SET a=7 WHERE id=1"}, true},
    {"of_both_schemas", {"UPDATE x, {0}.t SET t.a=7 WHERE t.id=x.id"}, true},
};
INSTANTIATE_TEST_SUITE_P(_, a_statement_from_another_schema, testing::ValuesIn(statements),
                         [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace segue::test
