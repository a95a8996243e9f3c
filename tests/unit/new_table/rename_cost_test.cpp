#include "src/new_table/rename_cost.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace segue::preflight {
namespace {

using namespace std::chrono_literals;

schema::table_definition made_by(const std::string& statement) {
    schema::table_definition table;
    table.create_statement = statement;
    return table;
}

TEST(rename_cost, is_measured_for_tables_with_partitions) {
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

TEST(rename_cost, is_measured_again_while_it_is_not_a_short_part_of_the_budget) {
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

TEST(rename_cost, is_measured_for_a_bounded_time) {
    EXPECT_EQ(rename_cost::pause_before_another({.made = 5, .least = 400ms, .spent = 4s}, 500ms),
              std::nullopt);
    EXPECT_EQ(
        rename_cost::pause_before_another({.made = 1, .least = 8'400ms, .spent = 16'800ms}, 500ms),
        std::nullopt);
}

}  // namespace
}  // namespace segue::preflight
