// A running migration that is asked and steered through its socket.
#include "src/control/client.hpp"
#include "src/control/command_server.hpp"
#include "src/control/socket_path.hpp"
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/temporary_folder.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class a_steered_migration : public testing::Test {
  protected:
    a_steered_migration() {
        socket = folder.path() / "s.sock";
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        run.session().execute("INSERT INTO t (a) VALUES (1), (2), (3)");
    }

    void start(bool postponed, std::vector<std::string> more = {}) {
        more.insert(more.end(), {"--serve-socket-file", socket});
        run.start("ADD COLUMN b INT", {.postponed = postponed, .more = more});
        if (postponed) run.segue().wait_for_output("State: postponing cut-over");
    }
    std::string ask(const std::string& command) const {
        return control::ask({.unix_path = socket}, command, 60s);
    }
    bool answers(const std::string& command, const std::string& part) const {
        return ask(command).find(part) != std::string::npos;
    }
    std::string status_json() const { return ask("status-json"); }

    /// segue with other arguments: its exit code, and all that it said.
    std::pair<int, std::string> segue(const std::vector<std::string>& arguments) const {
        child_process other(segue_program(segue_build::released), arguments);
        const int code = other.wait();
        return {code, other.out() + other.err()};
    }

    quiet_run run{shared_server()};
    const temporary_folder folder;
    std::string socket;
};

TEST_F(a_steered_migration, tells_where_it_is_and_what_it_is_set_to) {
    start(/*postponed=*/true);
    const std::string status = ask("status");
    for (const std::string& part :
         {"# Migrating " + run.table().quoted() + "; Ghost table is " + run.tables().ghost.quoted(),
          "# Serving on unix socket: " + socket, std::string("State: postponing cut-over"),
          "# postpone-cut-over-flag-file: " + run.flag().string() + " [set]"})
        EXPECT_NE(status.find(part), std::string::npos) << part << "\n" << status;
    run.segue().wait_for_output("# Serving on unix socket: " + socket);
    EXPECT_EQ(ask("info").substr(0, 20), status.substr(0, 20));
    EXPECT_TRUE(ask("sup").starts_with("Copy: 3/3 100.0%; Applied: 0; Backlog: 0/"));
    for (const std::string part : {R"("phase":"postponed")", R"("postponed_because":"flag-file")"})
        EXPECT_NE(status_json().find(part), std::string::npos) << status_json();
    const auto version = run.session().query_value("SELECT @@version").value();
    EXPECT_NE(ask("applier").find(", Version: " + version), std::string::npos);
    EXPECT_EQ(ask("applier"), ask("inspector"));
    const auto uuid = run.session().query_value("SELECT @@server_uuid").value();
    EXPECT_TRUE(ask("coordinates").starts_with(uuid)) << ask("coordinates");
    for (const char* const name : {"cut-over-now", "max-lag-millis=", "json COMMAND", "suspend"})
        EXPECT_TRUE(answers("help", name)) << name;
    for (const auto& [command, part] : std::vector<std::pair<std::string, std::string>>{
             {"status", fmt::format("# Process id: {}\n", run.segue().pid())},
             {"status-json", fmt::format(R"("pid":{},)", run.segue().pid())},
             {"status-json", R"("chunk-time":250,)"},
             {"status-json", R"("dml-batch-size":1000,)"},
             {"status-json", R"("last_attempt":null,)"},
             {"chunk-size 300", "a value is written chunk-size=300\n"},
             {"sup now", "sup is one command alone"}})
        EXPECT_TRUE(answers(command, part)) << part << ask(command);
    EXPECT_EQ(ask("json nope"),
              R"({"answer":"unknown command: nope. `help` lists them all\n","ok":false})"
              "\n");
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_FALSE(fs::exists(socket));
}

