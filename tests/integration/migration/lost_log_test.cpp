// docs/hazards.md, 37: the primary is set up again from an older copy of its data, as the same
// server, and gives the GTIDs of what it lost to other transactions.
#include "src/servers/durability.hpp"
#include "src/servers/log_place.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/patience.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";
const std::vector<std::string> durable{"--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1"};

void copy_files(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    for (const auto& one : fs::recursive_directory_iterator(from)) {
        const fs::path there = to / fs::relative(one.path(), from);
        if (one.is_directory())
            fs::create_directories(there);
        else if (one.is_regular_file())
            fs::copy_file(one.path(), there);
    }
}

/// The data of a server, as it is at the moment of a crash.
class copied_data {
  public:
    explicit copied_data(sandbox_server& of) : server_(of) {
        server_.kill_hard();
        copy_files(server_.data_folder(), copy_);
        server_.resume();
    }
    copied_data(const copied_data&) = delete;
    copied_data& operator=(const copied_data&) = delete;
    ~copied_data() {
        std::error_code ignored;
        fs::remove_all(copy_, ignored);
    }
    void put_back() {
        server_.kill_hard();
        for (const auto& one : fs::directory_iterator(server_.data_folder())) fs::remove_all(one);
        copy_files(copy_, server_.data_folder());
        server_.resume();
    }

  private:
    sandbox_server& server_;
    const fs::path copy_ = server_.data_folder().string() + ".copy";
};

db::value heartbeat(const sandbox_server& on, const quiet_run& run) {
    return on.root().query_value(fmt::format("SELECT value FROM {} WHERE hint='heartbeat'",
                                             run.tables().changelog.quoted()));
}

void wait_for_another_heartbeat(const sandbox_server& on, const quiet_run& run) {
    const auto before = heartbeat(on, run);
    eventually("another heartbeat", [&] { return heartbeat(on, run) != before; });
}

/// The run's own session does not outlive a restart.
application_session session_now(const quiet_run& run) {
    return application_session(run.server().over_tcp(), run.schema());
}

std::string executed(const sandbox_server& on) {
    return on.root().query_value("SELECT @@GLOBAL.gtid_executed").value_or("");
}

void wait_until_replicated(const sandbox_server& primary, const sandbox_server& replica) {
    EXPECT_EQ(replica.root().query_value(fmt::format(
                  "SELECT WAIT_FOR_EXECUTED_GTID_SET({}, {})", quoted_literal(executed(primary)),
                  std::chrono::duration_cast<std::chrono::seconds>(patience).count())),
              "0");
}

/// `replica`: has the table first, if it is not null.
void postpone(quiet_run& run, const std::vector<std::string>& more = {},
              const sandbox_server* replica = nullptr) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
    if (replica != nullptr) wait_until_replicated(run.server(), *replica);
    run.start(alter, {.postponed = true, .more = more});
    run.segue().wait_for_output("phase: postponed");
    // From here on rows of the state are updated, and none comes or goes.
    run.wait_until("the state is whole", [&] {
        return run.session().query_value(
                   "SELECT GROUP_CONCAT(kind ORDER BY kind) FROM _t_ghk WHERE kind IN "
                   "('chunk', 'resume_point', 'watermark') OR (kind='phase' AND "
                   "value='postponed')") == "phase,resume_point,watermark";
    });
}

TEST(a_server_set_up_again_from_a_copy, ends_the_run_and_the_same_command_goes_on) {
    sandbox_server& server = shared_server(durable);
    quiet_run run(server);
    postpone(run);
    copied_data copy(server);
    run.segue().wait_for_output("the server was restarted");
    session_now(run).execute("INSERT INTO t VALUES (4, 4)");
    wait_for_another_heartbeat(server, run);
    copy.put_back();
    run.expect_failed(
        {"the server was restarted, and has lost what it had answered as committed, or",
         "Nothing was written to it since", "Its GTIDs may be issued twice"});
    run.let_cut_over();
    run.start(alter);
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("going on with what an earlier run left"));
    run.expect_as_native_alter(alter);
}

std::vector<std::string> read_on(const sandbox_server& replica, const sandbox_server& primary) {
    return {fmt::format("--port={}", replica.port()),
            "--user=" + replica.user(),
            "--password=" + replica.password(),
            fmt::format("--assume-master-host=127.0.0.1:{}", primary.port()),
            "--master-user=" + primary.user(),
            "--master-password=" + primary.password()};
}

