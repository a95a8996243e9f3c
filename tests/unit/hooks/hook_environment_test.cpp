#include "src/hooks/hook_environment.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::hooks {
namespace {

using testing::Contains;
using testing::Not;
using testing::UnorderedElementsAre;
using texts = std::vector<std::string>;

TEST(the_environment_of_a_hook, is_the_inherited_one_and_what_it_is_told_with_both_prefixes) {
    EXPECT_THAT(environment_of_hook(texts{"HOME=/root", "EMPTY=", "GH_OST_TABLE_NAME=old"},
                                    {{"TABLE_NAME", "a b"}}, {}),
                UnorderedElementsAre("HOME=/root", "EMPTY=", "GH_OST_TABLE_NAME=a b",
                                     "SEGUE_TABLE_NAME=a b"));
}

TEST(the_environment_of_a_hook, never_has_the_password) {
    const texts inherited{"MYSQL_PWD=other", "DB_PASSWORD=sec ret", "URL=mysql://me:sec ret@db/",
                          "HOST=db"};
    EXPECT_THAT(environment_of_hook(inherited, {}, texts{"", "sec ret"}),
                UnorderedElementsAre("HOST=db"));
}

TEST(the_environment_of_a_hook, keeps_what_has_a_password_of_a_few_letters_in_it_by_chance) {
    const texts inherited{"PATH=/usr/bin", "PIN=bin", "NONE="};
    EXPECT_THAT(environment_of_hook(inherited, {}, texts{"bin", ""}),
                UnorderedElementsAre("PATH=/usr/bin", "NONE="));
}

TEST(the_environment_of_a_hook, ends_a_value_where_the_system_would) {
    EXPECT_THAT(environment_of_hook({}, {{"COMMAND", std::string("sup\0x", 5)}}, {}),
                Contains("SEGUE_COMMAND=sup"));
}

}  // namespace
}  // namespace segue::hooks
