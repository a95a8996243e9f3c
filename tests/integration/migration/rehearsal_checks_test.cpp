// A rehearsal tells what a run with the same flags would meet: what would stop it is a failed
// check, what would only hold it up is a warning.
#include "tests/integration/migration/quiet_run.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_rehearsal_of : public testing::Test {
  protected:
    a_rehearsal_of() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    }

    void rehearse(std::vector<std::string> more, const environment& variables = {}) {
        more.emplace_back("--execute=false");
        run.start("ADD COLUMN b INT", {.more = more, .variables = variables});
    }
    /// It ended with exit code 0, left nothing, told all of `words`, and does not say that all is
    /// well.
    void expect_warned(const std::vector<std::string>& words) {
        run.expect_swapped();  // exit code 0
        const auto out = run.segue().out();
        for (const auto& word : words) EXPECT_NE(out.find(word), std::string::npos) << word << out;
        EXPECT_NE(out.find("\nWarning: "), std::string::npos) << out;
        EXPECT_EQ(out.find("Every check passed"), std::string::npos) << out;
        EXPECT_NE(out.find("No check failed, but "), std::string::npos) << out;
        EXPECT_EQ(run.everything(), "t:2");
    }
    void expect_all_well() {
        run.expect_swapped();  // exit code 0
        const auto out = run.segue().out();
        EXPECT_NE(out.find("\nEvery check passed."), std::string::npos) << out;
        EXPECT_EQ(out.find("Warning: "), std::string::npos) << out;
        EXPECT_EQ(run.everything(), "t:2");
    }
    void expect_refused(const std::vector<std::string>& more,
                        const std::vector<std::string>& words) {
        auto flags = more;
        flags.emplace_back("--execute=false");
        expect_refused_and_nothing_left(run, "ADD COLUMN b INT", words, flags);
    }
    static std::string replica(const sandbox_server& server) {
        return fmt::format("--throttle-control-replicas=127.0.0.1:{}", server.port());
    }
    /// An account that may do everything, on each of the servers.
    std::string make_account(const std::vector<const sandbox_server*>& servers) const {
        const auto name = "all_" + run.schema();
        for (const auto* server : servers) {
            auto root = server->root();
            root.execute(fmt::format("DROP USER IF EXISTS {}", name));
            root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'p'", name));
            root.execute(fmt::format("GRANT ALL ON *.* TO {}", name));
        }
        return name;
    }
    const environment password{{"MYSQL_PWD", "p"}};

    quiet_run run{shared_server()};
    const sandbox_server& stranger = shared_server({"--skip-log-bin"});
};

TEST_F(a_rehearsal_of, a_postponed_cut_over_needs_a_file_that_can_be_made_and_makes_none) {
    expect_refused({"--postpone-cut-over-flag-file=/nowhere/at/all"},
                   {"--postpone-cut-over-flag-file", "cannot be made: /nowhere/at/all",
                    "No such file or directory"});
    expect_refused({"--postpone-cut-over-flag-file=/proc/segue"}, {"cannot be made: /proc/segue"});
    rehearse({"--postpone-cut-over-flag-file=" + run.flag().string()});
    expect_all_well();
    EXPECT_NE(run.segue().out().find("wait until the file " + run.flag().string() + " is removed"),
              std::string::npos)
        << run.segue().out();
    EXPECT_FALSE(std::filesystem::exists(run.flag()));
    std::ofstream(run.flag()).put('x');
    rehearse({"--postpone-cut-over-flag-file=" + run.flag().string()});
    expect_all_well();
    EXPECT_TRUE(std::filesystem::exists(run.flag()));
    std::filesystem::remove(run.flag());
}

TEST_F(a_rehearsal_of, a_max_load_that_is_reached_warns) {
    rehearse({"--max-load=Uptime=1"});
    expect_warned({"copying would wait from the start: max-load Uptime="});
    rehearse({"--max-load=Threads_running=100000", "--critical-load=Threads_running=100000"});
    expect_all_well();
}

TEST_F(a_rehearsal_of, a_critical_load_that_is_reached_fails_unless_it_would_end_nothing) {
    expect_refused({"--critical-load=Uptime=1"}, {"--critical-load: Uptime=", "would end at once"});
    rehearse({"--critical-load=Uptime=1", "--critical-load-interval-millis=500"});
    expect_warned({"would end if a limit is reached again 500 ms later"});
    rehearse({"--critical-load=Uptime=1", "--critical-load-hibernate-seconds=5"});
    expect_warned({"would hibernate for 5 s at once"});
}

