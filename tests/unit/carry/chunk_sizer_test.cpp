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

TEST(NextChunkRows, StaysWhenTheTargetIsMet) {
    EXPECT_EQ(next_chunk_rows(1'000, 250ms, 250ms), 1'000U);
}

TEST(NextChunkRows, FollowsTheTimeInProportion) {
    EXPECT_EQ(next_chunk_rows(1'000, 500ms, 250ms), 500U);
    EXPECT_EQ(next_chunk_rows(1'000, 200ms, 250ms), 1'250U);
}

TEST(NextChunkRows, GrowsAtMostTwofold) {
    EXPECT_EQ(next_chunk_rows(1'000, 1ms, 250ms), 2'000U);
    EXPECT_EQ(next_chunk_rows(1'000, 0ms, 250ms), 2'000U);
}

TEST(NextChunkRows, ShrinksAtMostTenfold) {
    EXPECT_EQ(next_chunk_rows(1'000, 1h, 250ms), 100U);
}

TEST(NextChunkRows, StaysWithinItsBounds) {
    EXPECT_EQ(next_chunk_rows(20, 1h, 250ms), chunk_sizer::rows_min);
    EXPECT_EQ(next_chunk_rows(90'000, 1ms, 250ms), chunk_sizer::rows_max);
    EXPECT_EQ(next_chunk_rows(0, 250ms, 250ms), chunk_sizer::rows_min);
}

TEST(ChunkSizer, ChunksOfLongRowsHaveFewOfThem) {
    chunk_sizer sizer(learnt, 3);
    EXPECT_EQ(sizer.rows(), 3U);
    sizer.copied(3, 1ms);
    EXPECT_EQ(sizer.rows(), 3U);
    sizer.copied(3, 1h);
    EXPECT_EQ(sizer.rows(), 3U);
    const auto of_fifty = fixed_at(50);
    EXPECT_EQ(chunk_sizer(of_fifty, 3).rows(), 50U);
}

TEST(ChunkSizer, AChunkThatWasTooLargeMakesTheNextSmaller) {
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

TEST(ChunkSizer, LearnsFromChunksOfTheSizeAskedFor) {
    chunk_sizer sizer(learnt);
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first);
    sizer.copied(1'000, 125ms);
    EXPECT_EQ(sizer.rows(), 2'000U);
    sizer.copied(2'000, 1'000ms);
    EXPECT_EQ(sizer.rows(), 500U);
}

TEST(ChunkSizer, AFixedSizeIsKept) {
    const auto of_77 = fixed_at(77);
    chunk_sizer sizer(of_77);
    sizer.copied(77, 1h);
    EXPECT_EQ(sizer.rows(), 77U);
}

TEST(ChunkSizer, AShortChunkThatWasFastChangesNothing) {
    chunk_sizer sizer(learnt);
    sizer.copied(0, 1ms);
    sizer.copied(3, 1ms);
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first);
}

TEST(ChunkSizer, AShortChunkThatWasSlowMakesTheNextSmaller) {
    chunk_sizer sizer(learnt);
    sizer.copied(300, 500ms);
    EXPECT_EQ(sizer.rows(), 150U);
}

TEST(ChunkSizer, ShrinksAtMostTenfoldInOneStep) {
    chunk_sizer sizer(learnt);
    sizer.copied(10, 1h);
    EXPECT_EQ(sizer.rows(), chunk_sizer::rows_first / 10);
}

TEST(ChunkSizer, FollowsAPaceThatIsChangedMeanwhile) {
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
