#include "src/swap/stall_budget.hpp"

#include "src/swap/watchdog.hpp"
#include "tests/unit/support/stepped_clock.hpp"

#include <future>

#include <gtest/gtest.h>

namespace segue::swap {
namespace {

using namespace std::chrono_literals;

TEST(stall_budget, is_spent_at_its_end_and_not_before) {
    test::stepped_clock clock;
    const stall_budget budget(clock, 500ms);
    EXPECT_FALSE(budget.spent());
    clock.step(499ms);
    EXPECT_FALSE(budget.spent());
    clock.step(1ms);
    EXPECT_TRUE(budget.spent());
    clock.step(1h);
    EXPECT_TRUE(budget.spent());
}

TEST(stall_budget, counts_from_when_it_was_made) {
    test::stepped_clock clock;
    clock.step(7s);
    const stall_budget budget(clock, 500ms);
    EXPECT_EQ(budget.used(), 0ms);
    EXPECT_EQ(budget.deadline(), clock.now() + 500ms);
    clock.step(120ms);
    EXPECT_EQ(budget.used(), 120ms);
}

TEST(stall_budget, its_watchdog_interrupts_when_the_clock_comes_to_the_deadline) {
    test::stepped_clock clock;
    const stall_budget budget(clock, 500ms);
    std::promise<bool> spent_when_interrupted;
    bool told = false;  // of the watchdog's thread
    watchdog timer(clock, budget.deadline(),
                   [&] {
                       if (!told) spent_when_interrupted.set_value(budget.spent());
                       told = true;
                   },
                   {});
    clock.step(499ms);
    EXPECT_FALSE(timer.out_of_time().stop_requested());
    clock.step(1ms);
    EXPECT_TRUE(spent_when_interrupted.get_future().get());
    EXPECT_TRUE(timer.out_of_time().stop_requested());
    timer.disarm();
}

TEST(stall_budget, its_watchdog_is_silent_once_disarmed_however_late_it_gets) {
    test::stepped_clock clock;
    const stall_budget budget(clock, 500ms);
    int interrupts = 0;  // of the watchdog's thread until it is joined
    watchdog timer(clock, budget.deadline(), [&] { ++interrupts; }, {});
    timer.disarm();
    clock.step(1h);
    EXPECT_EQ(interrupts, 0);
    EXPECT_FALSE(timer.out_of_time().stop_requested());
}

}  // namespace
}  // namespace segue::swap
