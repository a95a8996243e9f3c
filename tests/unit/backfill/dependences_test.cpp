#include "src/backfill/dependences.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::backfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

schema::table_definition table() {
    schema::table_definition made;
    made.name = {"s", "t"};
    for (const std::string name : {"id", "a", "b", "g", "h", "at"}) {
        schema::column& one = made.columns.emplace_back();
        one.name = name;
        one.data_type = one.column_type = "int";
        one.generated = name == "g" || name == "h";
        one.sets_itself_on_update = name == "at";
    }
    made.create_statement =
        "CREATE TABLE `t` (\n  `id` int NOT NULL,\n  `a` int,\n  `b` int,\n  `g` int GENERATED "
        "ALWAYS "
        "AS ((`a` + 1)) VIRTUAL,\n  `h` int GENERATED ALWAYS AS ((`g` * 2)) STORED,\n  `at` "
        "timestamp NULL ON UPDATE CURRENT_TIMESTAMP,\n  PRIMARY KEY (`id`)\n)";
    made.indexes.push_back({.name = "PRIMARY",
                            .unique = true,
                            .visible = true,
                            .finds_values = true,
                            .parts = {{.column = "id"}}});
    return made;
}

schema::set_column set(const std::string& column, std::vector<std::string> reads,
                       bool deterministic = true) {
    return {.target = column,
            .asked = "",
            .expression = "",
            .reads = std::move(reads),
            .deterministic = deterministic};
}

std::string problems(const std::vector<refusal>& found) {
    std::string all;
    for (const refusal& one : found) all += one.problem + "\n";
    return all;
}

TEST(dependences, generated_columns_change_with_what_they_read_one_behind_the_other) {
    const std::vector<std::string> a{"a"};
    const std::vector<std::string> b{"b"};
    EXPECT_THAT(changed_with(a, table()), ElementsAre("a", "g", "h"));
    EXPECT_THAT(changed_with(b, table()), ElementsAre("b"));
}

TEST(dependences, what_is_written_may_be_read_in_several_ways) {
    const auto reads = [](const schema::set_column& one, bool touch = false) {
        return reads_what_it_writes(std::vector{one}, table(), touch);
    };
    EXPECT_TRUE(reads(set("a", {"a"})));
    EXPECT_TRUE(reads(set("A", {"h"})));
    EXPECT_FALSE(reads(set("b", {"h"})));
    EXPECT_FALSE(reads(set("b", {"at"})));
    EXPECT_TRUE(reads(set("b", {"at"}, true), true));
}

TEST(dependences, no_expression_reads_what_another_one_writes) {
    EXPECT_THAT(obstacles_in(std::vector{set("a", {"id"}), set("b", {"id"})}, table(), {}),
                IsEmpty());
    EXPECT_THAT(problems(obstacles_in(std::vector{set("a", {"id"}), set("b", {"h"})}, table(), {})),
                HasSubstr("the expression of `b` reads `h`, which depends on `a`"));
    EXPECT_THAT(problems(obstacles_in(std::vector{set("ID", {})}, table(), {})),
                HasSubstr("`id` is a column of the key"));
}

TEST(dependences, a_value_that_differs_needs_a_condition_over_its_column) {
    const std::vector differing{set("a", {}, false)};
    EXPECT_THAT(problems(obstacles_to_differing(differing, table(), "TRUE", false)),
                HasSubstr("`a` would get another value with each run"));
    EXPECT_THAT(problems(obstacles_to_differing(differing, table(), "(`s`.`t`.`b` IS NULL)", true)),
                HasSubstr("`a`"));
    EXPECT_THAT(obstacles_to_differing(differing, table(), "(`s`.`t`.`a` IS NULL)", true),
                IsEmpty());
}

}  // namespace
}  // namespace segue::backfill
