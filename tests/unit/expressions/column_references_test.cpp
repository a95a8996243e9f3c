#include "src/expressions/column_references.hpp"

#include "src/base/error.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::expressions {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

schema::table_definition table() {
    schema::table_definition made;
    made.name = {"s", "t"};
    for (const char* const name : {"a", "Day", "o`rder", "left"}) {
        made.columns.emplace_back();
        made.columns.back().name = name;
    }
    return made;
}

std::string all_qualified(std::string_view expression) {
    return qualified(expression, references_in(expression, table()), {"s", "t"});
}

TEST(column_references, are_found_in_every_way_of_writing_a_name) {
    EXPECT_EQ(all_qualified("a+`a` + t.A+`s` . t.`a`"),
              "`s`.`t`.`a`+`s`.`t`.`a` + `s`.`t`.`A`+`s`.`t`.`a`");
    EXPECT_EQ(all_qualified("`o``rder`/day"), "`s`.`t`.`o``rder`/`s`.`t`.`day`");
    EXPECT_EQ(all_qualified("1"), "1");
}

TEST(column_references, are_no_functions_strings_comments_nor_names_of_nothing) {
    for (const char* const expression :
         {"left ('a', 2)", "'a' \"a\" _latin1'a'", "/* a */ 1 -- a", "b + ab", "`a `"})
        EXPECT_EQ(all_qualified(expression), expression);
    EXPECT_EQ(all_qualified("LEFT(`left`, a)"), "LEFT(`s`.`t`.`left`, `s`.`t`.`a`)");
}

TEST(column_references, of_other_tables_are_refused) {
    for (const char* const expression : {"u.a", "x.t.a", "`s`.`u`.a", "s.t.a.b"})
        EXPECT_THAT([&] { references_in(expression, table()); },
                    ThrowsMessage<error>(HasSubstr("a column of another table than `s`.`t`")));
}

TEST(column_references, may_be_chosen_among) {
    const std::string_view expression = "a + INTERVAL day DAY";
    const auto found = references_in(expression, table());
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[1].column, "Day");
    EXPECT_EQ(qualified(expression, std::span(found).first(2), {"s", "t"}),
              "`s`.`t`.`a` + INTERVAL `s`.`t`.`day` DAY");
}

}  // namespace
}  // namespace segue::expressions