TEST_F(a_steered_migration, takes_other_settings_and_tells_the_old_ones) {
    start(/*postponed=*/true, {"--nice-ratio", "0.5", "--max-load", "Threads_running=900"});
    EXPECT_EQ(ask("chunk-size=?"), "adaptive\n");
    EXPECT_EQ(ask("nice-ratio=?"), "0.5\n");
    EXPECT_EQ(ask("max-load=?"), "Threads_running=900\n");
    EXPECT_EQ(ask("dml-batch-size=?"), "1000\n");
    EXPECT_TRUE(answers("chunk-size=0x200", "# chunk-size: 512; "));
    run.segue().wait_for_output("chunk-size is '512' now, and was 'adaptive'");
    EXPECT_EQ(ask("chunk-size=?"), "512\n");
    EXPECT_TRUE(answers("chunk-size=5", "is not between 10 and 100000: 10 is used"));
    EXPECT_TRUE(answers("chunk-size=", "# chunk-size: adaptive; "));
    EXPECT_TRUE(answers("max-lag-millis=2000", "max-lag-millis: 2000ms"));
    EXPECT_TRUE(answers("nice-ratio=0", "nice-ratio: 0.000000"));
    EXPECT_TRUE(answers(R"(max-load="Threads_running=800,Threads_connected=5000")",
                        "max-load: Threads_running=800,Threads_connected=5000;"));
    EXPECT_TRUE(
        answers("critical-load=Threads_running=4000", "critical-load: Threads_running=4000"));
    EXPECT_EQ(ask("throttle-control-replicas=?"), "\n");
    EXPECT_TRUE(answers("throttle-control-replicas=127.0.0.1:1,[::1]:2",
                        "# throttle-control-replicas count: 2"));
    run.segue().wait_for_output(
        "throttle-control-replicas is '127.0.0.1:1,[::1]:2' now, and was ''");
    run.wait_until("they are looked at", [&] {
        return status_json().find(R"("would_throttle":"127.0.0.1:1 )") != std::string::npos;
    });
    EXPECT_EQ(ask("throttle-control-replicas=?"), "127.0.0.1:1,[::1]:2\n");
    EXPECT_TRUE(answers("throttle-control-replicas=", "# Migrating"));
    run.wait_until("they are not looked at any more", [&] {
        return status_json().find(R"("would_throttle":"")") != std::string::npos;
    });
    for (const char* const wrong :
         {"chunk-size=many", "throttle-control-replicas=:3306", "max-load=Threads_running",
          "chunk-size", "critical-load=Rsa_public_key=1", "max-load=Threads_running=5,nothing=1"})
        EXPECT_FALSE(answers(wrong, "# Migrating")) << wrong;
    EXPECT_TRUE(answers("max-load=Threads_runing=5", "Was Threads_running meant?"));
    EXPECT_EQ(ask("max-load=?"), "Threads_running=800,Threads_connected=5000\n");
    run.let_cut_over();
    run.expect_swapped();
}

TEST_F(a_steered_migration, waits_with_the_copy_when_it_is_told_to) {
    run.session().execute("SET SESSION cte_max_recursion_depth=100000");
    run.session().execute(
        "INSERT INTO t (a) WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i+1 FROM n WHERE "
        "i<3000)"
        " SELECT i FROM n");
    start(/*postponed=*/false, {"--chunk-size", "10", "--nice-ratio", "5"});
    run.wait_until("it copies", [&] { return fs::exists(socket) && answers("sup", "Copy: "); });
    EXPECT_TRUE(answers("throttle", "only for as long as the server keeps its binary logs"));
    run.wait_until("it waits", [&] { return answers("sup", "throttled, commanded by user"); });
    const std::string flag = folder.path() / "hold";
    EXPECT_TRUE(answers("cut-over", "%: the tables are swapped when it is done\n"));
    EXPECT_TRUE(answers("postpone-cut-over-flag-file=" + flag, "Postponed"));
    EXPECT_TRUE(answers("cut-over", "unless " + flag + " is there then"));
    EXPECT_TRUE(answers("cut-over-now", "unless " + flag + " is there then"));
    fs::remove(flag);
    EXPECT_TRUE(answers("no-throttle=other", "this migrates t"));
    EXPECT_TRUE(answers("sup", "throttled, commanded by user"));
    EXPECT_TRUE(answers("unthrottle=t", "# Migrating"));
    ask("nice-ratio=0");
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_steered_migration, waits_with_the_swap_when_it_is_told_to) {
    const auto file = folder.path() / "slow";
    start(/*postponed=*/true, {"--throttle-flag-file", file});
    EXPECT_TRUE(answers("throttle", "# Migrating"));
    run.let_cut_over();
    run.segue().wait_for_output("the cut-over waits while it is throttled: commanded by user");
    EXPECT_TRUE(answers("sup", "State: throttled, commanded by user"));
    EXPECT_TRUE(answers("cut-over-now", "waits while it is throttled: commanded by user"));
    EXPECT_TRUE(answers("cut-over", "not postponed now, but throttled: commanded by user"));
    std::ofstream(file).put('\n');
    EXPECT_TRUE(answers("no-throttle", "# Migrating"));
    run.wait_until("it waits for the file",
                   [&] { return answers("sup", "State: throttled, flag-file"); });
    EXPECT_EQ(run.everything().find("_t_del"), std::string::npos) << run.everything();
    fs::remove(file);
    run.expect_swapped();
}

