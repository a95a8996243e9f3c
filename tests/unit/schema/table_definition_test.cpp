#include "src/schema/table_definition.hpp"

#include "tests/unit/schema/tables.hpp"

#include <gtest/gtest.h>

namespace segue::schema {
namespace {

const std::string plain =
    "CREATE TABLE `t` (\n"
    "  `id` int NOT NULL AUTO_INCREMENT,\n"
    "  PRIMARY KEY (`id`)\n"
    ") ENGINE=InnoDB AUTO_INCREMENT=51 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci";

const std::string commented =
    "CREATE TABLE `t` (\n"
    "  `id` int NOT NULL AUTO_INCREMENT COMMENT ') AUTO_INCREMENT=4',\n"
    "  PRIMARY KEY (`id`)\n"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='is AUTO_INCREMENT=5 here'";

const std::string partitioned =
    "CREATE TABLE `t` (\n"
    "  `id` int NOT NULL AUTO_INCREMENT,\n"
    "  PRIMARY KEY (`id`)\n"
    ") ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4\n"
    "/*!50100 PARTITION BY RANGE (`id`)\n"
    "(PARTITION p0 VALUES LESS THAN (100) COMMENT = 'x AUTO_INCREMENT=8' ENGINE = InnoDB,\n"
    " PARTITION p1 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */";

table_definition created_as(const std::string& text) {
    table_definition made;
    made.create_statement = text;
    return made;
}

std::string stable(const std::string& text) {
    return stable_create_statement(created_as(text));
}

TEST(next_auto_increment, is_the_table_option) {
    EXPECT_EQ(next_auto_increment(plain), 51U);
}

TEST(next_auto_increment, may_be_the_greatest_number) {
    EXPECT_EQ(next_auto_increment("CREATE TABLE `t` (\n  `id` bigint unsigned\n) ENGINE=InnoDB "
                                  "AUTO_INCREMENT=18446744073709551615"),
              ~0ULL);
}

TEST(next_auto_increment, is_not_read_from_comments) {
    EXPECT_EQ(next_auto_increment(commented), std::nullopt);
    EXPECT_EQ(
        next_auto_increment("CREATE TABLE `t` (\n  `id` int\n) ENGINE=InnoDB AUTO_INCREMENT=9 "
                            "COMMENT='x AUTO_INCREMENT=5'"),
        9U);
}

TEST(next_auto_increment, is_read_of_partitioned_tables) {
    EXPECT_EQ(next_auto_increment(partitioned), 7U);
}

TEST(next_auto_increment, is_absent_where_no_number_was_given_out) {
    EXPECT_EQ(next_auto_increment("CREATE TABLE `t` (\n  `id` int NOT NULL AUTO_INCREMENT,\n"
                                  "  PRIMARY KEY (`id`)\n) ENGINE=InnoDB"),
              std::nullopt);
    EXPECT_EQ(next_auto_increment(""), std::nullopt);
}

TEST(stable_create_statement, does_not_depend_on_the_next_number) {
    std::string later = plain;
    later.replace(later.find("=51"), 3, "=1000");
    EXPECT_EQ(stable(plain), stable(later));
    std::string without = plain;
    without.erase(without.find(" AUTO_INCREMENT=51"), 18);
    EXPECT_EQ(stable(plain), without);
}

TEST(stable_create_statement, keeps_comments) {
    EXPECT_EQ(stable(commented), commented);
}

TEST(stable_create_statement, keeps_the_attribute_of_the_column) {
    std::string without = plain;
    without.erase(without.find(" AUTO_INCREMENT,"), 15);
    EXPECT_NE(stable(plain), stable(without));
}

TEST(stable_create_statement, keeps_partitions) {
    const std::string text = stable(partitioned);
    EXPECT_NE(text.find("x AUTO_INCREMENT=8"), std::string::npos);
    EXPECT_EQ(text.find("AUTO_INCREMENT=7"), std::string::npos);
}

TEST(table_definition, columns_are_found_in_any_case_of_letters) {
    const auto table = table_of("t", {typed("Id", "int"), typed("\u00c9t\u00e9", "int")}, {});
    ASSERT_NE(table.find_column("iD"), nullptr);
    EXPECT_EQ(table.find_column("iD")->name, "Id");
    ASSERT_NE(table.find_column("\u00e9t\u00e9"), nullptr);
    EXPECT_EQ(table.find_column("\u00e9t\u00e9")->ordinal, 1U);
    EXPECT_EQ(table.find_column("i"), nullptr);
}

}  // namespace
}  // namespace segue::schema
