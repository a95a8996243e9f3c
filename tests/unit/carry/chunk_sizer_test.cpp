#include "src/carry/chunk_sizer.hpp"

#include <gtest/gtest.h>

namespace segue::carry {
namespace {

using namespace std::chrono_literals;

// Chunks of 250 ms, and of rows that are learnt.
const throttle::live_pace learnt{throttle::pace{.chunk_time = 250ms}};

throttle::live_pace fixed_at(std::uint64_t rows) {
    return throttle::live_pace({.chunk_rows = rows});
}

TEST(next_chunk_rows, stays_when_the_target_is_met) {
    EXPECT_EQ(next_chunk_rows(1'000, 250ms, 250ms), 1'000U);
}

TEST(next_chunk_rows, follows_the_time_in_proportion) {
    EXPECT_EQ(next_chunk_rows(1'000, 500ms, 250ms), 500U);
    EXPECT_EQ(next_chunk_rows(1'000, 200ms, 250ms), 1'250U);
}

TEST(next_chunk_rows, grows_at_most_twofold) {
    EXPECT_EQ(next_chunk_rows(1'000, 1ms, 250ms), 2'000U);
    EXPECT_EQ(next_chunk_rows(1'000, 0ms, 250ms), 2'000U);
}

TEST(next_chunk_rows, shrinks_at_most_tenfold) {
    EXPECT_EQ(next_chunk_rows(1'000, 1h, 250ms), 100U);
}

TEST(next_chunk_rows, stays_within_its_bounds) {
    EXPECT_EQ(next_chunk_rows(20, 1h, 250ms), chunk_sizer::rows_min);
    EXPECT_EQ(next_chunk_rows(90'000, 1ms, 250ms), chunk_sizer::rows_max);
    EXPECT_EQ(next_chunk_rows(0, 250ms, 250ms), chunk_sizer::rows_min);
}

TEST(chunk_sizer, chunks_of_long_rows_have_few_of_them) {
    chunk_sizer sizer(learnt, 3);
    EXPECT_EQ(sizer.rows(), 3U);
    sizer.copied(3, 1ms);
    EXPECT_EQ(sizer.rows(), 3U);
    sizer.copied(3, 1h);
    EXPECT_EQ(sizer.rows(), 3U);
    const auto of_fifty = fixed_at(50);
    EXPECT_EQ(chunk_sizer(of_fifty, 3).rows(), 50U);
}

TEST(chunk_sizer, a_chunk_that_was_too_large_makes_the_next_smaller) {
    chunk_sizer sizer(learnt);
    sizer.was_too_large();
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first / 2);
    chunk_sizer of_one_row(learnt, 1);
    of_one_row.was_too_large();
    EXPECT_EQ(of_one_row.rows(), 1U);
    const auto of_77 = fixed_at(77);
    chunk_sizer fixed(of_77);
    fixed.was_too_large();
    EXPECT_EQ(fixed.rows(), 77U);
}

TEST(chunk_sizer, learns_from_chunks_of_the_size_asked_for) {
    chunk_sizer sizer(learnt);
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first);
    sizer.copied(1'000, 125ms);
    EXPECT_EQ(sizer.rows(), 2'000U);
    sizer.copied(2'000, 1'000ms);
    EXPECT_EQ(sizer.rows(), 500U);
}

TEST(chunk_sizer, a_fixed_size_is_kept) {
    const auto of_77 = fixed_at(77);
    chunk_sizer sizer(of_77);
    sizer.copied(77, 1h);
    EXPECT_EQ(sizer.rows(), 77U);
}

TEST(chunk_sizer, a_short_chunk_that_was_fast_changes_nothing) {
    chunk_sizer sizer(learnt);
    sizer.copied(0, 1ms);
    sizer.copied(3, 1ms);
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first);
}

TEST(chunk_sizer, a_short_chunk_that_was_slow_makes_the_next_smaller) {
    chunk_sizer sizer(learnt);
    sizer.copied(300, 500ms);
    EXPECT_EQ(sizer.rows(), 150U);
}

TEST(chunk_sizer, shrinks_at_most_tenfold_in_one_step) {
    chunk_sizer sizer(learnt);
    sizer.copied(10, 1h);
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first / 10);
}

TEST(chunk_sizer, lets_a_worker_rest_for_what_a_chunk_worked_and_not_for_what_it_waited) {
    const throttle::live_pace nice{throttle::pace{.chunk_rows = 50, .nice_ratio = 2}};
    chunk_sizer sizer(nice);
    for (int i = 0; i < 5; ++i) sizer.copied(50, 100ms);
    EXPECT_EQ(sizer.rest_after(100ms), 200ms);
    EXPECT_EQ(sizer.rest_after(350ms), 700ms) << "a slower one";
    sizer.copied(50, 5min);
    EXPECT_EQ(sizer.rest_after(5min), 800ms);
    for (int i = 0; i < 9; ++i) sizer.copied(50, 10s);
    EXPECT_EQ(sizer.rest_after(10s), 20s) << "all of them are slow";
    EXPECT_EQ(chunk_sizer(learnt).rest_after(10s), 0ms) << "nobody is nice";
}

// The first ones may be those that waited.
TEST(chunk_sizer, lets_a_worker_rest_by_the_time_of_a_chunk_until_some_are_known) {
    const throttle::live_pace nice{throttle::pace{.chunk_time = 250ms, .nice_ratio = 2}};
    chunk_sizer sizer(nice);
    sizer.copied(1'000, 5min);
    sizer.copied(1'000, 5min);
    EXPECT_EQ(sizer.rest_after(5min), 500ms);
    EXPECT_EQ(sizer.rest_after(20ms), 40ms);
}

TEST(chunk_sizer, follows_a_pace_that_is_changed_meanwhile) {
    throttle::live_pace pace{throttle::pace{.chunk_time = 250ms}};
    chunk_sizer sizer(pace);
    pace.change([](throttle::pace& now) { now.chunk_rows = 77; });
    EXPECT_EQ(sizer.rows(), 77U);
    pace.change([](throttle::pace& now) { now.chunk_rows.reset(); });
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first) << "what was learnt";
    pace.change([](throttle::pace& now) { now.chunk_time = 500ms; });
    sizer.copied(1'000, 250ms);
    EXPECT_EQ(sizer.rows(), 2'000U);
}

}  // namespace
}  // namespace segue::carry
