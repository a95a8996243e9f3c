#include "src/carry/nice_pause.hpp"

#include <gtest/gtest.h>

namespace segue::carry {
namespace {

using namespace std::chrono_literals;

TEST(nice_pause, is_the_time_of_the_chunk_times_the_ratio) {
    EXPECT_EQ(nice_pause(250ms, 0.0), 0ms);
    EXPECT_EQ(nice_pause(250ms, 0.5), 125ms);
    EXPECT_EQ(nice_pause(250ms, 1.0), 250ms);
    EXPECT_EQ(nice_pause(250ms, 100.0), 25s);
}

TEST(nice_pause, has_bounds) {
    EXPECT_EQ(nice_pause(10h, 100.0), 1h);
    EXPECT_EQ(nice_pause(250ms, -1.0), 0ms);
}

}  // namespace
}  // namespace segue::carry
