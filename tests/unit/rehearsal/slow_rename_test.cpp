#include "src/rehearsal/slow_rename.hpp"

#include <chrono>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::rehearsal {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Optional;

TEST(slow_rename, is_told_where_it_takes_longer_than_the_budget_leaves) {
    const auto told = [](std::optional<std::chrono::milliseconds> measured, bool accepted = false) {
        return slow_rename(swap::rename_forecast(500ms, measured), accepted);
    };
    EXPECT_EQ(told(std::nullopt), std::nullopt);
    EXPECT_EQ(told(450ms), std::nullopt);
    EXPECT_THAT(told(451ms), Optional(HasSubstr("with some 50 ms for what comes")));
    EXPECT_THAT(told(8'400ms), Optional(HasSubstr("takes some 8400 ms")));
    EXPECT_THAT(told(8'400ms), Optional(HasSubstr("again with --accept-slow-rename")));
    EXPECT_THAT(told(8'400ms, true), Optional(HasSubstr("Writes will wait that long")));
}

}  // namespace
}  // namespace segue::rehearsal
