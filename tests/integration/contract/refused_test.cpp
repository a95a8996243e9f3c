// Who uses the old name, and what else keeps a column from going.
#include "tests/integration/contract/contract_run.hpp"
#include "tests/support/conditions.hpp"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> renamed = {"--rename=name=full_name"};
const std::vector<std::string> drop = {"--drop=name", "--unused-for=1s"};
const std::vector<std::string> drop_unasked = {"--drop=name", "--unused-for=0"};

class contract_refused : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), n INT DEFAULT 0)");
        run.fill("name", "CONCAT('Name ', i)", 100);
        run.expand(0, renamed);
    }
    /// Until the last use of the name is as long ago as is asked for.
    void expect_passes_in_the_end(const std::vector<std::string>& asked) {
        EXPECT_TRUE(eventually("nobody uses the name any more", [&] {
            const auto process = run.start(asked, {.execute = false, .command = "contract"});
            return process->wait(3 * patience) == 0;
        }));
    }
    /// The old name has gone out of use by then: what is asked for is long.
    std::string told(const std::vector<std::string>& more = {}) {
        std::vector<std::string> asked = {"--drop=name", "--unused-for=1h"};
        asked.insert(asked.end(), more.begin(), more.end());
        return run.rehearse_contract(1, asked);
    }
    void forget_statements() {
        auto root = run.server().root();
        root.execute("TRUNCATE TABLE performance_schema.events_statements_summary_by_digest");
    }
    contract_run run{shared_server({}, GetParam())};
};

class contract_refused_too : public contract_refused {};

TEST_P(contract_refused_too, until_nobody_has_used_the_name_for_as_long_as_is_asked) {
    const auto first = run.rehearse_contract(1, {"--drop=name"});
    EXPECT_THAT(first, HasSubstr("are watched for"));
    EXPECT_THAT(first, HasSubstr("and are to be for 7 days"));
    expect_passes_in_the_end(drop);
    run.session().execute("UPDATE t SET name='x' WHERE id=1");
    const auto used = run.rehearse_contract(1, drop);
    EXPECT_THAT(used, HasSubstr("uses"));
    EXPECT_THAT(used, HasSubstr("UPDATE `t` SET NAME = ? WHERE `id` = ?"));
    expect_passes_in_the_end(drop);
    EXPECT_EQ(run.tables(), "_t_exp,t");
    EXPECT_EQ(run.triggers(), "_t_full_name_exi,_t_full_name_exu");
}

// The expand's own, the contract's, and those of a rehearsal of either.
TEST_P(contract_refused, by_no_statement_of_segues_own) {
    forget_statements();
    run.rehearse_expand(0, renamed);
    run.expand(0, renamed);
    run.rehearse_contract(0, {"--drop=name", "--unused-for=0", "--despite-use"});
    const auto found = told();
    EXPECT_THAT(found, HasSubstr("  none\n"));
    EXPECT_THAT(found, Not(HasSubstr("more may")));
}

TEST_P(contract_refused, by_statements_that_may_use_the_name_without_naming_it) {
    const std::string is = " may use ";
    for (const std::string statement :
         {"SELECT * FROM t LIMIT 1", "SELECT n, t.* FROM t LIMIT 1", "TABLE t LIMIT 1",
          "INSERT INTO t VALUES (5000,'x',1)", "REPLACE t VALUES (5000,'x',1)"}) {
        forget_statements();
        run.session().execute(statement);
        EXPECT_THAT(told(), HasSubstr(is)) << statement;
    }
    for (const std::string statement :
         {"SELECT COUNT(*), 2*n FROM t GROUP BY n", "INSERT INTO t (id,n) VALUES (6000,1)",
          "UPDATE t SET full_name='x' WHERE id=1", "DELETE FROM t WHERE id=6000"}) {
        forget_statements();
        run.session().execute(statement);
        EXPECT_THAT(told(), HasSubstr("  none\n")) << statement;
    }
}

