#include "src/base/growing_interval.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

// Met each second; the seconds in which it is told.
std::vector<int> told_in(growing_interval& pace, int from, int to) {
    std::vector<int> told;
    for (int second = from; second <= to; ++second)
        if (pace.due(growing_interval::time_point(std::chrono::seconds(second))))
            told.push_back(second);
    return told;
}

TEST(growing_interval, tells_at_once_and_then_less_and_less_often) {
    growing_interval pace;
    EXPECT_THAT(told_in(pace, 0, 2'500),
                ElementsAre(0, 10, 30, 70, 150, 310, 630, 1'230, 1'830, 2'430));
}

TEST(growing_interval, tells_anew_of_what_was_not_met_for_long) {
    growing_interval pace;
    told_in(pace, 0, 100);
    EXPECT_THAT(told_in(pace, 702, 720), ElementsAre(702, 712));
}

TEST(growing_interval, a_success_between_makes_nothing_new) {
    growing_interval pace;
    EXPECT_TRUE(pace.due(growing_interval::time_point(0s)));
    EXPECT_FALSE(pace.due(growing_interval::time_point(9s)));
    EXPECT_TRUE(pace.due(growing_interval::time_point(400s)));
    EXPECT_FALSE(pace.due(growing_interval::time_point(419s)));
}

}  // namespace
}  // namespace segue
