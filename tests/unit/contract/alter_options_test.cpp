#include "src/contract/alter_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::contract {
namespace {

using testing::ElementsAre;

schema::table_definition users() {
    schema::table_definition made;
    made.name = {"s", "t"};
    for (const char* const name : {"id", "name", "city", "full_name"}) {
        schema::column one;
        one.name = name;
        made.columns.push_back(std::move(one));
    }
    made.indexes = {
        {.name = "PRIMARY", .parts = {{.column = "id"}}},
        {.name = "name", .parts = {{.column = "name", .is_prefix = true}, {.column = "city"}}},
        {.name = "f", .parts = {{.column = ""}}},
        {.name = "city", .parts = {{.column = "city"}}}};
    made.create_statement =
        "CREATE TABLE `t` (\n"
        "  `id` int NOT NULL,\n"
        "  `name` varchar(40) NOT NULL DEFAULT 'x, y' COMMENT 'KEY `name` (`name`)',\n"
        "  `city` varchar(40) DEFAULT NULL,\n"
        "  `full_name` varchar(40) DEFAULT NULL /*!80023 INVISIBLE */,\n"
        "  PRIMARY KEY (`id`),\n"
        "  UNIQUE KEY `name` (`name`(10),`city`) COMMENT '`name`',\n"
        "  KEY `f` ((upper(`name`))),\n"
        "  KEY `city` (`city`)\n"
        ") ENGINE=InnoDB";
    return made;
}

TEST(alter_options, give_the_column_that_stays_the_place_and_the_definition) {
    const auto table = users();
    EXPECT_EQ(alter_options({.table = table,
                             .goes = "name",
                             .stays = "full_name",
                             .definition = definition_of(table, "name"),
                             .indexes = index_use::dropped}),
              "DROP COLUMN `name`, MODIFY COLUMN `full_name` varchar(40) NOT NULL DEFAULT 'x, y' "
              "COMMENT 'KEY `name` (`name`)' AFTER `id`");
    EXPECT_EQ(alter_options({.table = table,
                             .goes = "id",
                             .stays = "full_name",
                             .definition = "INT",
                             .indexes = index_use::dropped}),
              "DROP COLUMN `id`, MODIFY COLUMN `full_name` INT FIRST");
    EXPECT_EQ(alter_options({.table = table,
                             .goes = "full_name",
                             .stays = "city",
                             .definition = "INT",
                             .indexes = index_use::dropped}),
              "DROP COLUMN `full_name`, MODIFY COLUMN `city` INT");
}

TEST(alter_options, leave_the_old_column_as_it_is_when_the_new_one_is_abandoned) {
    const auto table = users();
    EXPECT_EQ(
        alter_options({.table = table, .goes = "full_name", .stays = "name", .definition = {}}),
        "DROP COLUMN `full_name`");
}

TEST(alter_options, make_indexes_over_the_other_column_under_their_names) {
    const auto table = users();
    EXPECT_THAT(indexes_over(table, "NAME"), ElementsAre("name", "f"));
    EXPECT_THAT(indexes_over(table, "full_name"), ElementsAre());
    EXPECT_EQ(alter_options({.table = table,
                             .goes = "name",
                             .stays = "full_name",
                             .definition = {},
                             .indexes = index_use::moved}),
              "DROP INDEX `name`, ADD UNIQUE KEY `name` (`full_name`(10),`city`) COMMENT '`name`', "
              "DROP INDEX `f`, ADD KEY `f` ((upper(`full_name`))), DROP COLUMN `name`");
}

TEST(names_column, asks_for_the_word_and_not_for_a_part_of_it) {
    EXPECT_TRUE(names_column("upper(`name`)", "name"));
    EXPECT_TRUE(names_column("NEW.Name", "name"));
    EXPECT_FALSE(names_column("concat(`full_name`,'name')", "name"));
    EXPECT_TRUE(names_column("it cannot be read: 'name", "other"));
}

}  // namespace
}  // namespace segue::contract
