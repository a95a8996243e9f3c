// A backfill beside others: locks of the application, commands, other runs, replicas.
#include "tests/integration/backfill/backfill_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/temporary_folder.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
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

class a_backfill_at_work : public testing::Test {
  protected:
    void SetUp() override {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, u INT, UNIQUE KEY (u))");
        run.fill("a", "i", 5'000);
    }
    /// Of this test alone, on a machine on which others run as well.
    std::string path(const std::string& ending) const {
        return "/tmp/segue_backfill." + std::to_string(run.server().port()) + "." + run.schema() +
               ending;
    }
    std::string socket() const { return "--serve-socket-file=" + path(".sock"); }
    std::string ctl(const std::string& command, int exit_code = 0) {
        segue_process asked(segue_build::released, {"ctl", "--socket", path(".sock"), command}, {});
        EXPECT_EQ(asked.wait(), exit_code) << asked.err();
        return asked.out() + asked.err();
    }
    void wait_for_status(const std::string& field, const std::string& value) {
        eventually(field + " is " + value, [&] {
            segue_process asked(segue_build::released,
                                {"ctl", "--socket", path(".sock"), "status-json"}, {});
            if (asked.wait() != 0) return false;
            const auto read = nlohmann::json::parse(asked.out(), nullptr, false);
            return read.is_object() && read.contains(field) && read[field].dump() == value;
        });
    }
    void expect_all_set() {
        EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE b <=> a"), "5000");
        EXPECT_EQ(run.tables(), "t");
    }
    backfill_run run{shared_server()};
    const std::vector<std::string> flags = {"--set=b = a", socket(), "--chunk-size=500"};
};

TEST_F(a_backfill_at_work, comes_back_to_rows_that_are_locked_and_waits_for_none_before) {
    auto holder = run.another();
    holder.execute("START TRANSACTION");
    holder.execute("UPDATE t SET a=-7 WHERE id IN (7, 4000)");
    const auto process = run.start(flags);
    wait_for_status("rows_locked", "2");
    wait_for_status("phase", "\"come-back\"");
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE b <=> a"), "4998");
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM _t_bkf WHERE hint='locked'"), "2");
    holder.execute("COMMIT");
    EXPECT_EQ(process->wait(), 0) << process->err();
    EXPECT_THAT(process->out(), AllOf(HasSubstr("# Changed: 5000 rows"),
                                      HasSubstr("# Locked by the application and come back to")));
    EXPECT_EQ(run.value("SELECT b FROM t WHERE id=7"), "-7");
    expect_all_set();
}

class long_a_backfill_at_work : public a_backfill_at_work {};

// Of another kind than a row's own: the chunk is rolled back, and only the row itself is left.
TEST_F(long_a_backfill_at_work, comes_back_to_a_row_that_waits_for_a_lock_of_a_unique_index) {
    auto holder = run.another();
    holder.execute("START TRANSACTION");
    holder.execute("INSERT INTO t (id, a, b, u) VALUES (9000, 1, 1, 3210)");
    const auto process = run.start({"--set=u = a", "--where=id BETWEEN 3200 AND 3300", socket()});
    wait_for_status("rows_locked", "1");
    wait_for_status("phase", "\"come-back\"");
    EXPECT_EQ(run.value("SELECT COUNT(u) FROM t"), "100");
    holder.execute("ROLLBACK");
    EXPECT_EQ(process->wait(), 0) << process->out() << process->err();
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM t WHERE u = a"), "101");
}

TEST_F(a_backfill_at_work, remembers_locked_rows_where_it_is_killed) {
    auto holder = run.another();
    holder.execute("START TRANSACTION");
    holder.execute("SELECT * FROM t WHERE id=2345 FOR UPDATE");
    {
        const auto process = run.start(flags);
        wait_for_status("phase", "\"come-back\"");
        process->signal(SIGKILL);
        process->wait();
    }
    const auto process = run.start(flags);
    process->wait_for_output("going on with what an earlier run left");
    wait_for_status("rows_locked", "1");
    holder.execute("COMMIT");
    EXPECT_EQ(process->wait(), 0) << process->err();
    EXPECT_THAT(process->out(), HasSubstr("# Changed: 5000 rows"));
    expect_all_set();
}