// Whatever is not collected may be what uses it.
TEST_P(contract_refused, where_not_all_statements_are_collected) {
    auto root = run.server().root();
    for (const auto& [off, on, words] : std::vector<std::array<std::string, 3>>{
             {"UPDATE performance_schema.setup_consumers SET ENABLED='NO' WHERE "
              "NAME='global_instrumentation'",
              "UPDATE performance_schema.setup_consumers SET ENABLED='YES' WHERE "
              "NAME='global_instrumentation'",
              "global_instrumentation"},
             {"UPDATE performance_schema.setup_instruments SET ENABLED='NO' WHERE "
              "NAME='statement/sql/select'",
              "UPDATE performance_schema.setup_instruments SET ENABLED='YES' WHERE "
              "NAME='statement/sql/select'",
              "statement/sql/select"},
             {"INSERT INTO performance_schema.setup_actors VALUES ('%','app','%','NO','NO')",
              "DELETE FROM performance_schema.setup_actors WHERE USER='app'", "app@%"}}) {
        root.execute(off);
        EXPECT_THAT(told(), HasSubstr(words));
        root.execute(on);
    }
    EXPECT_THAT(told(), Not(HasSubstr("not collected")));
}

TEST_P(contract_refused, where_a_server_to_be_watched_is_not_named) {
    EXPECT_THAT(run.rehearse_contract(1, {"--drop=name", "--watch="}),
                HasSubstr("--watch is empty"));
}

// Their quotes stand behind a backslash in information_schema.
TEST_P(contract_refused, by_no_check_that_reads_other_columns) {
    run.session().execute(
        "CREATE TABLE t2 (id INT PRIMARY KEY, name VARCHAR(9), z VARCHAR(9), g VARCHAR(20) AS "
        "(CONCAT(z,'x''y')), CHECK (z IN ('a','b')))");
    run.session().execute("RENAME TABLE t TO t1, t2 TO t");
    run.session().execute("DROP TRIGGER _t_full_name_exi");
    run.session().execute("DROP TRIGGER _t_full_name_exu");
    run.session().execute("DROP TABLE _t_exp, t1");
    run.expand(0, renamed);
    EXPECT_THAT(run.rehearse_contract(0, drop_unasked), Not(HasSubstr("reads `name`")));
    EXPECT_THAT(run.rehearse_contract(0, {"--abandon=full_name"}), Not(HasSubstr("reads")));
}

// A synonym stands in digests.
TEST_P(contract_refused, by_a_name_that_is_a_keyword) {
    run.session().execute("CREATE TABLE u (id INT PRIMARY KEY, day INT)");
    const auto in_u = [&](const std::string& table) {
        return std::vector<std::string>{"--table=" + table};
    };
    auto flags = in_u("u");
    flags.emplace_back("--rename=day=weekday");
    run.expand(0, flags);
    forget_statements();
    run.session().execute("SELECT day FROM u");
    flags = in_u("u");
    flags.insert(flags.end(), {"--drop=day", "--unused-for=1h"});
    EXPECT_THAT(run.rehearse_contract(1, flags), HasSubstr("SQL_TSI_DAY"));
}

