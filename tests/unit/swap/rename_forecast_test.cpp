#include "src/swap/rename_forecast.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::swap {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

TEST(rename_forecast, fits_where_rename_is_too_short_to_be_measured) {
    rename_forecast renaming(1ms, std::nullopt);
    renaming.took_before_rename(1h);
    EXPECT_TRUE(renaming.fits());
}

TEST(rename_forecast, leaves_a_tenth_of_the_budget_to_what_comes_before_rename) {
    EXPECT_TRUE(rename_forecast(500ms, 450ms).fits());
    EXPECT_FALSE(rename_forecast(500ms, 451ms).fits());
}

TEST(rename_forecast, leaves_to_it_what_an_attempt_took) {
    rename_forecast renaming(500ms, 428ms);
    ASSERT_TRUE(renaming.fits());
    renaming.took_before_rename(100ms);
    EXPECT_FALSE(renaming.fits());
    EXPECT_THAT(renaming.in_words(), AllOf(HasSubstr("some 428 ms"), HasSubstr("some 100 ms"),
                                           HasSubstr("stall budget of 500 ms")));
    renaming.took_before_rename(60ms);
    EXPECT_TRUE(renaming.fits());
}

TEST(rename_forecast, does_not_wait_for_ever_for_one_slow_moment_under_the_lock) {
    rename_forecast renaming(500ms, 428ms);
    renaming.took_before_rename(500ms);
    for (int pauses = 0; pauses < 3; ++pauses) {
        EXPECT_FALSE(renaming.fits()) << pauses;
        renaming.paused();
    }
    EXPECT_TRUE(renaming.fits());
}

TEST(rename_forecast, goes_by_the_last_measurement) {
    rename_forecast renaming(500ms, 4'321ms);
    EXPECT_FALSE(renaming.fits());
    renaming.measured(120ms);
    EXPECT_TRUE(renaming.fits());
    renaming.measured(900ms);
    EXPECT_FALSE(renaming.fits());
}

TEST(rename_forecast, is_measured_again_at_once_and_then_at_growing_intervals) {
    rename_forecast renaming(500ms, 4'321ms);
    for (const auto pause : {0min, 1min, 2min, 4min, 8min, 15min, 15min}) {
        EXPECT_EQ(renaming.pause(), pause);
        renaming.measured(4'000ms);
    }
}

// Else a lock would be asked for in vain every minute.
TEST(rename_forecast, waits_ever_longer_where_attempts_give_way) {
    rename_forecast renaming(500ms, 428ms);
    renaming.took_before_rename(100ms);
    renaming.measured(428ms);
    EXPECT_FALSE(renaming.fits());
    EXPECT_EQ(renaming.pause(), 1min);
    renaming.paused();
    renaming.measured(428ms);
    EXPECT_TRUE(renaming.fits());
    renaming.took_before_rename(100ms);
    EXPECT_FALSE(renaming.fits());
    EXPECT_EQ(renaming.pause(), 2min);
}

TEST(rename_forecast, is_told_again_where_the_result_is_another) {
    rename_forecast renaming(500ms, 4'000ms);
    EXPECT_TRUE(renaming.tell_anew());
    EXPECT_FALSE(renaming.tell_anew());
    renaming.measured(4'500ms);
    EXPECT_FALSE(renaming.tell_anew());
    renaming.measured(900ms);
    EXPECT_TRUE(renaming.tell_anew());
    EXPECT_FALSE(renaming.tell_anew());
}

}  // namespace
}  // namespace segue::swap
