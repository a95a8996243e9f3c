// The locking connection, or all of Segue, stops in the middle of a cut-over.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <chrono>
#include <csignal>
#include <regex>
#include <string>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

// As slow as a busy machine allows, so that Segue keeps up there too.
live_options few_rows() {
    return {.rows = 3'000, .writing = {.rate_per_second = 50}};
}

// The one session of Segue's that has autocommit off; no writer has.
std::string locking_connection(application_session& session) {
    std::string found;
    eventually("one session has autocommit off", [&] {
        const auto ids = session.query(
            "SELECT t.processlist_id FROM performance_schema.variables_by_thread v JOIN "
            "performance_schema.threads t USING (thread_id) WHERE v.variable_name='autocommit' AND "
            "v.variable_value='OFF'");
        if (ids.size() == 1) found = ids[0][0].value();
        return ids.size() == 1;
    });
    return found;
}

class a_killed_locking_connection : public testing::TestWithParam<const char*> {};

TEST_P(a_killed_locking_connection, loses_nothing_and_another_attempt_swaps) {
    const std::string step = GetParam();
    live_run run(shared_server(), few_rows());
    fault_points faults;
    faults.pause("cut_over.before_lock");
    if (step != "cut_over.before_lock") faults.pause(step);
    run.writers().start();
    run.start({.build = segue_build::faulty,
               .faults = &faults,
               .stall_budget = std::chrono::minutes(10)});
    faults.wait_reached("cut_over.before_lock");
    // The flush workers stand still by now, so there is something to carry over under the lock.
    run.writers().wait_for_transactions(200);
    if (step != "cut_over.before_lock") {
        faults.go("cut_over.before_lock");
        faults.wait_reached(step);
    }
    run.session().execute("KILL " + locking_connection(run.session()));
    // Before Segue knows of it: the table is free again.
    run.writers().wait_for_transactions(20);
    faults.go(step);
    run.expect_swapped();
    EXPECT_EQ(run.times_told("cut-over attempt 1 gave way: "), 1U) << run.segue().err();
    run.expect_nothing_lost();
    EXPECT_EQ(run.session().query("SELECT added FROM " + run.table().quoted() + " LIMIT 1").size(),
              1U);
}

INSTANTIATE_TEST_SUITE_P(at, a_killed_locking_connection,
                         testing::Values("cut_over.before_lock", "cut_over.locked",
                                         "cut_over.marker_seen", "cut_over.flushed",
                                         "cut_over.before_rename"),
                         [](const auto& of) {
                             return std::string(of.param).substr(sizeof "cut_over." - 1);
                         });

class a_cut_over_that_stands_still : public testing::TestWithParam<const char*> {
  protected:
    void reach_the_point() {
        faults.pause(GetParam());
        run.writers().start();
        run.start({.build = segue_build::faulty, .faults = &faults, .stall_budget = budget});
        faults.wait_reached(GetParam());
    }
    void go_on_and_expect_a_later_swap() {
        faults.go(GetParam());
        run.expect_swapped();
        EXPECT_GE(run.times_told("gave way: "), 1U) << run.segue().err();
        run.expect_nothing_lost();
    }

    // Above it the server itself frees the table.
    static constexpr std::chrono::milliseconds budget{1'000};
    live_run run{shared_server(), few_rows()};
    fault_points faults;
};

TEST_P(a_cut_over_that_stands_still, lets_the_application_go_on) {
    reach_the_point();
    run.writers().wait_for_transactions(200);
    go_on_and_expect_a_later_swap();
}

TEST_P(a_cut_over_that_stands_still, lets_it_go_on_also_when_the_whole_process_does) {
    reach_the_point();
    run.segue().signal(SIGSTOP);
    run.writers().wait_for_transactions(200);
    // Longer than anybody can have waited for the table.
    const auto began = run.session().query_value("SELECT NOW()").value();
    eventually("the process has stood still for seconds", [&] {
        return run.session().query_value("SELECT NOW() >= '" + began + "' + INTERVAL 2 SECOND") ==
               "1";
    });
    run.segue().signal(SIGCONT);
    go_on_and_expect_a_later_swap();
    const auto told = run.segue().err();
    std::smatch wait;
    ASSERT_TRUE(
        std::regex_search(told, wait, std::regex("gave way: [^\n]*; writes waited for (\\d+) ms")));
    // lock_wait_timeout and wait_timeout, after which the server frees the tables.
    EXPECT_LE(std::stol(wait[1]), 3'000) << told;
}

INSTANTIATE_TEST_SUITE_P(at, a_cut_over_that_stands_still,
                         testing::Values("cut_over.locked", "cut_over.before_rename"),
                         [](const auto& of) {
                             return std::string(of.param).substr(sizeof "cut_over." - 1);
                         });

TEST(a_cut_over_whose_budget_is_spent, gives_way_though_it_could_still_swap) {
    live_run run(shared_server(), few_rows());
    fault_points faults;
    faults.pause("cut_over.flushed");
    const auto kills = [&] {
        return run.session().query("SHOW GLOBAL STATUS LIKE 'Com_kill'").at(0).at(1).value();
    };
    const auto before = kills();
    run.start(
        {.build = segue_build::faulty, .faults = &faults, .stall_budget = std::chrono::seconds(2)});
    faults.wait_reached("cut_over.flushed");
    // The watchdog speaks; the connection still lives, and holds the lock.
    eventually("the watchdog has fired", [&] { return kills() != before; });
    faults.go("cut_over.flushed");
    run.expect_swapped();
    EXPECT_EQ(run.times_told("cut-over attempt 1 gave way: "), 1U) << run.segue().err();
    run.expect_as_native_alter();
}

}  // namespace
}  // namespace segue::test
