// `segue cleanup`: what a run that has ended left is shown, and dropped when told.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/patience.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace segue::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";

class a_clean_up : public testing::Test {
  protected:
    void SetUp() override {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        run.session().execute("INSERT INTO t (a) VALUES (1), (2), (3)");
    }
    void die_while_postponed() {
        run.start(alter, {.postponed = true});
        run.segue().wait_for_output("phase: postponed");
        run.wait_for_resume_point();
        run.segue().signal(SIGKILL);
        EXPECT_EQ(run.segue().wait(), 128 + SIGKILL);
    }
    void die_behind_the_swap() {
        fault_points faults;
        faults.abort("migration.swapped");
        run.start(alter, {.build = segue_build::faulty, .faults = &faults});
        EXPECT_EQ(run.segue().wait(3 * patience), 128 + SIGKILL);
    }
    /// Returns what it printed; of the flags of a run those stand behind it that find the table.
    std::string clean_up(int exit_code, const std::vector<std::string>& more = {"--execute"}) {
        const auto arguments = command_arguments("cleanup", run.server(), run.table(), more);
        segue_process process(segue_build::released, arguments, segue_variables(run.server()));
        EXPECT_EQ(process.wait(3 * patience), exit_code) << process.err();
        return process.out() + process.err();
    }
    const std::vector<std::string> only_look;
    quiet_run run{shared_server()};
};

TEST_F(a_clean_up, finds_nothing_where_no_run_was) {
    EXPECT_THAT(clean_up(0, only_look), HasSubstr("Nothing is left of a run"));
    EXPECT_THAT(clean_up(0), HasSubstr("# Done"));
    EXPECT_EQ(run.everything(), "t:3");
}

TEST_F(a_clean_up, shows_a_run_that_can_be_gone_on_with_and_gives_it_up_when_told) {
    die_while_postponed();
    const auto before = run.everything();
    const auto seen = clean_up(0, only_look);
    EXPECT_THAT(seen, HasSubstr(alter));
    EXPECT_THAT(seen, HasSubstr("with 3 rows copied. The same command goes on from there."));
    EXPECT_THAT(seen, HasSubstr("To give it up, add --execute, which drops:"));
    EXPECT_THAT(seen, HasSubstr("_t_gho` (about "));
    EXPECT_EQ(run.everything(), before);
    EXPECT_THAT(clean_up(0), HasSubstr("dropped `" + run.schema() + "`.`_t_gho`"));
    EXPECT_EQ(run.everything(), "t:3");
}

// Also for an account that read_only does not stop.
TEST_F(a_clean_up, writes_nothing_on_a_server_that_is_read_only) {
    die_while_postponed();
    const auto before = run.everything();
    run.server().root().execute("SET GLOBAL read_only=ON");
    EXPECT_THAT(clean_up(1), HasSubstr("is read_only"));
    run.server().root().execute("SET GLOBAL read_only=OFF");
    EXPECT_EQ(run.everything(), before);
    clean_up(0);
}

// A statement that its process has left behind in the server is no sign of life.
TEST_F(a_clean_up, outlasts_a_statement_of_a_run_that_is_dead) {
    die_while_postponed();
    auto left = application_session(run.server().over_tcp(), run.schema());
    left.execute("BEGIN");
    left.execute("UPDATE _t_ghc SET value=CONCAT(value, ' and later')");
    const auto arguments = command_arguments("cleanup", run.server(), run.table(), {"--execute"});
    segue_process process(segue_build::released, arguments, segue_variables(run.server()));
    eventually("the clean-up waits for the statement", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM performance_schema.data_locks WHERE lock_status='WAITING' "
                   "AND object_name='_t_ghc' AND object_schema=" +
                   quoted_literal(run.schema())) != "0";
    });
    left.execute("COMMIT");
    EXPECT_EQ(process.wait(3 * patience), 0) << process.err();
    EXPECT_EQ(run.everything(), "t:3");
}

