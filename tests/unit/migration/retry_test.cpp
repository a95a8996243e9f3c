#include "src/migration/retry.hpp"

#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using namespace std::chrono_literals;

TEST(BackOff, DoublesFromTwentyMilliseconds) {
    EXPECT_EQ(back_off(1), 20ms);
    EXPECT_EQ(back_off(2), 40ms);
    EXPECT_EQ(back_off(7), 1'280ms);
}

TEST(BackOff, IsNeverLongerThanTwoSeconds) {
    EXPECT_EQ(back_off(8), 2s);
    EXPECT_EQ(back_off(9), 2s);
    EXPECT_EQ(back_off(40), 2s);
    EXPECT_EQ(back_off(4'000'000'000U), 2s);
}

}  // namespace
}  // namespace segue::migration