TEST_F(a_rehearsal_of, a_throttle_flag_file_that_exists_warns) {
    const auto file = run.flag().string() + ".throttle";
    std::ofstream(file).put('x');
    rehearse({"--throttle-flag-file=" + file});
    expect_warned({"copying would wait from the start", file + " exists"});
    std::filesystem::remove(file);
}

TEST_F(a_rehearsal_of, what_throttles_by_a_query_or_a_url_warns) {
    rehearse({"--throttle-query=SELECT 1"});
    expect_warned({"copying would wait from the start: --throttle-query gives more than 0"});
    rehearse({"--throttle-query=SELECT nothing_of_that_name"});
    expect_warned({"copying would wait from the start: --throttle-query fails", "Unknown column"});
    rehearse({"--throttle-http=http://127.0.0.1:1/"});
    expect_warned({"copying would wait from the start: --throttle-http is not answered"});
    rehearse({"--throttle-query=SELECT 0", "--throttle-http=http://127.0.0.1:1/",
              "--ignore-http-errors"});
    expect_all_well();
}

TEST_F(a_rehearsal_of, a_control_replica_that_cannot_be_read_warns) {
    rehearse({"--throttle-control-replicas=127.0.0.1:1"});
    expect_warned({"127.0.0.1:1", "copying would wait"});
    rehearse({replica(stranger)});
    expect_warned({fmt::format("127.0.0.1:{}", stranger.port()), "Access denied"});
    const auto name = make_account({&shared_server(), &stranger});
    rehearse({replica(stranger), "--user=" + name}, password);
    expect_warned({fmt::format("127.0.0.1:{}", stranger.port()), "has not come to it",
                   "is it a replica of this server", "filters"});
    auto there = stranger.root();
    there.execute("CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=1");
    rehearse({replica(stranger), "--user=" + name}, password);
    expect_warned({"has not come to it", "does not replicate", "START REPLICA there",
                   "leave it out of --throttle-control-replicas"});
    EXPECT_EQ(run.segue().out().find("--assume-master-host"), std::string::npos)
        << run.segue().out();
    there.execute("RESET REPLICA ALL");
    there.execute("REVOKE ALL PRIVILEGES ON *.* FROM " + name);
    rehearse({replica(stranger), "--user=" + name}, password);
    expect_warned({"SELECT command denied", "There: GRANT SELECT ON ", " TO '" + name + "'@'%';"});
    rehearse({replica(shared_server())});
    expect_warned({"--throttle-control-replicas, is the primary itself"});
}

TEST_F(a_rehearsal_of, rows_that_may_be_refused_looks_at_some_and_says_how_to_look_at_all) {
    run.session().execute("ALTER TABLE t ADD COLUMN note VARCHAR(40)");
    run.session().execute("UPDATE t SET note=id, a=id");
    run.start("MODIFY note VARCHAR(20) NOT NULL, ADD UNIQUE (a)", {.more = {"--execute=false"}});
    run.expect_swapped();
    for (const char* const told :
         {"Of all rows, these find those", " WHERE CHAR_LENGTH(`note`)>20;",
          " WHERE `note` IS NULL;", "GROUP BY `a` HAVING COUNT(*)>1"})
        EXPECT_NE(run.segue().out().find(told), std::string::npos) << told << run.segue().out();
}

TEST_F(a_rehearsal_of, a_table_that_a_prepared_transaction_holds_warns) {
    application_session other(shared_server().over_tcp(), run.schema());
    other.execute("XA START 'held'");
    other.execute("UPDATE t SET a=7 WHERE id=1");
    other.execute("XA END 'held'");
    other.execute("XA PREPARE 'held'");
    rehearse({});
    expect_warned({"a run would wait at its start for XA transactions that are prepared"});
    other.execute("XA COMMIT 'held'");
    rehearse({});
    expect_all_well();
}