TEST_F(a_clean_up, says_why_nobody_can_go_on) {
    die_while_postponed();
    run.session().execute("DROP TABLE _t_gho");
    EXPECT_THAT(clean_up(0, only_look), HasSubstr("Nobody can go on with it: its new table"));
    clean_up(0);
    EXPECT_EQ(run.everything(), "t:3");
}

TEST_F(a_clean_up, behind_a_swap_keeps_the_old_table_unless_told) {
    die_behind_the_swap();
    EXPECT_THAT(clean_up(0, only_look), HasSubstr("It has swapped the tables"));
    EXPECT_THAT(clean_up(0), HasSubstr("_t_del` (about "));
    EXPECT_EQ(run.everything(), "_t_del:3 t:3");
    run.session().execute("DROP TABLE _t_del");
    run.session().execute("ALTER TABLE t DROP COLUMN b");
    die_behind_the_swap();
    clean_up(0, {"--execute", "--ok-to-drop-table"});
    EXPECT_EQ(run.everything(), "t:3");
}

TEST_F(a_clean_up, does_what_a_swap_had_still_to_do_about_foreign_keys) {
    run.session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
    run.session().execute("INSERT INTO p VALUES (1), (2), (3)");
    run.session().execute("ALTER TABLE t ADD CONSTRAINT named FOREIGN KEY (a) REFERENCES p (id)");
    fault_points faults;
    faults.abort("cut_over.swapped");
    run.start(alter, {.build = segue_build::faulty, .faults = &faults});
    EXPECT_EQ(run.segue().wait(3 * patience), 128 + SIGKILL);
    EXPECT_THAT(clean_up(0), HasSubstr("had still to do about foreign keys was done"));
    EXPECT_THAT(run.session().query("SHOW CREATE TABLE t").at(0).at(1).value(),
                HasSubstr("CONSTRAINT `named`"));
    EXPECT_THAT(run.session().query("SHOW CREATE TABLE _t_del").at(0).at(1).value(),
                Not(HasSubstr("CONSTRAINT")));
}

// Of a table whose foreign key has a name that somebody chose, by a run that was killed right
// behind RENAME TABLE.
class a_clean_up_of_foreign_keys : public a_clean_up {
  protected:
    void SetUp() override {
        a_clean_up::SetUp();
        run.session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
        run.session().execute("INSERT INTO p VALUES (1), (2), (3)");
        run.session().execute(
            "ALTER TABLE t ADD CONSTRAINT named FOREIGN KEY (a) REFERENCES p (id)");
        fault_points faults;
        faults.abort("cut_over.swapped");
        run.start(alter, {.build = segue_build::faulty, .faults = &faults});
        EXPECT_EQ(run.segue().wait(3 * patience), 128 + SIGKILL);
    }
    std::vector<std::string> as_account_with(const std::string& privileges) {
        auto root = run.server().root();
        const std::string account = "'cleans'@'%'";
        root.execute("DROP USER IF EXISTS " + account);
        root.execute("CREATE USER " + account + " IDENTIFIED BY 'it up'");
        root.execute("GRANT " + privileges + " ON " + quoted_name(run.schema()) + ".* TO " +
                     account);
        root.execute("GRANT REPLICATION CLIENT ON *.* TO " + account);
        return {"--user=cleans", "--password=it up"};
    }
    void expect_state_kept() {
        EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM _t_ghk WHERE kind='owner'"), "1");
        EXPECT_EQ(names_on("_t_del"), "named");
    }
    void expect_finished() {
        EXPECT_EQ(names_on("t"), "named");
        EXPECT_EQ(names_on("_t_del"), "");
        EXPECT_EQ(run.everything(), "_t_del:3 p:3 t:3");
    }
    std::string names_on(const std::string& table) {
        return run.session()
            .query_value(
                "SELECT GROUP_CONCAT(CONSTRAINT_NAME) FROM "
                "information_schema.REFERENTIAL_CONSTRAINTS WHERE "
                "CONSTRAINT_SCHEMA=DATABASE() AND TABLE_NAME='" +
                table + "'")
            .value_or("");
    }
    void run_again_while_held(int exit_code) {
        fault_points faults;
        faults.leave_out("unfinished_swap.patience");
        run.start(alter, {.build = segue_build::faulty, .faults = &faults});
        EXPECT_EQ(run.segue().wait(3 * patience), exit_code) << run.segue().err();
    }
};

