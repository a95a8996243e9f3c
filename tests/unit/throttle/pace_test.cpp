#include "throttle/pace.hpp"

#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

TEST(live_pace, is_what_it_began_with_until_it_is_changed) {
    live_pace now({.chunk_rows = 500, .nice_ratio = 1.5});
    EXPECT_EQ(now.snapshot().chunk_rows, 500U);
    now.change([](pace& next) {
        next.chunk_rows.reset();
        next.max_load = {{"Threads_running", 25}};
    });
    EXPECT_FALSE(now.snapshot().chunk_rows.has_value());
    EXPECT_EQ(now.snapshot().nice_ratio, 1.5);
    EXPECT_EQ(now.snapshot().max_load, (std::vector<load_limit>{{"Threads_running", 25}}));
}

TEST(live_pace, a_change_that_fails_changes_nothing) {
    live_pace now({.chunk_rows = 500});
    EXPECT_THROW(now.change([](pace& next) {
        next.chunk_rows = 1;
        throw std::runtime_error("no such value");
    }),
                 std::runtime_error);
    EXPECT_EQ(now.snapshot().chunk_rows, 500U);
}

TEST(live_pace, readers_see_all_of_a_change_or_nothing) {
    live_pace now({.chunk_rows = 0, .nice_ratio = 0});
    std::jthread writer([&now](std::stop_token stop) {
        for (std::uint64_t i = 1; !stop.stop_requested(); ++i)
            now.change([i](pace& next) {
                next.chunk_rows = i;
                next.nice_ratio = static_cast<double>(i);
            });
    });
    for (int i = 0; i < 10'000; ++i) {
        const pace seen = now.snapshot();
        ASSERT_EQ(static_cast<double>(*seen.chunk_rows), seen.nice_ratio);
    }
}

}  // namespace
}  // namespace segue::throttle
