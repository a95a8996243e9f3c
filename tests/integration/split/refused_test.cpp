// What `segue split` refuses, finds, and ends for.
#include "tests/integration/split/split_run.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

class split_refused : public testing::Test {
  protected:
    void SetUp() override { run.fill_t(300); }
    void expect_refused(const std::vector<std::string>& flags, const std::string& because) {
        const auto told = run.rehearse_split(1, flags);
        EXPECT_NE(told.find(because), std::string::npos) << told;
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                            "TABLE_SCHEMA=DATABASE() AND TABLE_NAME LIKE '\\_%'"),
                  "0");
    }
    void make(const std::string& what) { run.session().execute(what); }
    split_run run{shared_server({"--secure-file-priv="})};
};

TEST_F(split_refused, a_rehearsal_shows_rows_and_changes_nothing) {
    const auto told = run.rehearse_split(0, run.numbered());
    EXPECT_NE(told.find("'1', '1', 's1', 'c1', '0', '7'"), std::string::npos) << told;
    EXPECT_NE(told.find("of the first 300 by the key 200 match"), std::string::npos) << told;
    EXPECT_EQ(run.tables(), "t");
}

TEST_F(split_refused, what_is_not_there_or_holds_rows) {
    expect_refused({"--columns=id"}, "there is no table");
    make("CREATE TABLE a (id INT PRIMARY KEY, street VARCHAR(40), own INT NOT NULL)");
    expect_refused({"--columns=id, street"}, "`own` of");
    make("ALTER TABLE a MODIFY own INT");
    expect_refused({"--columns=id, strete=street"}, "has no column `strete`");
    expect_refused({"--columns=id, street=strete"}, "has no column `strete`");
    expect_refused({"--columns=street"}, "the column `id` of");
    expect_refused({"--columns=id=code"}, "no key names the rows in both tables");
    expect_refused({"--columns=id, street", "--where=RAND() < 0.5"}, "--where");
    expect_refused({"--columns=id, street", "--resume"}, "there is no split into");
    make("INSERT INTO a (id) VALUES (1)");
    expect_refused({"--columns=id, street"}, "holds rows");
}

TEST_F(split_refused, keys_that_do_not_keep_one_row_for_each) {
    make("CREATE TABLE a (id INT NOT NULL, street VARCHAR(40), KEY (id))");
    expect_refused({"--columns=id, street"}, "no key names the rows in both tables");
    make("ALTER TABLE a DROP KEY id, ADD UNIQUE KEY (id, street)");
    expect_refused({"--columns=id, street"}, "no key names the rows in both tables");
}

TEST_F(split_refused, numbers_that_could_not_be_kept) {
    make(
        "CREATE TABLE a (number INT AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL UNIQUE, code INT "
        "UNIQUE)");
    expect_refused({"--columns=id, code"}, "could not keep when its row changes");
    make("ALTER TABLE a DROP KEY code, ADD UNIQUE KEY (code, number)");
    expect_refused({"--columns=id, code"}, "has `code`, which --columns writes");
    make("ALTER TABLE a DROP KEY code, ADD other INT NOT NULL DEFAULT 1, ADD UNIQUE KEY (other)");
    expect_refused({"--columns=id, code"}, "has no AUTO_INCREMENT column");
}

TEST_F(split_refused, foreign_keys_and_triggers) {
    make("CREATE TABLE a (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES t (id))");
    expect_refused({"--columns=id"}, "has a foreign key");
    make("DROP TABLE a");
    make("CREATE TABLE a (id INT PRIMARY KEY)");
    make("CREATE TABLE child (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES a (id))");
    expect_refused({"--columns=id"}, "refers to");
    make("DROP TABLE child");
    make("CREATE TRIGGER mine BEFORE INSERT ON a FOR EACH ROW SET @x=1");
    expect_refused({"--columns=id"}, "has a trigger");
    make("DROP TABLE a");
    expect_refused(
        {"--columns=id", "--create=CREATE TABLE a (id INT PRIMARY KEY REFERENCES t (id))"},
        "it has a foreign key");
    expect_refused({"--columns=id", "--create=CREATE TABLE a AS SELECT 1"}, "--create");
    expect_refused({"--columns=id", "--create=CREATE TABLE b (id INT PRIMARY KEY)"},
                   "it names the table b");
}

