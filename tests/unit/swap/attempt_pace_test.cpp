#include "src/swap/attempt_pace.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace segue::swap {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::vector<milliseconds> pauses(attempt_pace pace, int attempts) {
    std::vector<milliseconds> made;
    for (int i = 0; i < attempts; ++i) {
        pace.gave_way();
        made.push_back(pace.pause());
    }
    return made;
}

TEST(AttemptPace, NothingIsWaitedForBeforeTheFirst) {
    EXPECT_EQ(attempt_pace({}).pause(), 0ms);
}

TEST(AttemptPace, PausesDoubleToEightSeconds) {
    EXPECT_EQ(pauses(attempt_pace({}), 7),
              (std::vector<milliseconds>{500ms, 1s, 2s, 4s, 8s, 8s, 8s}));
}

TEST(AttemptPace, PausesDoubleToAMinuteOncePostponed) {
    EXPECT_EQ(pauses(attempt_pace({.attempts_max = 3}), 9),
              (std::vector<milliseconds>{500ms, 1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
}

TEST(AttemptPace, ExponentialPausesDoubleFromASecondToTheirLongest) {
    EXPECT_EQ(pauses(attempt_pace({.exponential = true, .longest = 10s}), 6),
              (std::vector<milliseconds>{1s, 2s, 4s, 8s, 10s, 10s}));
}

TEST(AttemptPace, PausesStayAtTheirLongestForEver) {
    attempt_pace pace({.attempts_max = 2, .exponential = true, .longest = 64s});
    for (int i = 0; i < 1'000; ++i) pace.gave_way();
    EXPECT_EQ(pace.pause(), 64s);
    EXPECT_TRUE(pace.postponed());
}

TEST(AttemptPace, IsPostponedAfterSoManyInARow) {
    attempt_pace pace({.attempts_max = 2});
    EXPECT_FALSE(pace.postponed());
    pace.gave_way();
    EXPECT_FALSE(pace.postponed());
    pace.gave_way();
    EXPECT_TRUE(pace.postponed());
    EXPECT_EQ(pace.in_a_row(), 2U);
}

TEST(AttemptPace, BeginsAnewWhenTheOperatorHasPostponedIt) {
    attempt_pace pace({.attempts_max = 2});
    pace.gave_way();
    pace.gave_way();
    pace.begin_anew();
    EXPECT_FALSE(pace.postponed());
    pace.gave_way();
    EXPECT_FALSE(pace.postponed());
    EXPECT_EQ(pace.pause(), 500ms);
}

}  // namespace
}  // namespace segue::swap
