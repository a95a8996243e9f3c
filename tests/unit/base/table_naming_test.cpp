#include "src/base/table_naming.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(tables_beside, another_name_may_stand_for_the_tables) {
    const auto tables = tables_beside({"shop", "orders"}, {.base = "m1", .old_stamp = {}});
    EXPECT_EQ(tables.original, (table_name{"shop", "orders"}));
    EXPECT_EQ(tables.ghost, (table_name{"shop", "_m1_gho"}));
    EXPECT_EQ(tables.old.name, "_m1_del");
    EXPECT_EQ(tables.changelog.name, "_m1_ghc");
    EXPECT_EQ(tables.checkpoint.name, "_m1_ghk");
    EXPECT_EQ(tables.rehearsal.name, "_m1_ghr");
    const auto cut = tables_beside({"s", "t"}, {.base = std::string(64, 'x')});
    EXPECT_EQ(cut.ghost.name.size(), 64U);
}

TEST(tables_beside, the_old_table_may_have_its_time_in_its_name) {
    const table_naming naming{.base = {}, .old_stamp = "20261127093000"};
    const auto tables = tables_beside({"s", "t"}, naming);
    EXPECT_EQ(tables.old.name, "_t_20261127093000_del");
    EXPECT_EQ(tables.ghost.name, "_t_gho");
    const auto a = tables_beside({"s", std::string(45, 'x') + "1"}, naming).old.name;
    const auto b = tables_beside({"s", std::string(45, 'x') + "2"}, naming).old.name;
    EXPECT_EQ(a.size(), 64U);
    EXPECT_NE(a, b);
    EXPECT_TRUE(a.ends_with("_20261127093000_del"));
}

}  // namespace
}  // namespace segue
