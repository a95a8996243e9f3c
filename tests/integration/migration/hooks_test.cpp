// Hooks of a running migration: when they run, what they are told, and what follows from them.
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/control/client.hpp"
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/temporary_folder.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view alter = "ADD COLUMN b INT";

// Scripts in a folder, which write down that they ran, and their environment.
class hook_scripts {
  public:
    hook_scripts() { fs::create_directory(path()); }
    hook_scripts(const hook_scripts&) = delete;
    hook_scripts& operator=(const hook_scripts&) = delete;

    fs::path path() const { return folder_.path() / "hooks"; }
    fs::path file(const std::string& name) const { return folder_.path() / name; }
    std::string flag() const { return "--hooks-path=" + path().string(); }

    /// `then` is a shell's, with $IN for the folder of file().
    void add(const std::string& name, const std::string& then = "",
             const std::string& prefix = "gh-ost") const {
        const fs::path script = path() / (prefix + "-on-" + name);
        std::ofstream(script) << fmt::format(
            "#!/bin/sh\nIN={0}\nenv > $IN/new.{1} && mv $IN/new.{1} $IN/env.{1}\necho {1} >> "
            "$IN/order\n{2}\n",
            folder_.path().string(), name, then);
        fs::permissions(script, fs::perms::owner_all);
    }
    /// The names of those that ran, but the status hook's.
    std::vector<std::string> order() const {
        std::vector<std::string> names;
        std::ifstream in(folder_.path() / "order");
        for (std::string line; std::getline(in, line);)
            if (line != "status") names.push_back(line);
        return names;
    }
    bool ran(const std::string& name) const {
        std::ifstream in(folder_.path() / "order");
        for (std::string line; std::getline(in, line);)
            if (line == name) return true;
        return false;
    }
    std::string environment_of(const std::string& name) const {
        std::ifstream in(file("env." + name));
        std::stringstream all;
        all << in.rdbuf();
        return all.str();
    }
    /// Of the one with gh-ost's prefix; Segue's has the same value.
    std::string told(const std::string& name, const std::string& variable) const {
        std::map<std::string, std::string> found;
        std::ifstream in(file("env." + name));
        for (std::string line; std::getline(in, line);)
            found[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
        EXPECT_TRUE(found.contains("GH_OST_" + variable)) << variable;
        EXPECT_EQ(found["GH_OST_" + variable], found["SEGUE_" + variable]) << variable;
        return found["GH_OST_" + variable];
    }

  private:
    const temporary_folder folder_;
};

class a_migration_with_hooks : public testing::Test {
  protected:
    a_migration_with_hooks() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        run.session().execute("INSERT INTO t (a) VALUES (1), (2), (3)");
    }

    void start(std::vector<std::string> more = {}, bool postponed = false,
               environment variables = {}) {
        more.insert(more.end(), {hooks.flag(), "--serve-socket-file", socket()});
        run.start(std::string(alter),
                  {.postponed = postponed, .more = more, .variables = std::move(variables)});
    }
    std::string socket() const { return hooks.file("s.sock"); }
    std::string ask(const std::string& command) const {
        return control::ask({.unix_path = socket()}, command, 60s);
    }
    void wait_for_hook(const std::string& name) {
        run.wait_until("the hook " + name + " runs", [&] { return hooks.ran(name); });
    }

    hook_scripts hooks;
    quiet_run run{shared_server()};
};

TEST_F(a_migration_with_hooks, tells_success_of_an_instant_alter_whatever_comes_after_it) {
    for (const std::string name : {"startup", "validated", "success", "failure"}) hooks.add(name);
    hooks.add("success", "exit 1", "segue");
    fault_points faults;
    faults.pause("migration.instant_tried");
    run.start(std::string(alter), {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .more = {hooks.flag(), "--attempt-instant-ddl"}});
    faults.wait_reached("migration.instant_tried");
    for (const auto& one : run.session().query("SELECT id FROM information_schema.processlist "
                                               "WHERE db=DATABASE() AND id<>CONNECTION_ID()"))
        try {
            run.session().execute("KILL " + one[0].value());
        } catch (const error& gone) {
            if (gone.mysql_errno() != er::no_such_thread) throw;
        }
    faults.go("migration.instant_tried");
    run.expect_swapped();
    EXPECT_THAT(hooks.order(), ElementsAre("startup", "success", "success"));
    EXPECT_EQ(hooks.told("success", "INSTANT_DDL"), "true");
    EXPECT_THAT(run.segue().err(), HasSubstr("the table is altered, but the hook"));
    EXPECT_EQ(run.session().query("SHOW COLUMNS FROM t LIKE 'b'").size(), 1U);
}

