#include "src/db/table_failure.hpp"

#include "src/db/retry.hpp"

#include <gtest/gtest.h>

namespace segue::db {
namespace {

error numbered(int number) {
    return error("words", {.mysql_errno = number});
}

TEST(table_failure, of_a_table_that_is_not_there_is_about_no_row) {
    for (const int number : {1051, 1109, 1146, 1932}) {
        EXPECT_TRUE(is_missing_table(numbered(number))) << number;
        EXPECT_TRUE(is_about_a_table(numbered(number))) << number;
        EXPECT_FALSE(may_be_the_rows(numbered(number))) << number;
    }
}

TEST(table_failure, of_a_table_or_of_its_schema_that_is_not_there) {
    for (const int number : {1049, 1051, 1109, 1146, 1932})
        EXPECT_TRUE(is_missing_table_or_schema(numbered(number))) << number;
    for (const int number : {1044, 1054, 1142, 1205, 1412, 2006, 2013})
        EXPECT_FALSE(is_missing_table_or_schema(numbered(number))) << number;
}

TEST(table_failure, of_other_columns_or_of_a_right_is_about_no_row) {
    for (const int number : {1044, 1049, 1054, 1136, 1142, 1143, 1227, 1412}) {
        EXPECT_FALSE(is_missing_table(numbered(number))) << number;
        EXPECT_TRUE(is_about_a_table(numbered(number))) << number;
        EXPECT_FALSE(may_be_the_rows(numbered(number))) << number;
    }
}

TEST(table_failure, says_which_table_is_gone) {
    const table_name table{"shop", "orders"};
    const auto gone = [&](const char* words, int number) {
        return is_gone(error(words, {.mysql_errno = number}), table);
    };
    EXPECT_TRUE(gone("Table 'shop.orders' doesn't exist", 1146));
    EXPECT_TRUE(gone("Table definition has changed, please retry transaction", 1412));
    EXPECT_FALSE(gone("Table 'shop.orders_2' doesn't exist", 1146));
    EXPECT_FALSE(gone("Unknown column 'shop.orders' in 'field list'", 1054));
}

TEST(table_failure, of_a_value_is_about_a_row) {
    for (const int number : {1048, 1062, 1264, 1292, 1366, 3819}) {
        EXPECT_FALSE(is_about_a_table(numbered(number))) << number;
        EXPECT_TRUE(may_be_the_rows(numbered(number))) << number;
    }
}

}  // namespace
}  // namespace segue::db
