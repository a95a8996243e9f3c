#include "src/migration/slow_rename.hpp"

#include <chrono>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Optional;

TEST(slow_rename, is_told_where_it_takes_longer_than_the_budget_leaves) {
    preflight::plan made;
    settings with;
    with.stall_budget = 500ms;
    EXPECT_EQ(slow_rename(made, with), std::nullopt);
    made.rename_time = 450ms;
    EXPECT_EQ(slow_rename(made, with), std::nullopt);
    made.rename_time = 451ms;
    EXPECT_THAT(slow_rename(made, with), Optional(HasSubstr("with some 50 ms for what comes")));
    made.rename_time = 8'400ms;
    EXPECT_THAT(slow_rename(made, with), Optional(HasSubstr("takes some 8400 ms")));
    EXPECT_THAT(slow_rename(made, with), Optional(HasSubstr("again with --accept-slow-rename")));
    with.accept_slow_rename = true;
    EXPECT_THAT(slow_rename(made, with), Optional(HasSubstr("Writes will wait that long")));
}

}  // namespace
}  // namespace segue::migration
