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

TEST(attempt_pace, nothing_is_waited_for_before_the_first) {
    EXPECT_EQ(attempt_pace({}).pause(), 0ms);
}

TEST(attempt_pace, pauses_double_to_eight_seconds) {
    EXPECT_EQ(pauses(attempt_pace({}), 7),
              (std::vector<milliseconds>{500ms, 1s, 2s, 4s, 8s, 8s, 8s}));
}

TEST(attempt_pace, pauses_double_to_a_minute_once_postponed) {
    EXPECT_EQ(pauses(attempt_pace({.attempts_max = 3}), 9),
              (std::vector<milliseconds>{500ms, 1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
}

TEST(attempt_pace, exponential_pauses_double_from_a_second_to_their_longest) {
    EXPECT_EQ(pauses(attempt_pace({.exponential = true, .longest = 10s}), 6),
              (std::vector<milliseconds>{1s, 2s, 4s, 8s, 10s, 10s}));
}

TEST(attempt_pace, pauses_stay_at_their_longest_for_ever) {
    attempt_pace pace({.attempts_max = 2, .exponential = true, .longest = 64s});
    for (int i = 0; i < 1'000; ++i) pace.gave_way();
    EXPECT_EQ(pace.pause(), 64s);
    EXPECT_TRUE(pace.postponed());
}

TEST(attempt_pace, is_postponed_after_so_many_in_a_row) {
    attempt_pace pace({.attempts_max = 2});
    EXPECT_FALSE(pace.postponed());
    pace.gave_way();
    EXPECT_FALSE(pace.postponed());
    pace.gave_way();
    EXPECT_TRUE(pace.postponed());
    EXPECT_EQ(pace.in_a_row(), 2U);
}

TEST(attempt_pace, begins_anew_when_the_operator_has_postponed_it) {
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