TEST_F(a_backfill_at_work, tells_of_the_rows_that_an_earlier_run_has_done) {
    {
        fault_points faults;
        faults.pause("backfill.committed", {.first = 6});
        const auto process = run.start(flags, {.faults = &faults});
        faults.wait_reached("backfill.committed");
        process->signal(SIGKILL);
        process->wait();
    }
    auto more = flags;
    more.push_back("--throttle-additional-flag-file=" + path(".throttle"));
    std::ofstream(path(".throttle")) << "";
    const auto process = run.start(more);
    wait_for_status("throttled", "true");
    // It may be throttled before it has read what was left.
    EXPECT_TRUE(eventually("the rows of before are told", [&] {
        return ctl("sup").find("Backfill: 3000/") != std::string::npos;
    }));
    std::filesystem::remove(path(".throttle"));
    EXPECT_EQ(process->wait(), 0) << process->err();
    expect_all_set();
}

TEST_F(a_backfill_at_work, takes_commands_and_goes_on_after_a_panic) {
    auto more = flags;
    fault_points faults;
    faults.pause("backfill.committed");
    const auto process = run.start(more, {.faults = &faults});
    faults.wait_reached("backfill.committed");
    EXPECT_THAT(ctl("throttle"), HasSubstr("throttled, commanded by user"));
    faults.go("backfill.committed");
    EXPECT_THAT(ctl("chunk-size=100"), HasSubstr("# chunk-size: 100"));
    EXPECT_THAT(ctl("chunk-size=?"), HasSubstr("100"));
    EXPECT_THAT(ctl("sup"), HasSubstr("Backfill: "));
    EXPECT_THAT(ctl("cut-over", 1), HasSubstr("is a command to a migration"));
    EXPECT_THAT(ctl("thrott1e", 1), HasSubstr("throttle"));
    EXPECT_THAT(ctl("panic=other", 1), HasSubstr("this is a backfill of t"));
    EXPECT_THAT(ctl("panic"), HasSubstr("the backfill of"));
    EXPECT_EQ(process->wait(), 1);
    EXPECT_THAT(process->err(), HasSubstr("the same command goes on from there"));
    EXPECT_EQ(run.tables(), "_t_bkf,t");
    EXPECT_THAT(run.run(0, flags), HasSubstr("going on with what an earlier run left"));
    expect_all_set();
}

TEST_F(a_backfill_at_work, keeps_another_one_a_migration_and_a_clean_up_out_and_they_it) {
    fault_points faults;
    faults.pause("backfill.committed");
    const auto process = run.start(flags, {.faults = &faults});
    faults.wait_reached("backfill.committed");
    EXPECT_THAT(run.run(1, {"--set=b = a"}), HasSubstr("a backfill is at work on"));
    EXPECT_THAT(run.other(1, {"cleanup", "--execute"}), HasSubstr("a backfill is at work on"));
    segue_process migration(segue_build::released,
                            segue_arguments(run.server(), {run.schema(), "t"}, "ADD COLUMN c INT"),
                            segue_variables(run.server()));
    EXPECT_EQ(migration.wait(), 1);
    EXPECT_THAT(migration.err(), HasSubstr("a backfill is at work on"));
    faults.go("backfill.committed");
    EXPECT_EQ(process->wait(), 0) << process->err();
    expect_all_set();
    fault_points held;
    held.pause("migration.before_following");
    segue_process first(segue_build::faulty,
                        segue_arguments(run.server(), {run.schema(), "t"}, "ADD COLUMN c INT"),
                        segue_variables(run.server(), held.variables()));
    held.wait_reached("migration.before_following");
    EXPECT_THAT(run.run(1, {"--set=b = a + 1"}), HasSubstr("Nothing was changed"));
    held.go("migration.before_following");
    EXPECT_EQ(first.wait(), 0) << first.err();
}

// A run that was held up while another took over writes nothing more.
TEST_F(a_backfill_at_work, writes_nothing_once_another_one_has_taken_over) {
    fault_points faults;
    faults.pause("backfill.committed");
    const auto process = run.start(flags, {.faults = &faults});
    faults.wait_reached("backfill.committed");
    run.session().execute("UPDATE _t_bkf SET value='another' WHERE hint='owner'");
    const auto before = run.value("SELECT COUNT(b) FROM t");
    faults.go("backfill.committed");
    EXPECT_EQ(process->wait(), 1);
    EXPECT_THAT(process->err(), HasSubstr("another run has taken this backfill over"));
    EXPECT_EQ(run.value("SELECT COUNT(b) FROM t"), before);
}