// The harness gives the password in MYSQL_PWD, which every hook would inherit.
TEST_F(a_migration_with_hooks, runs_them_in_gh_osts_order_and_tells_them_what_gh_ost_does) {
    for (const std::string name :
         {"startup", "validated", "rowcount-complete", "before-row-copy", "row-copy-complete",
          "before-cut-over", "begin-postponed", "success", "failure", "status",
          "interactive-command", "stop-replication"})
        hooks.add(name, "echo said by " + name + "; echo and more >&2");
    hooks.add("success-2", "", "segue");
    const std::string password = run.server().password();
    ASSERT_GE(password.size(), 6U);
    start({"--exact-rowcount", "--hooks-hint=a 'hint'", "--hooks-hint-owner=me",
           "--hooks-hint-token=xyz", "--hooks-status-interval=1"},
          /*postponed=*/true,
          {{"DB_PASSWORD", password},
           {"DB_URL", "mysql://me:" + password + "@db/"},
           {"KEPT", "as it is"},
           {"GH_OST_TABLE_NAME", "another run's"}});
    wait_for_hook("begin-postponed");
    wait_for_hook("status");
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_THAT(ask("chunk-size=500"), HasSubstr("chunk-size: 500"));
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_THAT(hooks.order(),
                ElementsAre("startup", "validated", "rowcount-complete", "before-row-copy",
                            "row-copy-complete", "before-cut-over", "begin-postponed",
                            "interactive-command", "success", "success-2"));
    EXPECT_THAT(run.segue().err(), HasSubstr("\nsaid by validated\nand more\n"));
    EXPECT_THAT(run.segue().out(), Not(HasSubstr("said by")));

    const auto at_end = [&](const char* name) { return hooks.told("success-2", name); };
    EXPECT_EQ(at_end("DATABASE_NAME"), run.schema());
    EXPECT_EQ(at_end("TABLE_NAME"), "t");
    EXPECT_EQ(at_end("GHOST_TABLE_NAME"), "_t_gho");
    EXPECT_EQ(at_end("OLD_TABLE_NAME"), "_t_del");
    EXPECT_EQ(at_end("DDL"), alter);
    EXPECT_EQ(at_end("COPIED_ROWS"), "3");
    EXPECT_EQ(at_end("ESTIMATED_ROWS"), "3");
    EXPECT_EQ(at_end("PROGRESS"), "100.000000");
    EXPECT_EQ(at_end("ETA_SECONDS"), "0");
    EXPECT_GT(std::stod(at_end("ELAPSED_SECONDS")), std::stod(at_end("ELAPSED_COPY_SECONDS")));
    const auto host = run.session().query_value("SELECT @@hostname").value();
    for (const char* const name : {"MIGRATED_HOST", "INSPECTED_HOST"})
        EXPECT_EQ(at_end(name), host) << name;
    EXPECT_FALSE(at_end("EXECUTING_HOST").empty());
    for (const char* const name : {"INSPECTED_LAG", "HEARTBEAT_LAG"})
        EXPECT_GE(std::stod(at_end(name)), 0.0) << name;
    EXPECT_EQ(at_end("HOOKS_HINT"), "a 'hint'");
    EXPECT_EQ(at_end("HOOKS_HINT_OWNER"), "me");
    EXPECT_EQ(at_end("HOOKS_HINT_TOKEN"), "xyz");
    EXPECT_EQ(at_end("DRY_RUN"), "false");
    EXPECT_EQ(at_end("REVERT"), "false");
    EXPECT_EQ(at_end("INSTANT_DDL"), "false");
    EXPECT_EQ(hooks.told("interactive-command", "COMMAND"), "chunk-size");
    EXPECT_THAT(hooks.told("status", "STATUS"), HasSubstr("; Applied: 0; Backlog: 0/"));
    EXPECT_EQ(hooks.told("startup", "TABLE_NAME"), "t");
    EXPECT_EQ(hooks.told("startup", "GHOST_TABLE_NAME"), "_t_gho");
    EXPECT_EQ(hooks.told("startup", "ETA_SECONDS"), "") << "unknown";
    for (const auto& name : hooks.order()) {
        const auto all = hooks.environment_of(name);
        EXPECT_THAT(all, HasSubstr("KEPT=as it is\n")) << name;
        EXPECT_EQ(all.find(password), std::string::npos) << name << "\n" << all;
    }
}