TEST_F(a_clean_up_of_foreign_keys, keeps_the_state_where_the_account_may_not_do_it) {
    auto as = as_account_with("SELECT, UPDATE, DROP");
    EXPECT_THAT(
        clean_up(0, as),
        AllOf(HasSubstr("still to do about foreign keys, which --execute does before"),
              HasSubstr("_t_del` DROP FOREIGN KEY `named`;"), HasSubstr("ADD CONSTRAINT `named`"),
              HasSubstr("GRANT ALTER, CREATE, INSERT"), HasSubstr("GRANT REFERENCES ON")));
    as.emplace_back("--execute");
    EXPECT_THAT(clean_up(1, as),
                AllOf(HasSubstr("command denied"), HasSubstr("GRANT ALTER, CREATE, INSERT ON"),
                      HasSubstr("SET foreign_key_checks=0; ALTER TABLE"),
                      HasSubstr("ADD CONSTRAINT `named`"), HasSubstr("_t_ghk` stays"),
                      Not(HasSubstr("# Done"))));
    expect_state_kept();
    as.emplace_back("--json");
    const std::string told = clean_up(1, as);
    const auto refused = nlohmann::json::parse(told.substr(0, told.find('\n')));
    EXPECT_EQ(refused["exit_code"], 1);
    EXPECT_THAT(refused["why"], HasSubstr("could not be done"));
    EXPECT_EQ(refused["foreign_keys_left"].size(), 2U);
    EXPECT_EQ(refused["done"].size(), 0U);
    expect_state_kept();
    as_account_with("SELECT, UPDATE, DROP, ALTER, CREATE, INSERT, REFERENCES");
    as.pop_back();
    EXPECT_THAT(clean_up(0, as), HasSubstr("# Done"));
    expect_finished();
    run.server().root().execute("DROP USER 'cleans'@'%'");
}

TEST_F(a_clean_up_of_foreign_keys, by_the_same_command_keeps_the_state_while_a_table_is_held) {
    application_session reader(run.server().over_tcp(), run.schema());
    reader.execute("BEGIN");
    reader.execute("SELECT * FROM _t_del");
    run_again_while_held(1);
    EXPECT_THAT(
        run.segue().err(),
        AllOf(HasSubstr("_t_del`: the transaction of connection "), HasSubstr("_t_ghk` stays"),
              HasSubstr("SET foreign_key_checks=0; ALTER"), Not(HasSubstr("is untouched"))));
    expect_state_kept();
    reader.execute("COMMIT");
    run_again_while_held(0);
    expect_finished();
}

TEST_F(a_clean_up, drops_empty_tables_on_which_something_was_tried) {
    run.session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
    run.session().execute("INSERT INTO p VALUES (1), (2), (3)");
    run.session().execute("ALTER TABLE t ADD CONSTRAINT named FOREIGN KEY (a) REFERENCES p (id)");
    fault_points faults;
    faults.abort("foreign_keys.parents_made");
    run.start(alter, {.build = segue_build::faulty, .faults = &faults});
    EXPECT_EQ(run.segue().wait(3 * patience), 128 + SIGKILL);
    // A child of the parent's twin, as the trial makes one, and somebody's table.
    run.session().execute(
        "CREATE TABLE _t_ghf (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES "
        "_t_g01 (id)) COMMENT='Segue: rehearsal'");
    run.session().execute("CREATE TABLE _t_g07 (id INT PRIMARY KEY)");
    const auto seen = clean_up(0, only_look);
    EXPECT_THAT(seen, HasSubstr("Empty tables on which a run that was killed tried something"));
    EXPECT_THAT(seen, HasSubstr("`_t_g01`"));
    EXPECT_THAT(clean_up(0), HasSubstr("dropped `" + run.schema() + "`.`_t_ghf`"));
    EXPECT_EQ(run.everything(), "_t_g07:0 p:3 t:3");
    EXPECT_THAT(clean_up(0, only_look), HasSubstr("neither with the comment"));
}

