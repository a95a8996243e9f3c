#include "src/datacheck/doubts.hpp"

#include "tests/unit/schema/tables.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::datacheck {
namespace {

using namespace segue::schema;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

const std::vector<column> columns{typed("id", "int"), typed("a", "int"), typed("b", "int")};

index plain(const std::string& name, const std::vector<std::string>& of) {
    index made = unique(name, of);
    made.unique = false;
    return made;
}

doubts of(const table_definition& source, const table_definition& target,
          const std::vector<renamed>& renames = {}, column_names named = column_names::bare) {
    projection by;
    for (const column& one : target.columns)
        by.columns.push_back(
            {.target = one.name, .expression = "expression", .source = sources(renames)(one.name)});
    return doubts_of(source, target, by, named);
}

TEST(doubts, are_none_where_nothing_differs) {
    const auto table = table_of("t", columns, {primary({"id"}), unique("u", {"a"})});
    EXPECT_TRUE(of(table, table).none());
}

TEST(doubts, name_columns_as_they_were_called) {
    const auto found =
        of(table_of("t", {typed("old", "int")}, {}), table_of("g", {typed("new", "tinyint")}, {}),
           {{.target = "new", .source = "old"}}, column_names::qualified);
    ASSERT_EQ(found.values.size(), 1U);
    EXPECT_EQ(found.values[0].column, "new");
    EXPECT_EQ(found.values[0].condition.sql, "`s`.`t`.`old` NOT BETWEEN -128 AND 127");
}

TEST(doubts, are_about_unique_indexes_that_were_none) {
    const auto before = table_of("t", columns, {primary({"id"}), plain("ba", {"b", "a", "id"})});
    const auto found =
        of(before, table_of("g", columns, {primary({"id"}), unique("u", {"a", "b"})}));
    ASSERT_EQ(found.unique.size(), 1U);
    EXPECT_EQ(found.unique[0].index, "u");
    EXPECT_THAT(found.unique[0].columns, ElementsAre("a", "b"));
    EXPECT_THAT(found.unique[0].source_index, Optional(std::string("ba")));
    EXPECT_TRUE(
        of(before, table_of("g", columns, {primary({"id"}), unique("u", {"a", "id"})})).none())
        << "what is unique in one of its columns is so in all";
}

TEST(doubts, do_not_use_an_index_that_is_hidden_or_begins_otherwise) {
    index hidden = plain("a", {"a"});
    hidden.visible = false;
    index prefix = plain("p", {"a"});
    prefix.parts[0].is_prefix = true;
    const auto found =
        of(table_of("t", columns, {primary({"id"}), hidden, prefix, plain("ba", {"b", "a"})}),
           table_of("g", columns, {primary({"id"}), unique("u", {"a"})}));
    ASSERT_EQ(found.unique.size(), 1U);
    EXPECT_EQ(found.unique[0].source_index, std::nullopt);
}

TEST(doubts, are_about_a_collation_in_which_values_meet) {
    const auto before =
        table_of("t", {text("a", "varchar(9)", "utf8mb4_bin")}, {unique("u", {"a"})});
    const auto found = of(before, table_of("g", {text("a", "varchar(9)", "utf8mb4_0900_ai_ci")},
                                           {unique("u", {"a"})}));
    ASSERT_EQ(found.unique.size(), 1U);
    EXPECT_FALSE(found.unique[0].by_columns);
    EXPECT_THAT(found.unique[0].values,
                ElementsAre("CONVERT(`a` USING utf8mb4) COLLATE utf8mb4_0900_ai_ci"));
    EXPECT_TRUE(
        of(before, table_of("g", {text("a", "varchar(10)", "utf8mb4_bin")}, {unique("u", {"a"})}))
            .none());
}

TEST(doubts, leave_to_a_trial_what_no_query_tells) {
    auto before = table_of("t", columns, {primary({"id"})});
    auto after = table_of("g", columns, {primary({"id"})});
    before.create_statement = "CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB";
    after.create_statement =
        "CREATE TABLE `g` (\n  `a` int,\n  CONSTRAINT `c` CHECK ((`a` > 0))\n) ENGINE=InnoDB\n"
        "/*!50100 PARTITION BY RANGE (`a`)\n(PARTITION p0 VALUES LESS THAN (9) ENGINE = InnoDB) */";
    index expression = unique("e", {""});
    after.indexes.push_back(expression);
    EXPECT_THAT(of(before, after).only_tried,
                ElementsAre("the unique index `e`", "CHECK constraints", "the partitions"));
    EXPECT_THAT(of(after, after).only_tried, IsEmpty());
}

}  // namespace
}  // namespace segue::datacheck
