#include "src/new_table/kept_foreign_keys.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::preflight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

schema::foreign_key key_to_p(const std::string& name, const std::string& column) {
    return {.name = name,
            .columns = {column},
            .parent = {"s", "p"},
            .parent_columns = {"id"},
            .on_update = "NO ACTION",
            .on_delete = "NO ACTION"};
}

const std::vector<kept_foreign_key> keys{
    {.wanted = key_to_p("named", "b"), .source_columns = {"a"}, .number = 3},
    {.wanted = key_to_p("t_ibfk_2", "q"), .source_columns = {"q"}, .number = 2}};

TEST(kept_foreign_keys, are_made_under_names_that_follow_the_table) {
    EXPECT_EQ(make_foreign_keys_statement({"d", "_t_gho"}, keys),
              "ALTER TABLE `d`.`_t_gho` ADD CONSTRAINT `_t_gho_ibfk_3` FOREIGN KEY (`b`) "
              "REFERENCES `s`.`p` (`id`), ADD CONSTRAINT `_t_gho_ibfk_2` FOREIGN KEY (`q`) "
              "REFERENCES `s`.`p` (`id`), ALGORITHM=INPLACE");
    EXPECT_THAT(names_when_made({"d", "_t_gho"}, keys),
                ElementsAre("_t_gho_ibfk_3", "_t_gho_ibfk_2"));
    EXPECT_EQ(drop_foreign_keys_statement({"d", "_t_gho"}, {"x", "y"}),
              "ALTER TABLE `d`.`_t_gho` DROP FOREIGN KEY `x`, DROP FOREIGN KEY `y`");
}

TEST(kept_foreign_keys, get_the_names_that_somebody_chose_in_one_statement) {
    EXPECT_EQ(name_foreign_keys_statement({"d", "t"}, keys),
              "ALTER TABLE `d`.`t` DROP FOREIGN KEY `t_ibfk_3`, ADD CONSTRAINT `named` FOREIGN KEY "
              "(`b`) REFERENCES `s`.`p` (`id`), ALGORITHM=INPLACE");
    EXPECT_EQ(name_foreign_keys_statement({"d", "t"}, {keys.back()}), "");
}

TEST(kept_foreign_keys, a_row_without_a_parent_is_one_of_the_original_without_null) {
    kept_foreign_key two = keys.front();
    two.wanted.parent_columns = {"x", "y"};
    two.source_columns = {"a", "c"};
    EXPECT_EQ(has_no_parent({"d", "t"}, two),
              "`d`.`t`.`a` IS NOT NULL AND `d`.`t`.`c` IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
              "`s`.`p` WHERE `s`.`p`.`x`=`d`.`t`.`a` AND `s`.`p`.`y`=`d`.`t`.`c`)");
}

TEST(kept_foreign_keys, others_are_told_with_the_reason_each) {
    schema::table_definition table;
    table.name = {"d", "t"};
    table.columns.emplace_back();
    table.columns.back().name = "g";
    table.columns.back().generated = true;
    schema::foreign_key cascading = key_to_p("c", "a");
    cascading.on_update = "CASCADE";
    schema::foreign_key to_itself = key_to_p("i", "a");
    to_itself.parent = table.name;
    const auto told =
        unkept_foreign_keys(table, {key_to_p("k", "a"), cascading, to_itself, key_to_p("l", "G")});
    ASSERT_THAT(told, SizeIs(3));
    EXPECT_THAT(told[0].problem, HasSubstr("`c` (`a`) to `s`.`p` (`id`) has a cascading action"));
    EXPECT_THAT(told[1].problem, HasSubstr("refers to the table itself"));
    EXPECT_THAT(told[2].problem, HasSubstr("over the generated column `G`"));
}

}  // namespace
}  // namespace segue::preflight