nlohmann::json only_line(const std::string& text) {
    EXPECT_EQ(text.find('\n'), text.size() - 1) << text;
    return nlohmann::json::parse(text);
}

TEST_F(a_clean_up, tells_programs_what_it_found_and_did) {
    die_while_postponed();
    const std::string ghost = "`" + run.schema() + "`.`_t_gho`";
    const auto seen = only_line(clean_up(0, {"--json"}));
    EXPECT_EQ(seen["kind"], "cleanup");
    EXPECT_EQ(seen["state"], "resumable");
    EXPECT_EQ(seen["alter"], alter);
    EXPECT_EQ(seen["rows_copied"], 3);
    EXPECT_EQ(seen["to_drop"][0]["table"], ghost);
    EXPECT_EQ(seen["executed"], false);
    EXPECT_EQ(seen["kept"], nullptr);
    const auto done = only_line(clean_up(0, {"--json", "--execute"}));
    EXPECT_EQ(done["executed"], true);
    EXPECT_EQ(done["done"][0], "dropped " + ghost);
    EXPECT_EQ(run.everything(), "t:3");
    EXPECT_EQ(only_line(clean_up(0, {"--json"}))["state"], "none");
}

TEST_F(a_clean_up, tells_programs_why_it_was_refused) {
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    const std::string told = clean_up(1, {"--json", "--execute"});
    const auto refused = nlohmann::json::parse(told.substr(0, told.find('\n')));
    EXPECT_EQ(refused["exit_code"], 1);
    EXPECT_THAT(refused["why"], HasSubstr("another run (segue@"));
    run.let_cut_over();
    run.expect_swapped();
}

