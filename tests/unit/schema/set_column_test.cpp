#include "src/schema/set_column.hpp"

#include "src/schema/projection.hpp"
#include "tests/unit/schema/tables.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const column id = typed("id", "int");
const table_definition original =
    table_of("t", {id, typed("a", "int"), typed("gone", "int")}, {primary({"id"})});

set_column set(const std::string& target) {
    return {.target = target,
            .asked = "gone + 1",
            .expression = "(`s`.`t`.`gone` + 1)",
            .reads = {"gone"}};
}

projection project(const std::vector<set_column>& sets, std::vector<column> columns) {
    row_key key;
    key.source_index = key.target_index = "PRIMARY";
    key.columns = {{.source = "id", .target = "id"}};
    const source_of carried = [&](std::string_view target) -> std::optional<std::string> {
        if (find_set(sets, target) != nullptr) return std::nullopt;
        return std::string(target);
    };
    return make_projection(original, table_of("g", std::move(columns), {primary({"id"})}), key,
                           carried, {}, sets);
}

TEST(set_column, has_its_expression_in_place_of_what_it_was_and_of_a_default) {
    column numbered = typed("b", "int");
    numbered.default_text = "5";
    const auto made = project({set("A"), set("b")}, {id, typed("a", "int"), numbered});
    ASSERT_EQ(made.columns.size(), 3U);
    for (const std::size_t i : {1U, 2U}) {
        EXPECT_EQ(made.columns[i].expression, "(`s`.`t`.`gone` + 1)");
        EXPECT_EQ(made.columns[i].source, std::nullopt);
        EXPECT_TRUE(made.columns[i].set);
    }
    EXPECT_EQ(made.columns[1].target, "a");
    EXPECT_THAT(made.computed, ElementsAre("a", "b"));
    EXPECT_THAT(made.description, HasSubstr("`a`: set to gone + 1\n`b`: set to gone + 1\n"));
    EXPECT_THAT(made.description, HasSubstr("`gone`: dropped"));
    EXPECT_THAT(made.description, Not(HasSubstr("`a`: dropped")));
    EXPECT_TRUE(made.upserts);
}

TEST(set_column, is_part_of_what_decides_on_a_row) {
    const std::vector<column> columns{id, typed("a", "int")};
    set_column other = set("a");
    other.expression = "(`s`.`t`.`gone` + 2)";
    EXPECT_NE(text_of(project({set("a")}, columns)), text_of(project({other}, columns)));
}

TEST(set_column, is_no_column_that_the_server_gives_a_value_and_none_twice) {
    column generated = typed("made", "int");
    generated.generated = true;
    column counted = id;
    counted.auto_increment = true;
    const auto target = table_of("g", {counted, typed("a", "int"), generated}, {primary({"id"})});
    const std::vector<set_column> wrong{set("a"), set("id"), set("made"), set("b"), set("A")};
    std::vector<std::string> problems;
    for (const refusal& one : obstacles_to_setting(wrong, target)) problems.push_back(one.problem);
    EXPECT_THAT(
        problems,
        ElementsAre(HasSubstr("`id` is AUTO_INCREMENT"), HasSubstr("`made` is a generated"),
                    HasSubstr("the new table has no column `b`"), HasSubstr("`A` is set twice")));
    EXPECT_THAT(obstacles_to_setting(std::vector{set("a")}, target), IsEmpty());
}

TEST(set_column, is_in_no_key) {
    const source_of none = [](std::string_view) { return std::nullopt; };
    EXPECT_THAT(choose_key(original, original, none).explanation,
                HasSubstr("the values of `id` are others in the new table"));
}

}  // namespace
}  // namespace segue::schema