// The stream of a run that follows does not have it.
TEST_F(split_refused, a_foreign_row_is_found_by_the_verification) {
    fault_points faults;
    faults.pause("split.state_complete");
    const auto process = run.start_split(run.numbered({"--finish-when-copied"}), &faults);
    faults.wait_reached("split.state_complete");
    make("INSERT INTO a (user_id, street, n) VALUES (3, 'not ours', 0)");
    faults.go("split.state_complete");
    EXPECT_EQ(process->wait(3 * patience), 1) << process->out();
    EXPECT_NE(process->err().find("is not what"), std::string::npos) << process->err();
    EXPECT_NE(process->err().find("row id=3: in"), std::string::npos) << process->err();
}

TEST(long_split_on_an_old_version, a_cascade_that_is_not_logged_is_refused) {
    split_run run(shared_server({}, "8.0"));
    run.session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
    run.session().execute("ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES p (id) ON DELETE CASCADE");
    const auto told = run.rehearse_split(1, run.numbered());
    EXPECT_NE(told.find("has a cascading action, whose changes of rows stand in no binary log"),
              std::string::npos)
        << told;
}

// Since 9.6 they are.
TEST_F(split_refused, a_cascade_is_followed_where_it_is_logged) {
    make("CREATE TABLE p (id INT PRIMARY KEY)");
    make("INSERT INTO p VALUES (0),(1)");
    make("UPDATE t SET n=1 WHERE id%2=0");
    make("ALTER TABLE t ADD FOREIGN KEY (n) REFERENCES p (id) ON DELETE CASCADE");
    const auto process = run.start_split(run.numbered());
    split_run::wait_until_in_step(*process);
    make("DELETE FROM p WHERE id=1");
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->err();
    run.expect_equal();
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM a"), "100");
}

// Between the comparison and the end nothing else looks at the rows.
TEST_F(split_refused, a_foreign_write_behind_the_comparison_is_found_by_the_stream) {
    fault_points faults;
    faults.pause("split.verified");
    const auto process = run.start_split(run.numbered({"--finish-when-copied"}), &faults);
    faults.wait_reached("split.verified");
    make("UPDATE a SET town='not ours' WHERE user_id=1");
    faults.go("split.verified");
    EXPECT_EQ(process->wait(3 * patience), 1) << process->out();
    EXPECT_NE(process->err().find("has written into the target"), std::string::npos)
        << process->err();
}

// The comparison looks at rows as the target has them, once they were written anew.
TEST_F(split_refused, a_trigger_of_the_target_that_no_log_tells) {
    const auto process = run.start_split(run.numbered());
    split_run::wait_until_in_step(*process);
    auto root = run.server().root();
    root.execute("SET SESSION sql_log_bin=0");
    root.execute("USE " + run.schema());
    root.execute("CREATE TRIGGER tt BEFORE INSERT ON a FOR EACH ROW SET NEW.town='TRIG'");
    make("INSERT INTO t (name,street,city) VALUES ('n','s','c')");
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 1) << process->out();
    EXPECT_NE(process->err().find("trigger"), std::string::npos) << process->err();
}

TEST_F(split_refused, a_command_to_finish_another_table_s) {
    const auto process = run.start_split(run.numbered());
    split_run::wait_until_in_step(*process);
    const auto wrong = run.refused_on_socket("finish=other");
    EXPECT_NE(wrong.find("names the table other"), std::string::npos) << wrong;
    const sandbox_server& on = run.server();
    segue_process status(segue_build::released,
                         {"status", "--host=" + on.host(), "--port=" + std::to_string(on.port()),
                          "--user=" + on.user(), "--database=" + run.schema(), "--table=t"},
                         segue_variables(on));
    EXPECT_EQ(status.wait(), 0) << status.err();
    EXPECT_NE(
        status.out().find("split of `" + run.schema() + "`.`t` into `" + run.schema() + "`.`a`"),
        std::string::npos)
        << status.out();
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->err();
    EXPECT_NE(process->err().find("the split has ended, at "), std::string::npos);
}