TEST_F(a_steered_migration, waits_with_the_copy_while_a_query_says_so) {
    run.session().execute("CREATE TABLE gate (shut INT)");
    run.session().execute("INSERT INTO gate VALUES (1)");
    start(/*postponed=*/false, {"--throttle-query", "SELECT shut FROM " + run.schema() + ".gate"});
    run.wait_until("it waits", [&] {
        return fs::exists(socket) && answers("sup", "throttled, throttle-query");
    });
    EXPECT_EQ(ask("throttle-query=?"), "SELECT shut FROM " + run.schema() + ".gate\n");
    EXPECT_TRUE(answers("throttle-query=SELECT nothing", "# throttle-query: SELECT nothing"));
    run.wait_until("it tells of a query that fails",
                   [&] { return answers("sup", "throttled, throttle-query "); });
    run.segue().wait_for_output("WARNING --throttle-query cannot be read, and that throttles");
    EXPECT_FALSE(answers("throttle-query=", "only for as long as"));
    run.expect_swapped();
}

TEST_F(a_steered_migration, holds_changes_back_when_it_is_told_to) {
    start(/*postponed=*/true);
    EXPECT_TRUE(answers("pause-replay", "# Migrating"));
    run.session().execute("UPDATE t SET a=a+10");
    run.wait_until("the changes wait",
                   [&] { return status_json().find(R"("backlog":3,)") != std::string::npos; });
    run.let_cut_over();
    run.wait_until("the swap waits for them", [&] {
        return status_json().find("replaying is paused by command") != std::string::npos;
    });
    EXPECT_TRUE(answers("unpostpone", "resume-replay"));
    EXPECT_TRUE(answers("cut-over-now", "resume-replay"));
    EXPECT_TRUE(answers("sup", "State: postponing cut-over, replaying is paused by user;"));
    EXPECT_TRUE(answers("status", "# replaying is paused by command"));
    run.segue().wait_for_output("the cut-over waits, as replaying is paused");
    ask("resume-replay");
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_steered_migration, that_held_changes_back_looks_at_the_flag_file_before_it_swaps) {
    start(/*postponed=*/true);
    ask("pause-replay");
    run.let_cut_over();
    run.wait_until("the swap waits for replay", [&] {
        return status_json().find("replaying is paused by command") != std::string::npos;
    });
    const std::string other = folder.path() / "other.flag";
    EXPECT_TRUE(ask("postpone-cut-over-flag-file=" + other).starts_with("Postponed\n"));
    ask("resume-replay");
    run.segue().wait_for_output("the cut-over is postponed until " + other + " is removed");
    EXPECT_TRUE(run.segue().err().find("cut-over attempt") == std::string::npos);
    EXPECT_TRUE(run.segue().running());
    fs::remove(other);
    run.expect_swapped();
}

TEST_F(a_steered_migration, waits_with_the_copy_unless_a_url_says_that_all_is_well) {
    start(/*postponed=*/false, {"--throttle-http", "http://127.0.0.1:1/check"});
    run.wait_until("it waits", [&] {
        return fs::exists(socket) && answers("sup", "throttled, Connection error (http=-1)");
    });
    EXPECT_TRUE(answers("throttle-http=nothing", "is no URL"));
    EXPECT_EQ(ask("throttle-http=?"), "http://127.0.0.1:1/check\n");
    EXPECT_TRUE(answers("throttle-http=", "# Migrating"));
    run.expect_swapped();
}

// It is asked for while everything waits for somebody else.
TEST_F(a_steered_migration, ends_by_panic_while_it_is_still_inspecting) {
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("XA START 'held'");
    holder.execute("UPDATE t SET a=a+1");
    holder.execute("XA END 'held'");
    holder.execute("XA PREPARE 'held'");
    start(/*postponed=*/false);
    run.wait_until("it takes commands", [&] { return fs::exists(socket); });
    EXPECT_EQ(ask("panic"), "panic was commanded on the socket, so the migration of " +
                                run.table().quoted() + " ends\n");
    run.expect_failed({"panic was commanded on the socket", "The original table is untouched."});
    holder.execute("XA ROLLBACK 'held'");
}

TEST_F(a_steered_migration, postpones_its_swap_and_goes_on_with_it_by_command) {
    start(/*postponed=*/true);
    const std::string other = folder.path() / "other.flag";
    EXPECT_TRUE(answers("cut-over=other", "this migrates t"));
    EXPECT_TRUE(answers("cut-over-now", "unpostpone lets it go on"));
    EXPECT_TRUE(ask("postpone-cut-over-flag-file=" + other).starts_with("Postponed\n"));
    EXPECT_TRUE(fs::exists(other));
    run.let_cut_over();  // The file of the command line, which does not count any more.
    EXPECT_EQ(ask("postpone-cut-over-flag-file=?"), other + "\n");
    EXPECT_TRUE(answers("sup", "State: postponing cut-over"));
    EXPECT_TRUE(ask("cut-over").starts_with("Unpostponed\n"));
    run.expect_swapped();
    EXPECT_TRUE(fs::exists(other)) << "the file is the operator's";
}

