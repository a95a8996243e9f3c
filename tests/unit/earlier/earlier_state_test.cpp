#include "src/earlier/earlier_state.hpp"

#include <gtest/gtest.h>

namespace segue::earlier {
namespace {

constexpr const char* before = "CREATE TABLE `t` (\n  `id` int,\n  PRIMARY KEY (`id`)\n)";

TEST(first_difference, names_what_differs_and_not_what_moved_by_it) {
    EXPECT_EQ(first_difference(before,
                               "CREATE TABLE `t` (\n  `id` int,\n  `z` int,\n  PRIMARY KEY "
                               "(`id`)\n)"),
              "'  `z` int', which was not there before");
    EXPECT_EQ(first_difference(before, "CREATE TABLE `t` (\n  `id` int\n)"),
              "'  PRIMARY KEY (`id`)' before, which is not there now");
    EXPECT_EQ(
        first_difference(before, "CREATE TABLE `t` (\n  `id` bigint,\n  PRIMARY KEY (`id`)\n)"),
        "'  `id` int' before, and '  `id` bigint' now");
}

TEST(first_difference, names_what_moved_where_nothing_else_differs) {
    EXPECT_EQ(first_difference("(\n  `a` int,\n  `b` int\n)", "(\n  `b` int,\n  `a` int\n)"),
              "'  `a` int' before, where '  `b` int' is now");
}

}  // namespace
}  // namespace segue::earlier