TEST_F(a_migration_with_hooks, tells_them_what_an_earlier_run_has_copied) {
    hooks.add("validated");
    hooks.add("failure");
    start({}, /*postponed=*/true);
    run.segue().wait_for_output("phase: postponed");
    run.wait_for_resume_point();
    run.segue().signal(SIGKILL);
    EXPECT_EQ(run.segue().wait(), 128 + SIGKILL);
    EXPECT_EQ(hooks.told("validated", "PROGRESS"), "0.000000");
    start();
    run.expect_swapped();
    EXPECT_EQ(hooks.told("validated", "COPIED_ROWS"), "3");
    EXPECT_EQ(hooks.told("validated", "PROGRESS"), "100.000000");
}

TEST_F(a_migration_with_hooks, tells_them_the_server_where_the_data_is_refused) {
    hooks.add("failure");
    run.session().execute("UPDATE t SET a=NULL WHERE id=2");
    const auto report = hooks.file("report.json");
    run.start("MODIFY a INT NOT NULL", {.more = {hooks.flag(), "--report=" + report.string()}});
    run.expect_failed({"the new table refuses the row id=2"});
    EXPECT_NE(hooks.told("failure", "MIGRATED_HOST"), "");
    EXPECT_NE(hooks.told("failure", "INSPECTED_HOST"), "");
    std::ifstream in(report);
    std::stringstream text;
    text << in.rdbuf();
    EXPECT_THAT(text.str(), HasSubstr("\"host\": \"" + hooks.told("failure", "MIGRATED_HOST")));
    EXPECT_EQ(run.everything(), "t:3");
}

TEST(a_migration, ends_where_a_hook_fails_before_the_swap) {
    for (const std::string step : {"startup", "validated", "rowcount-complete", "before-row-copy",
                                   "row-copy-complete", "before-cut-over", "begin-postponed"}) {
        SCOPED_TRACE(step);
        const hook_scripts scripts;
        scripts.add(step, "echo because; exit 7");
        scripts.add(step + "-later");
        scripts.add("failure");
        scripts.add("success");
        // Behind an earlier one it would wait to see whether that is at work.
        quiet_run run(shared_server());
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.start(std::string(alter),
                  {.postponed = true, .more = {scripts.flag(), "--exact-rowcount"}});
        run.expect_failed({"because", "the hook ", step + " failed with exit code 7",
                           "The original table is untouched."});
        EXPECT_THAT(scripts.order(), ElementsAre(step, "failure"));
        EXPECT_EQ(run.session().query("SHOW TABLES LIKE '\\_t\\_del'").size(), 0U);
    }
}

TEST_F(a_migration_with_hooks, is_done_though_its_success_hook_fails) {
    hooks.add("success", "exit 7");
    hooks.add("failure");
    start();
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("the tables are swapped, but the hook "));
    EXPECT_THAT(run.segue().out(), HasSubstr("# Done"));
    EXPECT_THAT(hooks.order(), ElementsAre("success"));
    run.expect_as_native_alter(std::string(alter));
}

TEST_F(a_migration_with_hooks, is_refused_before_anything_is_done_where_they_cannot_run) {
    std::ofstream(hooks.path() / "gh-ost-on-validated") << "#!/bin/sh\n";
    hooks.add("startup");
    hooks.add("failure");
    start();
    ASSERT_EQ(run.segue().wait(), 1);
    EXPECT_THAT(run.segue().err(), HasSubstr("gh-ost-on-validated cannot be executed"));
    EXPECT_THAT(hooks.order(), ElementsAre());
    EXPECT_EQ(run.everything(), "t:3");
    fs::remove_all(hooks.path());
    start();
    ASSERT_EQ(run.segue().wait(), 1);
    EXPECT_THAT(run.segue().err(), HasSubstr("the folder of --hooks-path cannot be read"));
}

