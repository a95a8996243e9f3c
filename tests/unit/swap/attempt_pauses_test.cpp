#include "src/swap/attempt_pauses.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace segue::swap {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

std::vector<milliseconds> pauses(attempt_pauses of, int attempts) {
    std::vector<milliseconds> made;
    for (int i = 0; i < attempts; ++i) {
        of.gave_way();
        made.push_back(of.pause());
    }
    return made;
}

TEST(attempt_pauses, nothing_is_waited_for_before_the_first) {
    EXPECT_EQ(attempt_pauses({.attempts_max = 60}).pause(), 0ms);
}

TEST(attempt_pauses, pauses_double_to_eight_seconds) {
    EXPECT_EQ(pauses(attempt_pauses({.attempts_max = 60}), 7),
              (std::vector<milliseconds>{500ms, 1s, 2s, 4s, 8s, 8s, 8s}));
}

TEST(attempt_pauses, pauses_double_to_a_minute_once_postponed) {
    EXPECT_EQ(pauses(attempt_pauses({.attempts_max = 3}), 9),
              (std::vector<milliseconds>{500ms, 1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
}

TEST(attempt_pauses, exponential_pauses_double_from_a_second_to_their_longest) {
    EXPECT_EQ(pauses(attempt_pauses({.attempts_max = 60, .exponential = true, .longest = 10s}), 6),
              (std::vector<milliseconds>{1s, 2s, 4s, 8s, 10s, 10s}));
}

TEST(attempt_pauses, pauses_stay_at_their_longest_for_ever) {
    attempt_pauses pauses({.attempts_max = 2, .exponential = true, .longest = 64s});
    for (int i = 0; i < 1'000; ++i) pauses.gave_way();
    EXPECT_EQ(pauses.pause(), 64s);
    EXPECT_TRUE(pauses.postponed());
}

TEST(attempt_pauses, is_postponed_after_so_many_in_a_row) {
    attempt_pauses pauses({.attempts_max = 2});
    EXPECT_FALSE(pauses.postponed());
    pauses.gave_way();
    EXPECT_FALSE(pauses.postponed());
    pauses.gave_way();
    EXPECT_TRUE(pauses.postponed());
    EXPECT_EQ(pauses.in_a_row(), 2U);
}

TEST(attempt_pauses, begins_anew_when_the_operator_has_postponed_it) {
    attempt_pauses pauses({.attempts_max = 2});
    pauses.gave_way();
    pauses.gave_way();
    pauses.begin_anew();
    EXPECT_FALSE(pauses.postponed());
    pauses.gave_way();
    EXPECT_FALSE(pauses.postponed());
    EXPECT_EQ(pauses.pause(), 500ms);
}

}  // namespace
}  // namespace segue::swap