// A name that is too long is cut with a hash, of the name as the server stores it.
TEST(a_clean_up_where_names_fold, finds_tables_of_a_long_name_of_the_operators) {
    quiet_run run(shared_server({"--lower-case-table-names=1"}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    const std::string name = "--force-table-names=" + std::string(70, 'X');
    run.start("ADD COLUMN b INT", {.postponed = true, .more = {name}});
    run.segue().wait_for_output("phase: postponed");
    run.segue().signal(SIGKILL);
    EXPECT_EQ(run.segue().wait(), 128 + SIGKILL);
    const auto arguments =
        command_arguments("cleanup", run.server(), run.table(), {"--execute", name});
    segue_process process(segue_build::released, arguments, segue_variables(run.server()));
    EXPECT_EQ(process.wait(3 * patience), 0) << process.err();
    EXPECT_EQ(run.everything(), "t:0");
}

TEST_F(a_clean_up, drops_nothing_of_a_run_that_is_at_work) {
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_THAT(clean_up(1), HasSubstr("another run (segue@"));
    run.let_cut_over();
    run.expect_swapped();
}

// A second command, held between two statements, while the first one comes to its end.
class a_second_command : public a_clean_up, public testing::WithParamInterface<const char*> {
  protected:
    std::unique_ptr<segue_process> start_clean_up(const fault_points& faults) const {
        return std::make_unique<segue_process>(
            segue_build::faulty,
            command_arguments("cleanup", run.server(), run.table(), {"--execute"}),
            segue_variables(run.server(), faults.variables()));
    }
};

class a_second_command_beside_a_run_that_ends : public a_second_command {
  protected:
    void SetUp() override {
        a_second_command::SetUp();
        run.start(alter, {.postponed = true, .more = {"--ok-to-drop-table"}});
        run.segue().wait_for_output("State: postponing cut-over");
        held.pause(GetParam());
    }
    void let_the_first_end() {
        held.wait_reached(GetParam());
        run.let_cut_over();
        run.expect_swapped();
        held.go(GetParam());
    }
    fault_points held;
};

TEST_P(a_second_command_beside_a_run_that_ends, cleans_up_what_there_is) {
    const auto second = start_clean_up(held);
    let_the_first_end();
    EXPECT_EQ(second->wait(3 * patience), 0) << second->err();
    EXPECT_THAT(second->out(), HasSubstr("Nothing is left of a run"));
    EXPECT_EQ(run.everything(), "t:3");
}

TEST_P(a_second_command_beside_a_run_that_ends, sees_the_table_as_it_is_then) {
    const auto second = run.start_another(alter, {.build = segue_build::faulty, .faults = &held});
    let_the_first_end();
    EXPECT_EQ(second->wait(3 * patience), 1);
    EXPECT_THAT(second->err(), HasSubstr("Duplicate column name 'b'"));
    EXPECT_EQ(run.everything(), "t:3");
}

INSTANTIATE_TEST_SUITE_P(held_at, a_second_command_beside_a_run_that_ends,
                         testing::Values("earlier_run.changelog_seen",
                                         "earlier_run.before_writing"));

class a_second_command_beside_a_drop : public a_second_command {
  protected:
    void SetUp() override {
        a_second_command::SetUp();
        die_while_postponed();
        held.pause(GetParam());
    }
    void drop_all() {
        held.wait_reached(GetParam());
        run.session().execute("DROP TABLE _t_gho, _t_ghc, _t_ghk");
        held.go(GetParam());
    }
    fault_points held;
};

TEST_P(a_second_command_beside_a_drop, finds_nothing_left) {
    const auto second = start_clean_up(held);
    drop_all();
    EXPECT_EQ(second->wait(3 * patience), 0) << second->err();
    EXPECT_THAT(second->out(), HasSubstr("Nothing is left of a run"));
    EXPECT_EQ(run.everything(), "t:3");
}

TEST_P(a_second_command_beside_a_drop, begins_anew) {
    run.start(alter, {.build = segue_build::faulty, .faults = &held});
    drop_all();
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:3 t:3");
}

INSTANTIATE_TEST_SUITE_P(held_at, a_second_command_beside_a_drop,
                         testing::Values("saved_state.table_seen", "earlier_state.whole"));

TEST_F(a_clean_up, drops_nothing_beside_a_run_that_is_still_cleaning_up) {
    fault_points faults;
    faults.pause("migration.before_drop", {.first = 2});
    run.start(alter, {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("migration.before_drop");
    EXPECT_THAT(clean_up(1, {"--execute", "--ok-to-drop-table"}),
                AllOf(HasSubstr("another run of Segue is at work on"), HasSubstr("and is alive"),
                      Not(HasSubstr("tables of other names"))));
    EXPECT_THAT(run.everything(), HasSubstr("_t_del:3 _t_ghk:"));
    faults.go("migration.before_drop");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:3 t:3");
}

TEST_F(a_clean_up, keeps_the_old_table_of_a_run_that_has_cleaned_up_and_says_why) {
    run.start(alter);
    run.expect_swapped();
    EXPECT_THAT(clean_up(0), Not(HasSubstr("--ok-to-drop-table")));
    EXPECT_THAT(clean_up(0, {"--execute", "--ok-to-drop-table"}),
                AllOf(HasSubstr("--ok-to-drop-table drops it only while the state of the run"),
                      HasSubstr("DROP TABLE `" + run.schema() + "`.`_t_del`;")));
    EXPECT_EQ(only_line(clean_up(0, {"--json", "--ok-to-drop-table"}))["kept_though_asked"], true);
    EXPECT_EQ(run.everything(), "_t_del:3 t:3");
}

TEST_F(a_clean_up, says_that_the_place_in_the_log_is_purged) {
    die_while_postponed();
    run.session().execute("INSERT INTO t (a) VALUES (7)");
    run.session().execute("FLUSH BINARY LOGS");
    const auto logs = run.session().query("SHOW BINARY LOGS");
    run.session().execute("PURGE BINARY LOGS TO '" + logs.back().at(0).value() + "'");
    EXPECT_THAT(clean_up(0, only_look),
                AllOf(HasSubstr("Nobody can go on with it: the binary log does not hold all"),
                      Not(HasSubstr("The same command goes on"))));
    EXPECT_EQ(only_line(clean_up(0, {"--json"}))["state"], "stopped");
}

TEST_F(a_clean_up, says_what_it_gave_up) {
    die_while_postponed();
    EXPECT_THAT(clean_up(0), HasSubstr("with 3 rows copied. It was given up."));
    EXPECT_EQ(run.everything(), "t:3");
}

TEST_F(a_clean_up, says_where_there_is_no_such_table) {
    run.session().execute("RENAME TABLE t TO elsewhere");
    EXPECT_THAT(clean_up(1, only_look), HasSubstr("nor anything that a run of it leaves"));
    run.session().execute("CREATE TABLE _t_del (id INT PRIMARY KEY)");
    EXPECT_THAT(clean_up(0, only_look), HasSubstr("The old table of an earlier migration is kept"));
}

// The server hides tables on which the account has no privilege.
TEST_F(a_clean_up, says_that_an_account_cannot_see_what_is_there) {
    die_while_postponed();
    const std::string account = "'of_one_table'@'%'";
    auto root = run.server().root();
    root.execute("DROP USER IF EXISTS " + account);
    root.execute("CREATE USER " + account + " IDENTIFIED BY 'of one table'");
    root.execute("GRANT SELECT, UPDATE, DROP ON " + run.table().quoted() + " TO " + account);
    const std::vector<std::string> as{"--user=of_one_table", "--password=of one table"};
    EXPECT_THAT(clean_up(1, as),
                AllOf(HasSubstr("cannot be seen, or not be cleaned up: the account lacks SELECT, "
                                "UPDATE on that schema"),
                      HasSubstr("GRANT SELECT, UPDATE ON `"), Not(HasSubstr("Nothing is left"))));
    root.execute("GRANT SELECT, UPDATE ON " + quoted_name(run.schema()) + ".* TO " + account);
    EXPECT_THAT(clean_up(0, as), HasSubstr("The same command goes on from there"));
    auto told = as;
    told.emplace_back("--execute");
    EXPECT_THAT(clean_up(1, told), HasSubstr("lacks DROP on that schema"));
    root.execute("DROP USER " + account);
}

TEST(a_clean_up_without_gtids, says_where_it_cannot_see_the_binary_log) {
    quiet_run run(shared_server({"--gtid-mode=OFF"}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1)");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    run.wait_for_resume_point();
    run.segue().signal(SIGKILL);
    EXPECT_EQ(run.segue().wait(), 128 + SIGKILL);
    const std::string account = "'without_log'@'%'";
    auto root = run.server().root();
    root.execute("CREATE USER " + account + " IDENTIFIED BY 'without log'");
    root.execute("GRANT SELECT, UPDATE ON " + quoted_name(run.schema()) + ".* TO " + account);
    const auto arguments = command_arguments("cleanup", run.server(), run.table(),
                                             {"--user=without_log", "--password=without log"});
    segue_process process(segue_build::released, arguments, segue_variables(run.server()));
    EXPECT_EQ(process.wait(3 * patience), 0) << process.err();
    EXPECT_THAT(process.out(),
                HasSubstr("The same command goes on from there, if the binary log still has its "
                          "place, which this account cannot see ("));
    root.execute("DROP USER " + account);
}

TEST_F(a_clean_up, drops_what_is_not_known_only_when_told_twice) {
    run.session().execute("CREATE TABLE _t_gho LIKE t");
    EXPECT_THAT(clean_up(0), HasSubstr("whose they are is not known"));
    EXPECT_EQ(run.everything(), "_t_gho:0 t:3");
    clean_up(0, {"--execute", "--initially-drop-ghost-table"});
    EXPECT_EQ(run.everything(), "t:3");
}

}  // namespace
}  // namespace segue::test