TEST_F(a_migration_with_hooks, runs_those_of_a_rehearsal_that_gh_ost_runs_there) {
    for (const std::string name :
         {"startup", "validated", "rowcount-complete", "before-row-copy", "row-copy-complete",
          "before-cut-over", "begin-postponed", "success", "failure", "status"})
        hooks.add(name);
    start({"--execute=false", "--exact-rowcount"});
    run.expect_swapped();
    EXPECT_THAT(hooks.order(), ElementsAre("startup", "validated", "before-row-copy",
                                           "row-copy-complete", "before-cut-over", "success"));
    for (const auto& name : hooks.order()) EXPECT_EQ(hooks.told(name, "DRY_RUN"), "true") << name;
    EXPECT_NE(hooks.told("validated", "MIGRATED_HOST"), "");
    EXPECT_EQ(run.everything(), "t:3");

    hooks.add("before-cut-over", "exit 1");
    start({"--execute=false"});
    ASSERT_EQ(run.segue().wait(), 1);
    EXPECT_THAT(run.segue().err(), HasSubstr("before-cut-over failed with exit code 1"));
    EXPECT_EQ(hooks.told("failure", "DRY_RUN"), "true");
}

TEST_F(a_migration_with_hooks, ends_one_that_takes_too_long_and_itself) {
    hooks.add("validated", "sleep 600");
    hooks.add("failure");
    start({"--hooks-timeout-seconds=1"});
    run.expect_failed({"it took longer than the 1 s of --hooks-timeout-seconds"});
    EXPECT_THAT(hooks.order(), ElementsAre("validated", "failure"));
}

TEST_F(a_migration_with_hooks, ends_one_that_waits_when_it_is_stopped) {
    hooks.add("before-cut-over", "echo $$ > $IN/number; while :; do sleep 0.1; done");
    hooks.add("failure");
    start();
    wait_for_hook("before-cut-over");
    run.segue().wait_for_output("State: waiting for the before-cut-over hook");
    run.segue().signal(SIGTERM);
    run.expect_failed({"stopped by a signal", "The original table is untouched."});
    EXPECT_THAT(hooks.order(), ElementsAre("before-cut-over", "failure"));
    pid_t number = 0;
    std::ifstream(hooks.file("number")) >> number;
    ASSERT_GT(number, 0);
    EXPECT_NE(::kill(number, 0), 0) << "it is at work still";
}

TEST_F(a_migration_with_hooks, leaves_none_behind_when_it_is_ended_at_once) {
    hooks.add("before-cut-over", "trap '' TERM; echo $$ > $IN/number; while :; do sleep 0.1; done");
    start();
    run.wait_until("the hook is at work", [&] { return fs::exists(hooks.file("number")); });
    run.segue().signal(SIGTERM);
    run.segue().wait_for_output("stopping in order");
    run.segue().signal(SIGTERM);
    EXPECT_EQ(run.segue().wait(), 1);
    pid_t number = 0;
    std::ifstream(hooks.file("number")) >> number;
    ASSERT_GT(number, 0);
    eventually("it is gone", [&] { return ::kill(number, 0) != 0; });
}

TEST_F(a_migration_with_hooks, asks_them_before_each_command) {
    hooks.add("interactive-command",
              "case $GH_OST_COMMAND in\n"
              "  sup) echo not now; exit 1;;\n"
              "  status) touch $IN/waits; while [ ! -e $IN/go ]; do sleep 0.05; done;;\n"
              "esac");
    start({}, /*postponed=*/true);
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_THAT(ask("sup"), HasSubstr("the command is refused: the hook "));
    run.segue().wait_for_output("not now");
    EXPECT_THAT(ask("json sup"), AllOf(HasSubstr(R"("ok":false)"), HasSubstr("is refused")));
    auto waits = std::async(std::launch::async, [&] { return ask("status"); });
    run.wait_until("a hook waits", [&] { return fs::exists(hooks.file("waits")); });
    EXPECT_EQ(ask("chunk-size=?"), "adaptive\n") << "the others are not held up";
    std::ofstream(hooks.file("go")).flush();
    EXPECT_THAT(waits.get(), HasSubstr("# Migrating"));
    EXPECT_THAT(ask("cut-over"), HasSubstr("Unpostponed"));
    run.expect_swapped();
}

