// Stopping in order, pausing, and what is told.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_run : public testing::Test {
  protected:
    a_run() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute(
            "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE "
            "i<900) SELECT i, 0 FROM n");
        definition = run.session().query("SHOW CREATE TABLE t");
    }
    ~a_run() override { std::filesystem::remove(throttle_file); }

    void throttle() const { std::ofstream(throttle_file).flush(); }
    void unthrottle() const { std::filesystem::remove(throttle_file); }
    std::string throttle_flag() const { return "--throttle-flag-file=" + throttle_file; }

    /// It said so, and running the statement it names leaves nothing but the original.
    void expect_untouched_and_cleaned_up_as_told() {
        run.expect_failed({"stopped by a signal", "The original table is untouched"});
        EXPECT_EQ(run.session().query("SHOW CREATE TABLE t"), definition);
        const auto told = run.segue().err();
        const std::regex clean_up("To clean up: (DROP TABLE IF EXISTS [^;]*);");
        std::smatch statement;
        ASSERT_TRUE(std::regex_search(told, statement, clean_up)) << told;
        EXPECT_NE(told.find("; or start again"), std::string::npos);
        EXPECT_NE(run.everything(), "t:900");
        run.session().execute(statement[1].str());
        EXPECT_EQ(run.everything(), "t:900");
    }
    std::string ghost_rows() {
        return run.session().query_value("SELECT COUNT(*) FROM _t_gho").value();
    }

    quiet_run run{shared_server()};
    const std::string throttle_file = run.flag().string() + ".throttle";
    std::vector<row> definition;
};

class a_signal : public a_run, public testing::WithParamInterface<int> {};

TEST_P(a_signal, while_rows_are_copied_stops_in_order) {
    throttle();
    run.start("ADD COLUMN b INT", {.more = {throttle_flag()}});
    run.segue().wait_for_output("State: throttled, flag-file");
    run.segue().signal(GetParam());
    expect_untouched_and_cleaned_up_as_told();
}

TEST_P(a_signal, while_a_chunk_waits_for_a_lock_stops_in_order) {
    throttle();
    run.start("ADD COLUMN b INT", {.more = {throttle_flag(), "--default-retries=1000"}});
    run.segue().wait_for_output("State: throttled, flag-file");
    application_session holder(shared_server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT id FROM _t_gho WHERE id < 100 FOR UPDATE");
    unthrottle();
    run.wait_for_lock_wait_in_ghost();
    run.segue().signal(GetParam());
    run.segue().wait();
    holder.execute("ROLLBACK");
    expect_untouched_and_cleaned_up_as_told();
}

TEST_P(a_signal, while_the_cut_over_is_postponed_stops_in_order) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.segue().signal(GetParam());
    expect_untouched_and_cleaned_up_as_told();
}

TEST_P(a_signal, that_comes_twice_ends_the_process_at_once) {
    fault_points faults;
    faults.pause("copier.chunk_read");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached("copier.chunk_read");
    run.segue().signal(GetParam());
    run.segue().wait_for_output("a second signal ends the process at once");
    EXPECT_TRUE(run.segue().running());  // a thread is held, so it cannot stop in order
    run.segue().signal(GetParam());
    EXPECT_EQ(run.segue().wait(), 1);
    EXPECT_EQ(run.session().query("SHOW CREATE TABLE t"), definition);
}

INSTANTIATE_TEST_SUITE_P(of, a_signal, testing::Values(SIGINT, SIGTERM),
                         [](const auto& of) { return of.param == SIGINT ? "SIGINT" : "SIGTERM"; });

// The server may make it after the process has ended.
TEST_F(a_run, that_is_ended_at_once_names_the_table_whose_making_was_under_way) {
    struct table_made {
        std::string point;
        std::string name;
    };
    for (const table_made& each :
         {table_made{"empty_table.created", "_t_gho"}, table_made{"migration.table_made", "_t_ghc"},
          table_made{"inspection.state_begun", "_t_ghk"}}) {
        SCOPED_TRACE(each.name);
        fault_points faults;
        faults.pause(each.point);
        run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                       .faults = &faults,
                                       .more = {"--initially-drop-ghost-table"}});
        faults.wait_reached(each.point);
        EXPECT_NE(run.everything().find(each.name), std::string::npos);
        run.segue().signal(SIGTERM);
        run.segue().wait_for_output("a second signal ends the process at once");
        run.segue().signal(SIGTERM);
        run.expect_failed({"ended at once by a second signal", "Left behind: "});
        const auto told = run.segue().err();
        EXPECT_NE(told.find("`" + each.name + "`", told.find("DROP TABLE IF EXISTS")), told.npos)
            << told;
    }
}

TEST_F(a_run, that_was_stopped_can_be_started_again) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    run.segue().signal(SIGTERM);
    run.expect_failed({"stopped by a signal"});
    run.start("ADD COLUMN b INT", {.more = {"--initially-drop-ghost-table"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:900 t:900");
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_run, that_is_throttled_stops_copying_and_goes_on_replaying) {
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 10});
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .more = {"--threads=1", "--chunk-size=10", throttle_flag()}});
    faults.wait_reached("copier.chunk_committed");
    throttle();
    run.segue().wait_for_output("State: throttled, flag-file");
    faults.go("copier.chunk_committed");
    const auto replayed = [&](int round) {
        run.session().execute(fmt::format("UPDATE t SET a={} WHERE id=1", round));
        eventually("a change is carried over", [&] {
            return run.session().query_value("SELECT a FROM _t_gho WHERE id=1") ==
                   std::to_string(round);
        });
    };
    replayed(1);
    run.session().execute("INSERT INTO t VALUES (5000, 5)");
    eventually("a row behind the end is carried over", [&] {
        return run.session().query("SELECT 1 FROM _t_gho WHERE id=5000").size() == 1;
    });
    replayed(2);
    // The tail, nine chunks of ten rows, one that may have been registered beside the last of them,
    // and the row behind the end.
    EXPECT_LE(std::stoi(ghost_rows()), 9 * 10 + 10 + 1);
    unthrottle();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(a_run, whose_load_cannot_be_read_is_refused) {
    run.start("ADD COLUMN b INT", {.more = {"--max-load=No_such_variable=5"}});
    run.expect_failed({"--max-load cannot be watched", "No_such_variable"});
    EXPECT_EQ(run.everything(), "t:900");
}

