#include "tests/support/conditions.hpp"

#include <gtest/gtest-spi.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

TEST(eventually, returns_once_the_condition_holds) {
    int looks = 0;
    EXPECT_TRUE(eventually("the third look", [&] { return ++looks == 3; }));
    EXPECT_EQ(looks, 3);
}

TEST(eventually, fails_the_test_when_the_limit_has_passed) {
    EXPECT_NONFATAL_FAILURE(eventually(
                                "never", [] { return false; }, 30ms),
                            "never");
}

}  // namespace
}  // namespace segue::test
