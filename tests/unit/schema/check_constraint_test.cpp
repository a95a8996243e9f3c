#include "src/schema/check_constraint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

table_definition created_as(const std::string& text) {
    table_definition made;
    made.create_statement = text;
    return made;
}

const std::string usual =
    "CREATE TABLE `t` (\n"
    "  `id` int NOT NULL AUTO_INCREMENT,\n"
    "  `c` varchar(20) DEFAULT 'CONSTRAINT `x` CHECK (1)',\n"
    "  PRIMARY KEY (`id`),\n"
    "  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `u` (`id`),\n"
    "  CONSTRAINT `Positive``s` CHECK ((`id` > 0)) /*!80016 NOT ENFORCED */,\n"
    "  CONSTRAINT `t_chk_1` CHECK ((`c` <> _utf8mb4'a,\\n`) CHECK'))\n"
    ") ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8mb4";

TEST(check_constraints, are_read_from_show_create_table) {
    EXPECT_THAT(
        check_constraints_of(usual),
        ElementsAre(check_constraint{"Positive`s", "CHECK ((`id` > 0)) /*!80016 NOT ENFORCED */"},
                    check_constraint{"t_chk_1", "CHECK ((`c` <> _utf8mb4'a,\\n`) CHECK'))"}));
    EXPECT_THAT(check_constraints_of("CREATE TABLE `t` (\n  `id` int\n)"), IsEmpty());
    EXPECT_THAT(check_constraints_of("  CONSTRAINT `"), IsEmpty());
}

TEST(check_names, follow_the_table_if_they_begin_with_its_name) {
    EXPECT_EQ(check_name_after_rename("t_chk_7x", "t", "u"), "u_chk_7x");
    EXPECT_EQ(check_name_after_rename("T_chk_7", "t", "u"), "T_chk_7");
    EXPECT_EQ(check_name_after_rename("positive", "t", "u"), "positive");
    EXPECT_EQ(check_name_after_rename("t_chk", "t", "u"), "t_chk");
}

std::vector<check_name> names_of(const std::vector<std::string>& names,
                                 const std::string& ghost = "_t_gho",
                                 const std::string& old = "_t_del") {
    std::vector<check_constraint> constraints;
    for (const auto& name : names) constraints.push_back({name, "CHECK (1)"});
    return check_names(constraints, "t", ghost, old);
}

TEST(check_names, of_the_servers_own_making_stay) {
    const auto names = names_of({"t_chk_1", "t_chk_12"});
    EXPECT_EQ(names[1].ghost, "_t_gho_chk_12");
    EXPECT_EQ(names[1].swapped, "t_chk_12");
    EXPECT_EQ(names[1].old, "_t_del_chk_12");
    EXPECT_FALSE(names[1].too_long);
}

TEST(check_names, of_anybodys_else_stay_with_the_old_table) {
    const auto names = names_of({"positive"});
    EXPECT_EQ(names[0].ghost, "_t_gho_chk_positive");
    EXPECT_EQ(names[0].swapped, "t_chk_positive");
    EXPECT_EQ(names[0].old, "positive");
}

TEST(check_names, are_never_used_twice) {
    const auto names = names_of({"POSITIVE", "t_chk_1", "t_chk_positive"});
    EXPECT_EQ(names[0].ghost, "_t_gho_chk_2");
    EXPECT_EQ(names[0].swapped, "t_chk_2");
    EXPECT_EQ(names[2].swapped, "t_chk_positive");
}

TEST(check_names, that_would_be_too_long_get_a_number) {
    const auto names = names_of({std::string(60, 'x'), std::string(60, 'y')});
    EXPECT_EQ(names[0].ghost, "_t_gho_chk_1");
    EXPECT_EQ(names[1].ghost, "_t_gho_chk_2");
    EXPECT_FALSE(names[0].too_long);
}

