#include "src/expand/pair_sql.hpp"

#include "src/earlier/expanded_columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::expand {
namespace {

using testing::HasSubstr;
using testing::Not;

pair_parts parts() {
    schema::column older;
    older.name = "name";
    older.data_type = "varchar";
    older.column_type = "varchar(10)";
    older.collation = "latin1_swedish_ci";
    schema::column newer = older;
    newer.name = "full_name";
    newer.column_type = "varchar(20)";
    newer.collation = "utf8mb4_0900_ai_ci";
    return {.old_column = older,
            .new_column = newer,
            .up = "(NEW.`name`)",
            .down = "(NEW.`full_name`)",
            .inputs = {},
            .old_default = ""};
}

TEST(a_pair, asks_of_bytes_and_computes_in_the_columns_own_types) {
    const std::string body = body_of_update(parts());
    EXPECT_THAT(body, HasSubstr("DECLARE segue_up varchar(20) CHARACTER SET utf8mb4 COLLATE "
                                "utf8mb4_0900_ai_ci;"));
    EXPECT_THAT(body, HasSubstr("DECLARE segue_down varchar(10) CHARACTER SET latin1 COLLATE "
                                "latin1_swedish_ci;"));
    EXPECT_THAT(body, HasSubstr("(NOT (CAST(NEW.`name` AS BINARY)<=>CAST(OLD.`name` AS BINARY)))"));
    EXPECT_THAT(body, Not(HasSubstr("NEW.`name`<=>OLD.`name`")));
}

TEST(a_pair, counts_a_literal_default_as_not_given) {
    auto of = parts();
    EXPECT_THAT(body_of_insert(of), Not(HasSubstr("segue_default")));
    of.old_default = "'n/a'";
    EXPECT_THAT(body_of_insert(of),
                HasSubstr("DECLARE segue_default varchar(10) CHARACTER SET latin1 COLLATE "
                          "latin1_swedish_ci DEFAULT 'n/a';"));
}

TEST(a_pair, is_known_by_what_its_triggers_begin_with) {
    schema::trigger one;
    one.statement = body_of_update(parts());
    EXPECT_TRUE(earlier::is_of_pair(one, "full_name"));
    EXPECT_TRUE(earlier::is_of_pair(one, "FULL_NAME"));
    EXPECT_FALSE(earlier::is_of_pair(one, "full"));
    EXPECT_TRUE(earlier::is_of_any_pair(one));
    one.statement = "SET NEW.full_name = NEW.name";
    EXPECT_FALSE(earlier::is_of_any_pair(one));
}

TEST(a_trigger, is_made_for_its_definer_and_in_its_place) {
    EXPECT_EQ(create_trigger({.name = {"s", "x"},
                              .event = "INSERT",
                              .table = {"s", "t"},
                              .definer = "'a'@'%'",
                              .order = "FOLLOWS `y`",
                              .body = "BEGIN END"}),
              "CREATE DEFINER='a'@'%' TRIGGER `s`.`x` BEFORE INSERT ON `s`.`t` FOR EACH ROW "
              "FOLLOWS `y` BEGIN END");
}

}  // namespace
}  // namespace segue::expand