// Without it the last of these pauses would be longer than anybody waits here.
TEST_F(a_steered_migration, tries_to_swap_at_once_when_it_is_told_to) {
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT * FROM t");
    start(/*postponed=*/false,
          {"--cut-over-exponential-backoff", "--exponential-backoff-max-interval", "3600"});
    for (int attempt = 1; attempt < 10; ++attempt) {
        run.segue().wait_for_output(fmt::format("cut-over attempt {} gave way", attempt));
        EXPECT_TRUE(answers("status", fmt::format("# Swap: attempt {} gave way ", attempt)));
        EXPECT_NE(status_json().find(fmt::format(R"(,"number":{},)", attempt)), std::string::npos)
            << status_json();
        EXPECT_TRUE(answers("cut-over", fmt::format("attempt {} gave way", attempt)));
        EXPECT_TRUE(answers("cut-over-now", "# Migrating"));
    }
    holder.execute("COMMIT");
    ask("cut-over-now");
    run.expect_swapped();
}

TEST_F(a_steered_migration, says_so_where_there_is_no_pause_to_end) {
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT * FROM t");
    start(/*postponed=*/false);
    run.segue().wait_for_output("cut-over attempt 1 gave way");
    // An attempt looks for a quiet moment for two seconds, so that each is seen.
    run.wait_until("a pause is ended", [&] { return answers("cut-over-now", "# Migrating"); });
    run.wait_until("an attempt is made",
                   [&] { return answers("cut-over-now", "an attempt is being made"); });
    holder.execute("COMMIT");
    run.expect_swapped();
}

TEST_F(a_steered_migration, tells_only_of_settings_that_change) {
    start(/*postponed=*/true, {"--nice-ratio", "0.5"});
    EXPECT_TRUE(answers("nice-ratio=0.5", "nice-ratio: 0.5"));
    EXPECT_TRUE(answers("no-throttle", "# Migrating"));
    EXPECT_TRUE(answers("resume-replay", "# Migrating"));
    EXPECT_TRUE(answers("postpone-cut-over-flag-file=" + run.flag().string(), "Postponed"));
    EXPECT_EQ(ask("postpone-cut-over-flag-file=/tmp"),
              "/tmp cannot be made: it is a folder, and no file\n");
    EXPECT_EQ(ask("postpone-cut-over-flag-file=?"), run.flag().string() + "\n");
    EXPECT_TRUE(answers("chunk-size=500", "chunk-size: 500"));
    run.segue().wait_for_output("chunk-size is '500' now");
    const std::string by_command = ", by a command on the socket";
    const auto told = run.segue().err();
    EXPECT_EQ(told.find(by_command), told.rfind(by_command)) << told;
    run.let_cut_over();
    run.expect_swapped();
}

TEST_F(a_steered_migration, ends_when_it_is_told_to_panic) {
    start(/*postponed=*/true, {"--force-named-panic", "--force-named-cut-over"});
    EXPECT_EQ(ask("panic"), "panic has to name the table: panic=t\n");
    EXPECT_EQ(ask("unpostpone"), "unpostpone has to name the table: unpostpone=t\n");
    EXPECT_EQ(ask("panic=t"), "panic was commanded on the socket, so the migration of " +
                                  run.table().quoted() + " ends\n");
    run.expect_failed({"panic was commanded on the socket", "The original table is untouched."});
}