TEST_F(a_rehearsal_of, ending_blockers_warns_of_rights_that_it_lacks) {
    const auto name = "narrow_" + run.schema();
    auto root = shared_server().root();
    root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'p'", name));
    root.execute(fmt::format("GRANT ALL ON {}.* TO {}", segue::quoted_name(run.schema()), name));
    root.execute(fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", name));
    const std::vector<std::string> flags{"--user=" + name, "--kill-blockers-after-seconds=5"};
    rehearse(flags, password);
    expect_warned({"--kill-blockers-after-seconds ends nobody"});
    root.execute(fmt::format("GRANT SELECT ON performance_schema.* TO {}", name));
    rehearse(flags, password);
    expect_warned({"--kill-blockers-after-seconds can end sessions of this account only",
                   "GRANT CONNECTION_ADMIN ON *.* TO '" + name + "'@'%';"});
    root.execute(fmt::format("DROP USER {}", name));
}

TEST_F(a_rehearsal_of, drops_lists_each_table_that_would_go_with_its_rows) {
    const std::vector<std::string> flags{"--initially-drop-ghost-table",
                                         "--initially-drop-old-table"};
    rehearse(flags);
    expect_all_well();
    for (const auto* told : {"_t_gho`: not there", "_t_del`: not there"})
        EXPECT_NE(run.segue().out().find(told), std::string::npos) << told << run.segue().out();
    run.session().execute("CREATE TABLE _t_del (id INT PRIMARY KEY)");
    run.session().execute("INSERT INTO _t_del VALUES (1), (2), (3)");
    run.session().execute("ANALYZE TABLE _t_del");
    run.session().execute("CREATE TABLE _t_gho LIKE t");
    const auto before = run.everything();
    rehearse(flags);
    run.expect_swapped();
    const auto out = run.segue().out();
    for (const auto* told : {"drop `", "_t_gho` (about 0 rows)", "_t_del` (about 3 rows)"})
        EXPECT_NE(out.find(told), std::string::npos) << told << out;
    EXPECT_EQ(run.everything(), before);
}

class a_run_with : public a_rehearsal_of {};

TEST_F(a_run_with, tables_to_drop_that_somebody_holds_warns_and_waits_for_each) {
    run.session().execute("CREATE TABLE _t_del (id INT PRIMARY KEY)");
    run.session().execute("CREATE TABLE _t_gho LIKE t");
    application_session holder(shared_server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT * FROM _t_del");
    {
        application_session leaves(shared_server().over_tcp(), run.schema());
        leaves.execute("XA START 'detached'");
        leaves.execute("INSERT INTO _t_gho VALUES (1, 1)");
        leaves.execute("XA END 'detached'");
        leaves.execute("XA PREPARE 'detached'");
    }
    const std::vector<std::string> flags{"--initially-drop-ghost-table",
                                         "--initially-drop-old-table"};
    rehearse(flags);
    run.expect_swapped();  // exit code 0
    for (const auto& table : {run.tables().ghost, run.tables().old})
        EXPECT_NE(run.segue().out().find("a run would wait at its start to drop " + table.quoted()),
                  std::string::npos)
            << run.segue().out();
    run.start("ADD COLUMN b INT", {.more = flags});
    run.segue().wait_for_output("drop what an earlier run left: " + run.tables().ghost.quoted() +
                                " cannot be dropped yet");
    run.segue().wait_for_output("XA RECOVER");
    run.session().execute("XA COMMIT 'detached'");
    run.segue().wait_for_output(run.tables().old.quoted() + " cannot be dropped yet");
    holder.execute("COMMIT");
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

TEST_F(a_run_with, a_control_replica_that_cannot_be_read_tells_it_once_and_why) {
    const auto name = make_account({&shared_server(), &stranger});
    run.start("ADD COLUMN b INT",
              {.more = {replica(stranger), "--user=" + name}, .variables = password});
    const auto named = fmt::format("the replica 127.0.0.1:{} cannot be read", stranger.port());
    run.segue().wait_for_output(named);
    run.segue().wait_for_output("is it a replica of this server, do its filters leave the table");
    run.segue().wait_for_output("State: throttled");
    // Now it is there, however old what it holds.
    auto there = stranger.root();
    there.execute("CREATE DATABASE " + segue::quoted_name(run.schema()));
    there.execute("CREATE TABLE " + run.tables().changelog.quoted() +
                  " AS SELECT 'heartbeat' AS hint, '2020-01-01T00:00:00.000000000Z' AS value");
    run.segue().wait_for_output(
        fmt::format("the replica 127.0.0.1:{} can be read again", stranger.port()));
    there.execute("DROP DATABASE " + segue::quoted_name(run.schema()));
    const auto told = run.segue().err();
    EXPECT_EQ(told.find("is it a replica"), told.rfind("is it a replica")) << told;
    run.segue().signal(15);
    EXPECT_EQ(run.segue().wait(), 1);
}

}  // namespace
}  // namespace segue::test