TEST(check_names, are_told_when_none_fits) {
    // 58 characters and "_chk_1" make 64.
    EXPECT_FALSE(names_of({"t_chk_1"}, std::string(58, 'g'), std::string(58, 'o'))[0].too_long);
    EXPECT_TRUE(names_of({"t_chk_1"}, std::string(59, 'g'), "o")[0].too_long);
    EXPECT_TRUE(names_of({"t_chk_1"}, "g", std::string(59, 'o'))[0].too_long);
    EXPECT_TRUE(names_of({"positive"}, std::string(64, 'g'), std::string(64, 'o'))[0].too_long);
    std::string characters;
    for (int i = 0; i < 58; ++i) characters += "ß";
    EXPECT_FALSE(names_of({"t_chk_1"}, characters, characters)[0].too_long);
}

TEST(definition_beside_checks, is_the_same_for_another_table_of_the_same_kind) {
    const std::string like =
        "CREATE TABLE `_t_gho` (\n"
        "  `id` int NOT NULL AUTO_INCREMENT,\n"
        "  `c` varchar(20) DEFAULT 'CONSTRAINT `x` CHECK (1)',\n"
        "  PRIMARY KEY (`id`),\n"
        "  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `u` (`id`),\n"
        "  CONSTRAINT `_t_gho_chk_1` CHECK ((`c` <> _utf8mb3'a,\\n`) CHECK')),\n"
        "  CONSTRAINT `_t_gho_chk_2` CHECK ((`id` > 0)) /*!80016 NOT ENFORCED */\n"
        ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";
    EXPECT_EQ(definition_beside_checks(created_as(usual)),
              definition_beside_checks(created_as(like)));
    EXPECT_NE(definition_beside_checks(created_as(usual)),
              definition_beside_checks(created_as(like + " DATA DIRECTORY='/x/'")));
}

std::vector<check_constraint> made(std::vector<check_constraint> those) {
    return in_order_of_numbers(std::move(those));
}

TEST(checks_made_by_like, are_in_the_order_of_their_numbers) {
    EXPECT_THAT(made({{"g_chk_1", "a"}, {"g_chk_10", "b"}, {"g_chk_2", "c"}}),
                ElementsAre(check_constraint{"g_chk_1", "a"}, check_constraint{"g_chk_2", "c"},
                            check_constraint{"g_chk_10", "b"}));
}

TEST(checks_made_by_like, are_as_many_and_as_enforced_as_the_originals) {
    const std::vector<check_constraint> original{
        {"a", "CHECK ((`c` <> _utf8mb4'x'))"}, {"b", "CHECK ((`c` > 0)) /*!80016 NOT ENFORCED */"}};
    const check_constraint first{"g_chk_1", "CHECK ((`c` <> _utf8mb3'x'))"};
    EXPECT_TRUE(may_be_made_like(
        original, {first, {"g_chk_2", "CHECK ((`c` > 0)) /*!80016 NOT ENFORCED */"}}));
    EXPECT_FALSE(may_be_made_like(original, {first, {"g_chk_2", "CHECK ((`c` > 0))"}}));
    EXPECT_FALSE(may_be_made_like(original, {first}));
}

TEST(checks_made_by_like, are_taken_for_no_others) {
    const std::vector<check_constraint> original{{"a", "CHECK (1)"}, {"b", "CHECK (2)"}};
    EXPECT_FALSE(may_be_made_like(original, {{"g_chk_1", "CHECK (2)"}, {"g_chk_2", "CHECK (1)"}}));
}

TEST(check_names, the_prefix_alone_follows_no_table) {
    EXPECT_EQ(check_name_after_rename("t_chk_", "t", "u"), "t_chk_");
    EXPECT_EQ(check_name_after_rename("t_chk_a", "t", "u"), "u_chk_a");
    const auto names =
        check_names({{.name = "t_chk_", .text = "CHECK (1)"}}, "t", "_t_gho", "_t_del");
    ASSERT_EQ(names.size(), 1U);
    EXPECT_EQ(names[0].ghost, "_t_gho_chk_t_chk_");
    EXPECT_EQ(names[0].swapped, "t_chk_t_chk_");
    EXPECT_EQ(names[0].old, "t_chk_");
}

TEST(check_names, that_like_gives_are_numbered) {
    EXPECT_EQ(check_names_made_like(2, "g"), (std::vector<std::string>{"g_chk_1", "g_chk_2"}));
    EXPECT_TRUE(check_names_made_like(0, "g").empty());
}

}  // namespace
}  // namespace segue::schema