TEST_F(a_run, whose_load_is_too_high_says_so) {
    run.start("ADD COLUMN b INT", {.more = {"--max-load=Threads_running=1"}});
    run.segue().wait_for_match(
        std::regex("State: throttled, max-load Threads_running=[0-9]+ >= 1; ETA"));
    run.segue().signal(SIGTERM);
    expect_untouched_and_cleaned_up_as_told();
}

TEST_F(a_run, with_arguments_that_cannot_be_read_ends_with_2) {
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{"--no-such-flag"}, {"--threads=many"}, {"stray"}}) {
        run.start("ADD COLUMN b INT", {.more = wrong});
        EXPECT_EQ(run.segue().wait(), 2) << run.segue().err();
        EXPECT_NE(run.segue().out().find("segue --help"), std::string::npos) << run.segue().out();
    }
    EXPECT_EQ(run.everything(), "t:900");
}

std::string command_line_of(pid_t process) {
    std::ifstream file(fmt::format("/proc/{}/cmdline", process), std::ios::binary);
    std::ostringstream read;
    read << file.rdbuf();
    return read.str();
}

TEST_F(a_run, with_a_wrong_password_says_so_and_never_shows_it) {
    run.start("ADD COLUMN b INT", {.more = {"--password=not-the-secret", "--debug"}});
    run.expect_failed({"Access denied"});
    EXPECT_EQ((run.segue().out() + run.segue().err()).find("not-the-secret"), std::string::npos)
        << run.segue().err();
    EXPECT_EQ(run.everything(), "t:900");
}

TEST_F(a_run, never_shows_its_password) {
    const auto secret = shared_server().password();
    ASSERT_FALSE(secret.empty());
    for (const std::vector<std::string>& given :
         {std::vector<std::string>{"--password=" + secret}, {"--password", secret}}) {
        auto more = given;
        more.emplace_back("--debug");
        run.start("ADD COLUMN b INT",
                  {.postponed = true, .more = more, .variables = {{"MYSQL_PWD", ""}}});
        run.segue().wait_for_output("State: postponing cut-over");
        const auto shown = command_line_of(run.segue().pid());
        EXPECT_NE(shown.find("--password"), std::string::npos) << shown;
        EXPECT_EQ(shown.find(secret), std::string::npos) << shown;
        run.let_cut_over();
        run.expect_swapped();
        EXPECT_EQ((run.segue().out() + run.segue().err()).find(secret), std::string::npos);
        run.session().execute("DROP TABLE t");
        run.session().execute("RENAME TABLE _t_del TO t");
    }
}

TEST_F(a_run, writes_the_status_lines_of_gh_ost) {
    throttle();
    run.start("ADD COLUMN b INT",
              {.postponed = true,
               .more = {"--chunk-size=100", throttle_flag(), "--max-load=Threads_running=500"}});
    run.segue().wait_for_output("State: throttled, flag-file");
    unthrottle();
    run.segue().wait_for_output("State: postponing cut-over");
    run.let_cut_over();
    run.expect_swapped();
    const auto out = run.segue().out();
    const std::regex status(
        R"(Copy: \d+/\d+ \d+\.\d%; Applied: \d+; Backlog: \d+/\d+; )"
        R"(Time: (\d+h)?(\d+m)?\d+s\(total\), (\d+h)?(\d+m)?\d+s\(copy\); )"
        R"(streamer: [0-9a-f-]+:[0-9:-]+; Lag: \d+\.\d\ds, HeartbeatLag: \d+\.\d\ds, )"
        R"(State: (migrating|postponing cut-over|throttled, [^;]+|swapped, cleaning up); )"
        R"(ETA: (N/A|due|(\d+h)?(\d+m)?\d+s))");
    std::istringstream lines(out);
    unsigned status_lines = 0;
    std::string last;
    for (std::string line; std::getline(lines, line); last = line) {
        if (line.starts_with("# ")) continue;
        EXPECT_TRUE(std::regex_match(line, status)) << line;
        ++status_lines;
    }
    EXPECT_GE(status_lines, 3U) << out;
    EXPECT_EQ(last, "# Done");
    EXPECT_NE(out.find("Copy: 900/900 100.0%;"), std::string::npos) << out;
    EXPECT_NE(out.find("State: postponing cut-over; ETA: due"), std::string::npos) << out;
    for (const auto& hint :
         {fmt::format("# Migrating `{0}`.`t`; Ghost table is `{0}`.`_t_gho`\n", run.schema()),
          std::string("; inspecting "), std::string("; executing on "),
          std::string("# Migration started at "),
          std::string("# chunk-size: 100; max-lag-millis: 1500ms; "),
          std::string("max-load: Threads_running=500; critical-load: ; nice-ratio: 0.000000\n"),
          "# throttle-flag-file: " + throttle_file + " [set]\n",
          "# postpone-cut-over-flag-file: " + run.flag().string() + " [set]\n"})
        EXPECT_NE(out.find(hint), std::string::npos) << hint << "\n" << out;
}

}  // namespace
}  // namespace segue::test