TEST_F(a_steered_migration, is_steered_by_segue_itself) {
    start(/*postponed=*/true);
    const auto [code, told] = segue({"ctl", "--socket", socket, "chunk-size=?"});
    EXPECT_EQ(code, 0) << told;
    EXPECT_EQ(told, "adaptive\n");
    EXPECT_EQ(segue({"ctl", "--socket", socket, "nope"}).first, 1);
    EXPECT_EQ(segue({"ctl", "--socket", socket}).first, 2);
    EXPECT_EQ(segue({"ctl", "--socket", socket + "x", "sup"}).first, 1);
    const auto [said_code, said] = segue({"ctl", "--socket", socket, "json", "sup"});
    EXPECT_EQ(said_code, 0);
    EXPECT_TRUE(said.starts_with(R"({"answer":"Copy: )")) << said;
    EXPECT_EQ(segue({"ctl", "--socket", socket, "json", "nope"}).first, 1);
    EXPECT_NE(segue({"ctl", "--socket", socket + "x", "sup"}).second.find("no such socket"),
              std::string::npos);
    const auto [json_code, json] = segue({"status", "--socket", socket, "--json"});
    EXPECT_EQ(json_code, 0);
    EXPECT_TRUE(json.starts_with("{")) << json;
    child_process watching(segue_program(segue_build::released),
                           {"status", "--socket", socket, "--watch"});
    watching.wait_for_output("State: postponing cut-over");
    EXPECT_EQ(segue({"ctl", "--socket", socket, "cut-over=t"}).first, 0);
    run.expect_swapped();
    EXPECT_EQ(watching.wait(), 0) << "it ends with what it watched";
    EXPECT_NE(watching.out().find("the run has ended"), std::string::npos) << watching.out();
}

// As it is when somebody has pressed Ctrl-Z.
TEST_F(a_steered_migration, that_is_stopped_gives_no_answer_and_ctl_says_what_that_may_be) {
    start(/*postponed=*/true);
    ::kill(run.segue().pid(), SIGSTOP);
    const auto [code, told] = segue({"ctl", "--socket", socket, "--timeout", "1", "sup"});
    ::kill(run.segue().pid(), SIGCONT);
    EXPECT_EQ(code, 1);
    EXPECT_NE(told.find("kill -CONT"), std::string::npos) << told;
    run.let_cut_over();
    run.expect_swapped();
}

// LOCK TABLES of somebody's: nothing else would say why the copy stands.
TEST_F(a_steered_migration, tells_who_holds_its_copy_up) {
    const fs::path wait = folder.path() / "wait";
    std::ofstream(wait).put('x');
    start(/*postponed=*/false, {"--throttle-flag-file", wait});
    run.segue().wait_for_output("State: throttled, flag-file");
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("LOCK TABLES t WRITE");
    fs::remove(wait);
    run.segue().wait_for_output(
        fmt::format("the transaction of connection {} holds the table", holder.connection_id()));
    holder.execute("UNLOCK TABLES");
    run.expect_swapped();
}

TEST_F(a_steered_migration, takes_away_what_killed_ones_have_left_when_all_are_looked_for) {
    start(/*postponed=*/true);
    run.segue().signal(SIGKILL);
    run.segue().wait();
    const fs::path left = control::default_socket_path(run.schema(), "t", run.segue().pid());
    fs::rename(socket, left);
    segue({"status"});
    EXPECT_TRUE(fs::exists(left)) << "it is new";
    fs::last_write_time(left, fs::file_time_type::clock::now() - 1min);
    segue({"status"});
    EXPECT_FALSE(fs::exists(left));
}

// Of a table of the same name on another server.
TEST_F(a_steered_migration, takes_commands_elsewhere_where_the_default_path_is_served) {
    const std::string usual = control::default_socket_path(run.schema(), "t");
    const control::command_server other({.unix_path = usual},
                                        [](std::string_view) { return "another"; });
    run.start("ADD COLUMN b INT", {.postponed = true, .more = {"--serve-socket-file", ""}});
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_EQ(control::ask({.unix_path = usual}, "sup", 60s), "another");
    socket = control::default_socket_path(run.schema(), "t", run.segue().pid());
    run.segue().wait_for_output("a process that is at work serves " + usual +
                                ": commands are taken at " + socket);
    EXPECT_TRUE(answers("status", "# Serving on unix socket: " + socket));
    run.let_cut_over();
    run.expect_swapped();
}

TEST(a_migration_under_writers, is_not_harmed_by_what_clients_send) {
    live_run run(shared_server(), {.rows = 3'000, .writing = {.rate_per_second = 50}});
    const fs::path socket = fs::temp_directory_path() / fmt::format("segue.{}.sock", ::getpid());
    run.writers().start();
    run.start({.postponed = true, .more = {"--serve-socket-file", socket}});
    run.segue().wait_for_output("State: postponing cut-over");
    std::vector<std::future<std::string>> clients;
    for (int i = 0; i < 100; ++i)
        clients.push_back(std::async(std::launch::async, [&, i] {
            const std::string junk(static_cast<std::size_t>(i) * 1'000, '\xFF');
            return control::ask({.unix_path = socket}, i % 2 == 0 ? "status" : junk, 60s);
        }));
    for (auto& one : clients) EXPECT_NE(one.get(), "");
    run.writers().wait_for_transactions(50);
    run.let_cut_over();
    run.expect_swapped();
    run.expect_nothing_lost();
}

}  // namespace
}  // namespace segue::test
