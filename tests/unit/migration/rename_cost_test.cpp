#include "src/migration/rename_cost.hpp"

#include "src/migration/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Optional;

schema::table_definition made_by(const std::string& statement) {
    schema::table_definition table;
    table.create_statement = statement;
    return table;
}

TEST(RenameCost, IsMeasuredForTablesWithPartitions) {
    EXPECT_FALSE(rename_cost::is_measured(
        made_by("CREATE TABLE `t` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n) "
                "ENGINE=InnoDB COMMENT='x'")));
    EXPECT_TRUE(rename_cost::is_measured(
        made_by("CREATE TABLE `t` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n) "
                "ENGINE=InnoDB\n/*!50100 PARTITION BY HASH (`id`)\nPARTITIONS 64 */")));
    EXPECT_TRUE(rename_cost::is_measured(
        made_by("CREATE TABLE `t` (\n  `id` int NOT NULL,\n  PRIMARY KEY (`id`)\n) "
                "ENGINE=InnoDB\n/*!50100 PARTITION BY RANGE (`id`)\n(PARTITION p0 VALUES LESS "
                "THAN (10) ENGINE = InnoDB,\n PARTITION p1 VALUES LESS THAN (20) ENGINE = "
                "InnoDB) */")));
}

TEST(RenameCost, IsMeasuredAgainWhileItIsNotAShortPartOfTheBudget) {
    const auto pause = [](rename_cost::measurements so_far) {
        return rename_cost::pause_before_another(so_far, 500ms);
    };
    EXPECT_EQ(pause({}), 0ms);
    EXPECT_EQ(pause({.made = 1, .least = 125ms, .spent = 250ms}), std::nullopt);
    EXPECT_EQ(pause({.made = 1, .least = 126ms, .spent = 252ms}), 100ms);
    EXPECT_EQ(pause({.made = 1, .least = 4'321ms, .spent = 8'642ms}), 100ms);
    EXPECT_EQ(pause({.made = 2, .least = 120ms, .spent = 8'900ms}), std::nullopt);
    EXPECT_EQ(pause({.made = 4, .least = 400ms, .spent = 4'000ms}), 800ms);
}

TEST(RenameCost, IsMeasuredForABoundedTime) {
    EXPECT_EQ(rename_cost::pause_before_another({.made = 5, .least = 400ms, .spent = 4s}, 500ms),
              std::nullopt);
    EXPECT_EQ(
        rename_cost::pause_before_another({.made = 1, .least = 8'400ms, .spent = 16'800ms}, 500ms),
        std::nullopt);
}

TEST(SlowRename, IsToldWhereItTakesLongerThanTheBudgetLeaves) {
    plan made;
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