TEST_P(contract_refused_too, by_statements_that_were_cut_off) {
    forget_statements();
    std::string many = "SELECT ";
    for (int i = 0; i < 200; ++i) many += "n+id,";
    run.session().execute(many + "name FROM t LIMIT 1");
    EXPECT_THAT(told(), HasSubstr("may use"));
    forget_statements();
    std::string list = "SELECT id FROM t WHERE n IN (1";
    for (int i = 0; i < 2'000; ++i) list += ",2";
    run.session().execute(list + ") LIMIT 1,2");
    EXPECT_THAT(told(), HasSubstr("  none\n"));
}

TEST_P(contract_refused_too, by_a_prepared_statement_until_it_is_closed) {
    auto another = run.another();
    another.execute("PREPARE kept FROM 'SELECT \"\", t.name FROM t WHERE id=?'");
    forget_statements();
    EXPECT_THAT(told(), HasSubstr("prepared now"));
    another.execute("DEALLOCATE PREPARE kept");
    forget_statements();
    EXPECT_THAT(told(), HasSubstr("  none\n"));
}

TEST_P(contract_refused_too, by_what_is_kept_in_the_server) {
    run.session().execute("CREATE VIEW looks AS SELECT id, name AS who FROM t");
    run.session().execute("CREATE VIEW other AS SELECT id, n FROM t");
    run.session().execute("CREATE TABLE log (id INT)");
    run.session().execute(
        "CREATE TRIGGER writes AFTER INSERT ON log FOR EACH ROW UPDATE t SET name='x' WHERE "
        "id=NEW.id");
    run.session().execute("CREATE PROCEDURE tells() SELECT name FROM t");
    run.session().execute(
        "CREATE EVENT wakes ON SCHEDULE EVERY 1 YEAR STARTS '2099-01-01' DO DELETE FROM t WHERE "
        "name='x'");
    const auto found = run.rehearse_contract(1, drop_unasked);
    for (const std::string one : {"the view", "the trigger", "the procedure", "the event"})
        EXPECT_THAT(found, HasSubstr("  - " + one)) << one;
    EXPECT_THAT(found, Not(HasSubstr("`other`")));
    EXPECT_THAT(run.rehearse_contract(0, {"--drop=name", "--unused-for=0", "--despite-use"}),
                HasSubstr("uses     the view"));
}

TEST_P(contract_refused_too, by_what_is_bound_to_the_column_whoever_uses_it) {
    run.session().execute(
        "ALTER TABLE t ADD COLUMN loud VARCHAR(40) AS (UPPER(name)), ADD KEY k (name), ADD "
        "CONSTRAINT "
        "named CHECK (name <> 'no' OR n > 0), ADD COLUMN other VARCHAR(40) DEFAULT (name)");
    run.session().execute("CREATE TRIGGER mine AFTER UPDATE ON t FOR EACH ROW SET @seen=NEW.name");
    const auto found = run.contract(1, {"--drop=name", "--unused-for=0", "--despite-use",
                                        "--include-triggers", "--trigger-suffix=_x"});
    EXPECT_THAT(found, HasSubstr("the generated column `loud` reads `name`"));
    EXPECT_THAT(found, HasSubstr("the index `k` is over `name`"));
    EXPECT_THAT(found, HasSubstr("the CHECK constraint `named` reads `name`"));
    EXPECT_THAT(found, HasSubstr("the default of `other` reads `name`"));
    EXPECT_THAT(found, HasSubstr("the trigger `mine` names `name`"));
    EXPECT_EQ(run.tables(), "_t_exp,t");
}

TEST_P(contract_refused_too, an_account_that_does_not_see_statements_is_told_so) {
    auto root = run.server().root();
    root.execute("CREATE USER limited IDENTIFIED BY 'limited'");
    root.execute("GRANT ALL ON " + run.schema() + ".* TO limited");
    root.execute("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO limited");
    const std::vector<std::string> as = {"--user=limited", "--password=limited", "--drop=name"};
    auto asked = as;
    asked.emplace_back("--unused-for=1s");
    const auto found = run.rehearse_contract(1, asked);
    EXPECT_THAT(found, HasSubstr("it is not known which statements use `name`"));
    EXPECT_THAT(found, HasSubstr("SELECT command denied"));
    root.execute("DROP USER limited");
}

TEST_P(contract_refused, where_rows_hold_pairs_that_disagree) {
    run.session().execute("UPDATE t SET name='one', full_name='other' WHERE id IN (7,8)");
    const auto found = run.contract(1, drop_unasked);
    EXPECT_THAT(found, HasSubstr("2 rows hold pairs of `name` and `full_name` that disagree: "));
    EXPECT_THAT(found, HasSubstr("id=7"));
    EXPECT_EQ(run.tables(), "_t_exp,t");
    run.session().execute("UPDATE t SET full_name='one' WHERE id=7");
    run.session().execute("UPDATE t SET name='other' WHERE id=8");
    run.contract(0, drop_unasked);
    EXPECT_EQ(run.value("SELECT GROUP_CONCAT(full_name ORDER BY id) FROM t WHERE id IN (7,8)"),
              "one,other");
}

// They came while rows were copied; the swap waits, and the run does not end.
TEST_P(contract_refused_too, the_swap_waits_while_pairs_disagree_that_came_later) {
    fault_points faults;
    faults.pause("migration.before_following");
    const auto process = run.start_contract(drop_unasked, &faults);
    faults.wait_reached("migration.before_following");
    run.session().execute("UPDATE t SET name='one', full_name='other' WHERE id=7");
    faults.go("migration.before_following");
    EXPECT_TRUE(eventually("the swap waits", [&] {
        return process->err().find("1 row holds pairs of `name` and `full_name` that disagree") !=
               std::string::npos;
    }));
    EXPECT_EQ(run.both(7), "one|other");
    run.session().execute("UPDATE t SET full_name='one' WHERE id=7");
    EXPECT_EQ(process->wait(3 * patience), 0) << process->err();
    EXPECT_EQ(run.value("SELECT full_name FROM t WHERE id=7"), "one");
}

TEST_P(contract_refused_too, the_swap_waits_while_somebody_has_come_back_to_the_name) {
    const std::vector<std::string> asked = {"--drop=name", "--unused-for=5s"};
    expect_passes_in_the_end(asked);
    fault_points faults;
    faults.pause("migration.before_following");
    const auto process = run.start_contract(asked, &faults);
    faults.wait_reached("migration.before_following");
    run.session().execute("UPDATE t SET name='came back' WHERE id=7");
    faults.go("migration.before_following");
    EXPECT_EQ(process->wait(3 * patience), 0) << process->err();
    EXPECT_THAT(process->err(), HasSubstr("uses `name`, since the contract began"));
    EXPECT_EQ(run.value("SELECT full_name FROM t WHERE id=7"), "came back");
}

TEST_P(contract_refused_too, where_a_trigger_of_the_pair_is_gone) {
    fault_points faults;
    faults.pause("migration.before_attempt");
    const auto process = run.start_contract(drop_unasked, &faults);
    faults.wait_reached("migration.before_attempt");
    run.session().execute("DROP TRIGGER _t_full_name_exu");
    faults.go("migration.before_attempt");
    EXPECT_EQ(process->wait(3 * patience), 1) << process->err();
    EXPECT_THAT(process->err(), HasSubstr("_t_full_name_exu"));
    run.session().execute("UPDATE t SET name='missed' WHERE id=7");
    EXPECT_THAT(run.contract(1, drop_unasked), HasSubstr("is gone"));
    run.expand(4, renamed);
    EXPECT_THAT(run.contract(1, drop_unasked), HasSubstr("1 row holds pairs"));
    run.session().execute("UPDATE t SET full_name=name WHERE id=7");
    // The log that would be read on from tells of the trigger.
    run.contract(0, {"--drop=name", "--unused-for=0", "--no-resume"});
    EXPECT_EQ(run.value("SELECT full_name FROM t WHERE id=7"), "missed");
}

TEST_P(contract_refused_too, of_a_column_that_is_not_ready_or_not_there) {
    EXPECT_THAT(run.contract(1, {"--drop=n"}), HasSubstr("does not live under two names"));
    EXPECT_THAT(run.contract(1, {"--drop=full_name"}), HasSubstr("is the new of the two columns"));
    EXPECT_THAT(run.contract(1, {"--abandon=name"}), HasSubstr("is the old of the two columns"));
    EXPECT_THAT(run.contract(1, {"--abandon=full_name", "--watch=x"}), HasSubstr("is of --drop"));
    EXPECT_THAT(run.contract(1, {}), HasSubstr("--drop with the old column"));
    run.session().execute("UPDATE _t_exp SET value='filled' WHERE hint='phase'");
    EXPECT_THAT(run.contract(1, drop_unasked), HasSubstr("in its phase filled, and not verified"));
}

TEST_P(contract_refused_too, rows_without_a_value_where_the_column_must_have_one) {
    run.session().execute("DROP TABLE t, _t_exp");
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40))");
    run.fill("name", "IF(i=7,NULL,CONCAT('Name ', i))", 100);
    run.expand(0, {"--column=full_name VARCHAR(40) NOT NULL", "--up=full_name = name",
                   "--down=name = full_name"});
    const auto found = run.contract(1, drop_unasked);
    EXPECT_THAT(found, HasSubstr("`full_name`"));
    EXPECT_THAT(found, HasSubstr("7"));
    run.session().execute("UPDATE t SET name='seven' WHERE id=7");
    run.contract(0, drop_unasked);
    EXPECT_THAT(run.definition("t"), HasSubstr("`full_name` varchar(40) NOT NULL"));
}

// Where the server has no room for more digests, all others are one row.
TEST(long_contract_without_room, statements_that_are_not_told_apart_are_unknown) {
    contract_run run(shared_server({"--performance-schema-digests-size=20"}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40))");
    run.fill("name", "CONCAT('Name ', i)", 100);
    run.expand(0, renamed);
    EXPECT_THAT(run.rehearse_contract(1, {"--drop=name", "--unused-for=1h"}),
                HasSubstr("statements that are not told apart"));
    run.contract(0, drop_unasked);
}

INSTANTIATE_TEST_SUITE_P(here, contract_refused, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_here, contract_refused_too, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contract_refused_too,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contract_refused,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });

}  // namespace
}  // namespace segue::test