TEST_F(a_backfill_at_work, waits_for_a_flag_file_and_a_load) {
    const std::string file = path(".flag");
    std::ofstream(file).put('x');
    const auto process = run.start({"--set=b = a", socket(), "--throttle-flag-file=" + file});
    wait_for_status("throttled", "true");
    EXPECT_EQ(run.value("SELECT COUNT(b) FROM t"), "0");
    std::remove(file.c_str());
    EXPECT_EQ(process->wait(), 0) << process->err();
    expect_all_set();
}

TEST_F(a_backfill_at_work, tells_programs_and_writes_a_report) {
    const std::string report = path(".json");
    const auto process = run.start({"--set=b = a", "--json", "--report=" + report});
    EXPECT_EQ(process->wait(), 0) << process->err();
    std::istringstream lines(process->out());
    std::string line;
    nlohmann::json last;
    while (std::getline(lines, line)) last = nlohmann::json::parse(line);
    EXPECT_EQ(last["kind"], "outcome");
    EXPECT_EQ(last["outcome"], "done");
    EXPECT_EQ(last["rows_changed"], 5'000);
    EXPECT_EQ(last["rows_differing"], 0);
    std::ifstream written(report);
    EXPECT_EQ(nlohmann::json::parse(written)["rows_changed"], 5'000);
    std::remove(report.c_str());
}

TEST_F(a_backfill_at_work, asks_hooks_before_it_begins_and_tells_them_at_its_end) {
    const temporary_folder folder;
    const auto add = [&](const std::string& name, const std::string& then) {
        const auto script = folder.path() / ("gh-ost-on-" + name);
        std::ofstream(script) << "#!/bin/sh\n" << then << "\n";
        std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    };
    const std::string told = "echo $0 $GH_OST_BACKFILL $GH_OST_COPIED_ROWS $GH_OST_SETS >> " +
                             (folder.path() / "told").string();
    add("success", told);
    add("failure", told);
    add("validated", "exit 3");
    const std::vector<std::string> with = {"--set=b = a", "--hooks-path=" + folder.path().string()};
    EXPECT_THAT(run.run(1, with), HasSubstr("exit code 3"));
    EXPECT_EQ(run.tables(), "t");
    EXPECT_EQ(run.value("SELECT COUNT(b) FROM t"), "0");
    add("validated", told);
    run.run(0, with);
    std::ifstream in(folder.path() / "told");
    std::stringstream all;
    all << in.rdbuf();
    EXPECT_THAT(all.str(), AllOf(HasSubstr("on-failure true 0"), HasSubstr("on-validated true 0"),
                                 HasSubstr("on-success true 5000 `b` = a")));
    expect_all_set();
}

TEST(long_a_replica, gets_the_same_rows_and_holds_the_backfill_up) {
    sandbox_server primary;
    sandbox_server replica({.replica_of = &primary});
    backfill_run run(primary);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(20))");
    run.fill("a", "CONCAT('n', i)", 20'000);
    auto on_replica = replica.root();
    // Each server of the tests has a password of its own.
    auto on_primary = primary.root();
    on_primary.execute("CREATE USER 'same'@'%' IDENTIFIED BY 'the same'");
    on_primary.execute("GRANT ALL ON *.* TO 'same'@'%'");
    eventually("the replica has the account", [&] {
        return on_replica.query_value("SELECT COUNT(*) FROM mysql.user WHERE User='same'") == "1";
    });
    on_replica.execute("STOP REPLICA SQL_THREAD");
    const std::string socket = "/tmp/segue_backfill." + std::to_string(primary.port()) + ".sock";
    const auto process = run.start(
        {"--set=b = UPPER(a)", "--user=same", "--password=the same",
         "--serve-socket-file=" + socket,
         "--throttle-control-replicas=" + replica.host() + ":" + std::to_string(replica.port())});
    eventually("it waits for the replica", [&] {
        segue_process asked(segue_build::released, {"ctl", "--socket", socket, "sup"}, {});
        return asked.wait() == 0 &&
               asked.out().find("throttled, " + replica.host()) != std::string::npos;
    });
    on_replica.execute("START REPLICA SQL_THREAD");
    EXPECT_EQ(process->wait(), 0) << process->err();
    const std::string sum =
        "SELECT SHA2(GROUP_CONCAT(b ORDER BY id), 256) FROM " + run.schema() + ".t";
    const auto of = [&](db::session& on) {
        on.execute("SET SESSION group_concat_max_len=100000000");
        return on.query_value(sum).value_or("NULL");
    };
    const auto wanted = of(on_primary);
    eventually("the replica has all rows", [&] { return of(on_replica) == wanted; });
}

}  // namespace
}  // namespace segue::test
