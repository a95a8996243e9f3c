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

TEST(GrowingInterval, TellsAtOnceAndThenLessAndLessOften) {
    growing_interval pace;
    EXPECT_THAT(told_in(pace, 0, 2'500),
                ElementsAre(0, 10, 30, 70, 150, 310, 630, 1'230, 1'830, 2'430));
}

TEST(GrowingInterval, TellsAnewOfWhatWasNotMetForLong) {
    growing_interval pace;
    told_in(pace, 0, 100);
    EXPECT_THAT(told_in(pace, 702, 720), ElementsAre(702, 712));
}

TEST(GrowingInterval, ASuccessBetweenMakesNothingNew) {
    growing_interval pace;
    EXPECT_TRUE(pace.due(growing_interval::time_point(0s)));
    EXPECT_FALSE(pace.due(growing_interval::time_point(9s)));
    EXPECT_TRUE(pace.due(growing_interval::time_point(400s)));
    EXPECT_FALSE(pace.due(growing_interval::time_point(419s)));
}

}  // namespace
}  // namespace segue
