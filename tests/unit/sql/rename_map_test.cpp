#include "src/sql/rename_map.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::sql {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

rename_map map_of(std::string_view alter,
                  const std::vector<std::string>& columns = {"id", "a", "b", "c"}) {
    return column_mapping(parse_alter(alter), columns);
}

TEST(rename_map, untouched_columns_keep_their_names) {
    const auto map = map_of("ADD x INT, MODIFY a BIGINT");
    EXPECT_EQ(map.source_of("a"), "a");
    EXPECT_EQ(map.target_of("a"), "a");
    EXPECT_EQ(map.source_of("x"), std::nullopt);
    EXPECT_THAT(map.changes(), SizeIs(1));
}

TEST(rename_map, an_alter_without_columns_changes_none) {
    EXPECT_THAT(map_of("ENGINE=InnoDB, ADD INDEX (a)").changes(), IsEmpty());
}

TEST(rename_map, renames_are_followed) {
    const auto map = map_of("CHANGE a x INT, RENAME COLUMN b TO y");
    EXPECT_EQ(map.source_of("x"), "a");
    EXPECT_EQ(map.source_of("y"), "b");
    EXPECT_EQ(map.target_of("a"), "x");
}

TEST(rename_map, renamed_columns_may_be_left_behind) {
    const auto map =
        column_mapping(parse_alter("CHANGE A x INT, RENAME COLUMN b TO c, CHANGE c B INT, "
                                   "CHANGE id ID BIGINT"),
                       {"id", "a", "b", "c"}, renamed_columns::left_behind);
    for (const char* const made : {"x", "c", "B"}) EXPECT_EQ(map.source_of(made), std::nullopt);
    for (const char* const gone : {"a", "b", "c"}) EXPECT_EQ(map.target_of(gone), std::nullopt);
    EXPECT_EQ(map.source_of("ID"), "id");
}

TEST(rename_map, another_case_is_no_rename) {
    const auto found =
        renames_in(parse_alter("CHANGE a A INT, RENAME COLUMN b TO c, MODIFY d INT"));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].source, "b");
    EXPECT_EQ(found[0].target, "c");
}

TEST(rename_map, two_columns_swap) {
    const auto map = map_of("RENAME COLUMN a TO b, RENAME COLUMN b TO a");
    EXPECT_EQ(map.source_of("a"), "b");
    EXPECT_EQ(map.source_of("b"), "a");
}

TEST(rename_map, renames_go_round_in_a_circle) {
    const auto map = map_of("CHANGE a b INT, CHANGE b c INT, RENAME COLUMN c TO a");
    EXPECT_EQ(map.source_of("a"), "c");
    EXPECT_EQ(map.source_of("b"), "a");
    EXPECT_EQ(map.source_of("c"), "b");
}

TEST(rename_map, a_name_reused_by_a_new_column_comes_from_nothing) {
    const auto map = map_of("ADD COLUMN a INT, CHANGE a b2 INT");
    EXPECT_EQ(map.source_of("a"), std::nullopt);
    EXPECT_EQ(map.source_of("b2"), "a");
}

TEST(rename_map, a_dropped_and_added_column_is_new) {
    const auto map = map_of("DROP COLUMN a, ADD COLUMN a INT");
    EXPECT_EQ(map.source_of("a"), std::nullopt);
    EXPECT_EQ(map.target_of("a"), std::nullopt);
}

TEST(rename_map, a_dropped_name_may_be_taken_by_a_rename) {
    const auto map = map_of("DROP COLUMN a, RENAME COLUMN b TO a");
    EXPECT_EQ(map.source_of("a"), "b");
    EXPECT_EQ(map.target_of("a"), std::nullopt);
}

TEST(rename_map, names_are_compared_without_case) {
    const auto map =
        map_of("RENAME COLUMN A TO x, DROP b, ADD B INT, MODIFY C BIGINT", {"id", "a", "b", "c"});
    EXPECT_EQ(map.source_of("X"), "a");
    EXPECT_EQ(map.source_of("b"), std::nullopt);
    EXPECT_EQ(map.source_of("C"), "c");
}

TEST(rename_map, letters_beyond_ascii_have_case_too) {
    const auto map = map_of("RENAME COLUMN `äx` TO y", {"Äx"});
    EXPECT_EQ(map.source_of("y"), "Äx");
}

TEST(rename_map, a_rename_of_case_only_is_a_rename) {
    const auto map = map_of("RENAME COLUMN a TO A");
    EXPECT_EQ(map.source_of("a"), "a");
    EXPECT_EQ(map.target_of("a"), "A");
    EXPECT_THAT(map.changes(), SizeIs(1));
}

TEST(rename_map, columns_added_in_parentheses_are_new) {
    const auto map = map_of("ADD (x INT, y INT)");
    EXPECT_EQ(map.source_of("x"), std::nullopt);
    EXPECT_EQ(map.source_of("y"), std::nullopt);
}

TEST(rename_map, a_column_that_the_text_does_not_tell_of_is_an_error) {
    EXPECT_THROW(map_of("ADD x INT").source_of("my_row_id"), error);
    EXPECT_THROW(map_of("DROP a").source_of("a"), error);
}

TEST(rename_map, what_the_server_would_refuse_is_an_error) {
    for (const auto* alter :
         {"DROP x", "CHANGE x y INT", "RENAME COLUMN x TO y", "DROP a, DROP A",
          "DROP a, CHANGE a b INT", "CHANGE a x INT, CHANGE a y INT", "RENAME COLUMN a TO b",
          "ADD a INT", "ADD x INT, ADD X INT", "RENAME COLUMN a TO x, RENAME COLUMN x TO y"})
        EXPECT_THROW(map_of(alter), error) << alter;
}

}  // namespace
}  // namespace segue::sql