class long_split_refused : public split_refused {};

// The server gives out the last number again, and again: no row may be written over another one.
TEST_F(long_split_refused, numbers_that_run_out_end_it) {
    make(
        "CREATE TABLE a (number TINYINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL "
        "UNIQUE, street VARCHAR(40))");
    const auto process = run.start_split(
        {"--columns=id, street", "--where=street IS NOT NULL AND id<>11", "--default-retries=2"});
    split_run::wait_until_in_step(*process);
    const auto before = run.session().query("SELECT id, number, street FROM a ORDER BY id");
    EXPECT_EQ(before.size(), 199U);
    for (int id = 3; id <= 300 && process->running(); id += 3)
        make(fmt::format("UPDATE t SET street='comes' WHERE id={}", id));
    EXPECT_EQ(process->wait(3 * patience), 1) << process->out();
    const auto after =
        run.session().query("SELECT id, number, street FROM a WHERE street<>'comes' ORDER BY id");
    EXPECT_TRUE(before == after) << process->err();
}

TEST_F(long_split_refused, a_foreign_write_ends_it_and_is_not_gone_on_with) {
    const auto process = run.start_split(run.numbered());
    split_run::wait_until_in_step(*process);
    make("UPDATE a SET town='not ours' WHERE user_id=1");
    EXPECT_EQ(process->wait(3 * patience), 1) << process->err();
    EXPECT_NE(process->err().find("has written into the target"), std::string::npos)
        << process->err();
    const auto told = run.split(1, run.numbered());
    EXPECT_NE(told.find("cannot be gone on with"), std::string::npos) << told;
    EXPECT_NE(run.split(1, run.numbered({"--no-resume"})).find("holds rows"), std::string::npos);
    make("TRUNCATE TABLE a");
    run.split(0, run.numbered({"--no-resume", "--finish-when-copied"}));
    run.expect_equal();
}

TEST_F(long_split_refused, a_start_that_fails_leaves_no_state) {
    fault_points faults;
    faults.fail("split.target_made");
    const auto process = run.start_split(run.numbered(), &faults);
    EXPECT_EQ(process->wait(3 * patience), 1) << process->out();
    EXPECT_EQ(run.tables(), "a,t");
    run.split(0, run.numbered({"--finish-when-copied"}));
    run.expect_equal();
}

TEST_F(long_split_refused, definitions_that_change_end_it) {
    for (const char* const change :
         {"TRUNCATE TABLE t", "RENAME TABLE t TO u", "ALTER TABLE t ADD later INT",
          "TRUNCATE TABLE a", "RENAME TABLE a TO b", "ALTER TABLE a ADD later INT"}) {
        const auto process = run.start_split(run.numbered());
        split_run::wait_until_in_step(*process);
        make(change);
        EXPECT_EQ(process->wait(3 * patience), 1) << change;
        EXPECT_NE(process->err().find(change), std::string::npos) << change << process->err();
        make("DROP TABLE IF EXISTS a, b, u, _a_spc, _a_spk, t");
        make(
            "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) NOT NULL, street "
            "VARCHAR(40), city VARCHAR(40), code INT, n INT NOT NULL DEFAULT 0, UNIQUE KEY "
            "(code))");
        run.fill_t(300);
    }
}

TEST_F(long_split_refused, nothing_else_begins_on_either_table) {
    const auto process = run.start_split(run.numbered());
    split_run::wait_until_in_step(*process);
    for (const std::string table : {"t", "a"}) {
        segue_process other(
            segue_build::released,
            segue_arguments(run.server(), {run.schema(), table}, "ADD COLUMN later INT"),
            segue_variables(run.server()));
        EXPECT_EQ(other.wait(3 * patience), 1);
        EXPECT_NE(other.err().find("a split is at work on"), std::string::npos) << other.err();
    }
    const auto again = run.split(1, run.numbered());
    EXPECT_NE(again.find("a split is at work on"), std::string::npos) << again;
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->err();
}

}  // namespace
}  // namespace segue::test
