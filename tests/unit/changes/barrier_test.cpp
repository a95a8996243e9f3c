#include "src/changes/barrier.hpp"

#include <gtest/gtest.h>

namespace segue::changes {
namespace {

class a_heartbeat : public testing::Test {
  protected:
    db::session_factory sessions_{wire::connection_options{}};
    barrier markers_{sessions_, {.changelog = {"s", "_t_ghc"}, .run_token = "feed"}};
};

TEST_F(a_heartbeat, a_marker_of_this_run_is_its_number) {
    EXPECT_EQ(markers_.marker_in("feed:0"), 0U);
    EXPECT_EQ(markers_.marker_in("feed:18446744073709551615"), ~0ULL);
}

TEST_F(a_heartbeat, a_marker_of_another_run_is_none) {
    EXPECT_EQ(markers_.marker_in("feeb:7"), std::nullopt);
    EXPECT_EQ(markers_.marker_in("feedfeed:7"), std::nullopt);
}

TEST_F(a_heartbeat, other_values_are_no_markers) {
    for (const char* const value :
         {"", "feed", "feed:", "feed:x", "feed:7x", "feed: 7", "feed:-7",
          "feed:18446744073709551616", "2025-01-01T00:00:00.000000000Z"}) {
        SCOPED_TRACE(value);
        EXPECT_EQ(markers_.marker_in(value), std::nullopt);
    }
}

}  // namespace
}  // namespace segue::changes
