#include "src/base/table_name.hpp"

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(table_name, quotes_double_the_backquote_inside) {
    EXPECT_EQ(quoted_name("a`b"), "`a``b`");
    EXPECT_EQ((table_name{"s", "t"}.quoted()), "`s`.`t`");
}

TEST(table_name, literals_escape_quotes_and_backslashes) {
    EXPECT_EQ(quoted_literal("it's \\ x"), "'it''s \\\\ x'");
}

TEST(migration_tables, short_names_are_kept_whole) {
    const auto tables = migration_tables::of({"shop", "orders"});
    EXPECT_EQ(tables.ghost.name, "_orders_gho");
    EXPECT_EQ(tables.old.name, "_orders_del");
    EXPECT_EQ(tables.changelog.name, "_orders_ghc");
    EXPECT_EQ(tables.checkpoint.name, "_orders_ghk");
    EXPECT_EQ(tables.rehearsal.name, "_orders_ghr");
    EXPECT_EQ(tables.ghost.schema, "shop");
}

TEST(migration_tables, names_at_the_limit_are_not_cut) {
    const std::string name(59, 'x');
    EXPECT_EQ(migration_tables::of({"s", name}).ghost.name, "_" + name + "_gho");
}

TEST(migration_tables, long_names_that_differ_only_at_the_end_stay_different) {
    const auto a = migration_tables::of({"s", std::string(63, 'x') + "1"}).ghost.name;
    const auto b = migration_tables::of({"s", std::string(63, 'x') + "2"}).ghost.name;
    EXPECT_NE(a, b);
    EXPECT_EQ(a.size(), 64U);
    EXPECT_TRUE(a.ends_with("_gho"));
}

TEST(migration_tables, characters_are_counted_not_bytes) {
    std::string name;
    for (int i = 0; i < 59; ++i) name += "\u00e9";
    EXPECT_EQ(migration_tables::of({"s", name}).ghost.name, "_" + name + "_gho");
    for (int i = 0; i < 5; ++i) name += "\u00e9";
    const auto cut = migration_tables::of({"s", name}).ghost.name;
    EXPECT_EQ(cut.find("\u00e9_"), 1 + 2 * (50 - 1));
}

}  // namespace
}  // namespace segue
