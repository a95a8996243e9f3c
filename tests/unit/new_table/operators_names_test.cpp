#include "src/new_table/operators_names.hpp"

#include <gtest/gtest.h>

namespace segue::preflight {
namespace {

schema::table_definition table(const std::string& name, const std::string& constraints) {
    schema::table_definition made;
    made.name = {"s", name};
    made.create_statement = "CREATE TABLE `" + name + "` (\n  `id` int,\n" + constraints + ") x";
    return made;
}

const operators_names names = operators_names_of(
    table("t", "  CONSTRAINT `chosen` CHECK ((`id` > 0)),\n  CONSTRAINT `t_chk_1` CHECK (1)\n"),
    table("_t_gho",
          "  CONSTRAINT `_t_gho_chk_1` CHECK (1),\n  CONSTRAINT `_t_gho_chk_chosen` CHECK ((`id` > "
          "0)),\n  CONSTRAINT `_t_gho_chk_new` CHECK (1)\n"),
    migration_tables::of({"s", "t"}));

TEST(operators_names, are_those_of_the_original_or_those_that_will_be) {
    const auto told = [](std::string_view name) {
        return in_operators_words("Check constraint '" + std::string(name) + "' is violated.",
                                  names);
    };
    EXPECT_EQ(told("_t_gho_chk_1"), "Check constraint 't_chk_1' is violated.");
    EXPECT_EQ(told("_t_gho_chk_chosen"), "Check constraint 'chosen' is violated.");
    EXPECT_EQ(told("_t_gho_chk_new"), "Check constraint 't_chk_new' is violated.");
    EXPECT_EQ(told("_t_gho_chk_other"), "Check constraint '_t_gho_chk_other' is violated.");
}

TEST(operators_names, are_found_for_constraints_that_the_server_names) {
    EXPECT_EQ(in_operators_words(
                  "Unknown column 'nope' in 'check constraint _t_gho_chk_27 expression'", names),
              "Unknown column 'nope' in 'check constraint t_chk_27 expression'");
    EXPECT_EQ(in_operators_words("An expression of a check constraint '_t_gho_chk_27' contains "
                                 "disallowed function: rand.",
                                 names),
              "An expression of a check constraint 't_chk_27' contains disallowed function: rand.");
    EXPECT_EQ(in_operators_words("'check constraint _t_gho_chk_new expression'", names),
              "'check constraint t_chk_new expression'");
    EXPECT_EQ(in_operators_words("'check constraint _t_gho_chk_1", names),
              "'check constraint _t_gho_chk_1");
    EXPECT_EQ(in_operators_words("'_t_gho_chk_' '_u_gho_chk_1'", names),
              "'_t_gho_chk_' '_u_gho_chk_1'");
}

TEST(operators_names, of_a_table_stand_alone_or_before_a_dot) {
    EXPECT_EQ(in_operators_words("Unknown column 'nope' in '_t_gho'", names),
              "Unknown column 'nope' in 't'");
    EXPECT_EQ(in_operators_words("Duplicate entry '_t_gho-1' for key '_t_gho.b'", names),
              "Duplicate entry '_t_gho-1' for key 't.b'");
    EXPECT_EQ(in_operators_words("Table 's._t_gho' doesn't exist", names),
              "Table 's._t_gho' doesn't exist");
    EXPECT_EQ(in_operators_words("it isn't '_t_gho", names), "it isn't '_t_gho");
    EXPECT_EQ(in_operators_words("", names), "");
}

}  // namespace
}  // namespace segue::preflight