TEST_F(a_migration_with_hooks, says_that_it_has_swapped_while_the_last_one_runs) {
    hooks.add("success", "while [ ! -e $IN/go ]; do sleep 0.1; done");
    start();
    wait_for_hook("success");
    EXPECT_THAT(ask("status"), HasSubstr("State: swapped, cleaning up; ETA: due"));
    EXPECT_THAT(ask("status-json"),
                AllOf(HasSubstr(R"("would_throttle":"")"), HasSubstr(R"("lag_seconds":0.0)")));
    std::ofstream(hooks.file("go")).flush();
    run.expect_swapped();
}

TEST_F(a_migration_with_hooks, that_one_refuses_behind_the_start_need_no_other_command) {
    hooks.add("validated", "exit 1");
    start();
    run.expect_failed({"validated failed", "The same command goes on from there"});
    fs::remove(hooks.path() / "gh-ost-on-validated");
    start();
    run.expect_swapped();
}

TEST_F(a_migration_with_hooks, goes_on_when_those_of_status_and_of_a_retry_fail) {
    hooks.add("status", "exit 1");
    hooks.add("batch-copy-retry", "exit 1");
    const fs::path throttle = hooks.file("throttle");
    std::ofstream(throttle).flush();
    start({"--throttle-flag-file=" + throttle.string(), "--hooks-status-interval=1"});
    run.segue().wait_for_output("State: throttled");
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.execute("INSERT INTO _t_gho (id) VALUES (1)");
    fs::remove(throttle);
    run.segue().wait_for_output("batch-copy-retry failed with exit code 1; the run goes on");
    run.segue().wait_for_output("status failed with exit code 1; the run goes on");
    holder.execute("ROLLBACK");
    run.expect_swapped();
    EXPECT_THAT(hooks.told("batch-copy-retry", "LAST_BATCH_COPY_ERROR"),
                HasSubstr("Lock wait timeout exceeded"));
    run.expect_as_native_alter(std::string(alter));
}

TEST(a_migration_under_writers, waits_for_an_approval_in_step_and_with_nothing_locked) {
    const hook_scripts hooks;
    hooks.add("before-row-copy", "while [ ! -e $IN/go ]; do sleep 0.05; done");
    hooks.add("before-cut-over", "while [ ! -e $IN/approved ]; do sleep 0.05; done");
    hooks.add("begin-postponed");
    live_run run(shared_server(), {.rows = 3'000, .writing = {.rate_per_second = 50}});
    const std::string socket = hooks.file("s.sock");
    const auto ask = [&](const std::string& command) {
        return control::ask({.unix_path = socket}, command, 60s);
    };
    run.writers().start();
    run.start({.more = {hooks.flag(), "--serve-socket-file=" + socket}});
    eventually("the copy waits", [&] { return hooks.ran("before-row-copy"); });
    run.writers().wait_for_transactions(100);
    std::ofstream(hooks.file("go")).flush();

    eventually("the swap waits", [&] { return hooks.ran("before-cut-over"); });
    run.segue().wait_for_output("State: waiting for the before-cut-over hook");
    const auto before = run.keys_flushed();
    run.writers().wait_for_transactions(200);
    eventually("changes are carried over meanwhile",
               [&] { return run.keys_flushed() > before + 100; });
    EXPECT_THAT(ask("unpostpone"), HasSubstr("the before-cut-over hook is at work"));
    EXPECT_THAT(ask("cut-over-now"), HasSubstr("the before-cut-over hook is at work"));
    EXPECT_EQ(run.times_told("phase: cut-over"), 0U);
    std::ofstream(hooks.file("approved")).flush();
    run.expect_swapped();
    EXPECT_THAT(hooks.order(), ElementsAre("before-row-copy", "before-cut-over"));
    run.expect_nothing_lost();
}

}  // namespace
}  // namespace segue::test
