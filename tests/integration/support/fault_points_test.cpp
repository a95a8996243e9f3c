#include "tests/support/fault_points.hpp"

#include "src/base/error.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

TEST(fault_points, without_any_nothing_happens) {
    const auto result = run_command(FAULT_POINT_PROBE, {"copy.rows", "a.b"});
    EXPECT_EQ(result.out, "passed copy.rows\npassed a.b\n");
}

TEST(fault_points, rules_are_taken_out_by_name) {
    fault_points points;
    points.leave_out("barrier").leave_out("wait");
    const auto result =
        run_command(FAULT_POINT_PROBE, {"barrier", "other", "wait"}, points.variables());
    EXPECT_EQ(result.out,
              "barrier is taken out\npassed barrier\npassed other\nwait is taken out\n"
              "passed wait\n");
}

TEST(fault_points, a_pause_holds_until_it_is_let_go) {
    fault_points points;
    points.pause("lock.granted");
    child_process probe(FAULT_POINT_PROBE, {"before", "lock.granted", "lock.granted"},
                        points.variables());
    points.wait_reached("lock.granted");
    probe.wait_for_output("passed before\n");
    EXPECT_EQ(probe.out(), "passed before\n");
    points.go("lock.granted");
    EXPECT_EQ(probe.wait(), 0);
    EXPECT_EQ(probe.out(), "passed before\npassed lock.granted\npassed lock.granted\n");
}

TEST(fault_points, a_point_nobody_comes_to_is_an_error) {
    fault_points points;
    EXPECT_THROW(points.wait_reached("lock.granted", 20ms), error);
}

TEST(fault_points, abort_kills_the_process) {
    fault_points points;
    points.abort("copy.rows", {.first = 2});
    child_process probe(FAULT_POINT_PROBE, {"copy.rows", "copy.rows", "copy.rows"},
                        points.variables());
    EXPECT_EQ(probe.wait(), 128 + SIGKILL);
    EXPECT_EQ(probe.out(), "passed copy.rows\n");
}

TEST(fault_points, failures_are_thrown_at_the_arrivals_asked_for) {
    fault_points points;
    points.fail("once").fail("from_second", {.first = 2, .always = true});
    const auto result = run_command(FAULT_POINT_PROBE,
                                    {"once", "once", "from_second", "from_second", "from_second"},
                                    points.variables());
    EXPECT_EQ(result.out,
              "fault injected at once\npassed once\npassed from_second\n"
              "fault injected at from_second\nfault injected at from_second\n");
}

TEST(fault_points, a_point_can_have_an_action_at_several_arrivals) {
    fault_points points;
    points.fail("step").pause("step", {.first = 2});
    child_process probe(FAULT_POINT_PROBE, {"step", "step"}, points.variables());
    points.wait_reached("step");
    points.go("step");
    probe.wait();
    EXPECT_EQ(probe.out(), "fault injected at step\npassed step\n");
}

TEST(fault_points, an_action_that_does_not_exist_is_no_silent_pass) {
    EXPECT_EQ(run_command(FAULT_POINT_PROBE, {"a"}, {{"SEGUE_TEST_POINTS", "a=explode"}}).exit_code,
              128 + SIGABRT);
}

}  // namespace
}  // namespace segue::test