/// A run whose log is read on a replica, and whose primary then loses what the replica has.
class a_replica_that_is_ahead : public testing::Test {
  protected:
    a_replica_that_is_ahead() {
        run.session().execute("CREATE TABLE other (id INT PRIMARY KEY AUTO_INCREMENT)");
        postpone(run, from_replica, &replica);
        copied_data copy(primary);
        replicate();
        run.segue().wait_for_output("the server was restarted");
        for (int lost = 0; lost < 20; ++lost)
            session_now(run).execute("INSERT INTO other VALUES ()");
        wait_for_another_heartbeat(primary, run);
        wait_for_another_heartbeat(replica, run);
        run.segue().signal(SIGKILL);
        run.segue().wait();
        wait_until_replicated(primary, replica);
        replica.root().execute("STOP REPLICA");
        copy.put_back();
    }
    void replicate() {
        auto session = replica.root();
        session.execute("STOP REPLICA");
        session.execute("START REPLICA");
    }
    /// What the primary commits now has GTIDs of what it lost, until all of them are used up.
    void issue_the_gtids_again() {
        session_now(run).execute("INSERT INTO t VALUES (5, 5)");
        const std::string lost = quoted_literal(executed(replica));
        auto session = session_now(run);
        eventually("all are issued again", [&] {
            session.execute("INSERT INTO other VALUES ()");
            return session.query_value("SELECT GTID_SUBSET(" + lost +
                                       ", @@GLOBAL.gtid_executed)") == "1";
        });
        replicate();
        wait_until_replicated(primary, replica);
    }

    std::string up_since_now() {
        auto session = primary.connect();
        return servers::up_since(session);
    }

    sandbox_server primary{{.mysqld = durable}};
    sandbox_server replica{{.replica_of = &primary}};
    const std::vector<std::string> from_replica = read_on(replica, primary);
    quiet_run run{primary};
};

TEST_F(a_replica_that_is_ahead, is_known_by_its_transactions_until_they_are_issued_again) {
    auto there = replica.connect();
    auto here = primary.connect();
    const std::string lost = servers::transactions_lost_by(here, there);
    EXPECT_THAT(lost, HasSubstr(here.query_value("SELECT @@GLOBAL.server_uuid").value_or("")));
    issue_the_gtids_again();
    auto again = primary.connect();
    EXPECT_EQ(servers::transactions_lost_by(again, there), "");
}

TEST_F(a_replica_that_is_ahead, is_known_by_the_heartbeat_afterwards) {
    issue_the_gtids_again();
    run.let_cut_over();
    run.start(alter, {.more = from_replica});
    run.expect_failed({"may have issued their GTIDs twice", "Make the replica anew"});
    EXPECT_EQ(session_now(run).query_value("SELECT COUNT(*) FROM t"), "4");
}

// What is not in the replica's log is not carried over.
TEST_F(a_replica_that_is_ahead, would_lose_a_row_if_it_was_read) {
    issue_the_gtids_again();
    run.let_cut_over();
    fault_points faults;
    faults.leave_out("lost_heartbeat.replica_ahead");
    auto more = from_replica;
    more.push_back("--verify=none");
    run.start(alter, {.build = segue_build::faulty, .faults = &faults, .more = more});
    run.expect_failed({"the primary was restarted since"});
    // A state that says nothing of it would not be gone on with either.
    session_now(run).execute(fmt::format(
        "UPDATE _t_ghk SET value=JSON_SET(value, '$.up_since', '{}') WHERE kind='seen_on'",
        up_since_now()));
    run.start(alter, {.build = segue_build::faulty, .faults = &faults, .more = more});
    run.expect_swapped();
    EXPECT_EQ(session_now(run).query_value("SELECT GROUP_CONCAT(id) FROM t"), "1,2,3");
}

// Nothing tells a restart from a copy that was put back while Segue was dead.
TEST(a_primary_restarted_between_two_runs, has_all_rows_compared_where_a_replica_is_read) {
    sandbox_server primary{{.mysqld = durable}};
    sandbox_server replica{{.replica_of = &primary}};
    quiet_run run{primary};
    auto more = read_on(replica, primary);
    more.push_back("--verify=sample=50%");
    postpone(run, more, &replica);
    run.segue().signal(SIGKILL);
    run.segue().wait();
    primary.kill_hard();
    primary.resume();
    run.start(alter, {.postponed = true, .more = more});
    run.expect_failed({"the primary was restarted since", "go on with --verify=full"});
    run.let_cut_over();
    run.start(alter, {.more = read_on(replica, primary)});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("going on with what an earlier run left"));
}

}  // namespace
}  // namespace segue::test
