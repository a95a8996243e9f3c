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

TEST(SlowRename, IsToldWhereItTakesLongerThanTheBudget) {
    plan made;
    settings with;
    with.stall_budget = 500ms;
    EXPECT_EQ(slow_rename(made, with), std::nullopt);
    made.rename_time = 500ms;
    EXPECT_EQ(slow_rename(made, with), std::nullopt);
    made.rename_time = 8'400ms;
    EXPECT_THAT(slow_rename(made, with), Optional(HasSubstr("takes some 8400 ms")));
    EXPECT_THAT(slow_rename(made, with), Optional(HasSubstr("again with --accept-slow-rename")));
    with.accept_slow_rename = true;
    EXPECT_THAT(slow_rename(made, with), Optional(HasSubstr("Writes will wait that long")));
}

}  // namespace
}  // namespace segue::migration
