#include "src/expressions/assignment.hpp"

#include "src/base/error.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::expressions {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(assignment, is_a_column_and_all_that_stands_behind_the_first_equals_sign) {
    const assignment read = parse_assignment(" `fu``ll` = CONCAT(a, ' = ; ', b) = c -- so\n");
    EXPECT_EQ(read.column, "fu`ll");
    EXPECT_EQ(read.expression, "CONCAT(a, ' = ; ', b) = c");
    EXPECT_EQ(read.text(), "`fu``ll` = CONCAT(a, ' = ; ', b) = c");
    EXPECT_EQ(parse_assignment("a=-- why\n1").expression, "1");
    EXPECT_EQ(parse_assignment("a=b<=>(c,d)").expression, "b<=>(c,d)");
}

TEST(assignment, is_refused_where_it_is_none_or_more_than_one) {
    struct refused {
        std::string text;
        std::string why;
    };
    for (const refused& one : std::vector<refused>{
             {"", "it begins with no column"},
             {"'a' = 1", "it begins with no column"},
             {"a", "no = stands behind the column"},
             {"a <=> b", "no = stands behind the column"},
             {"a := b", "no = stands behind the column"},
             {"a == b", "write one ="},
             {"t.a = b", "without its table"},
             {"a =", "nothing stands behind the ="},
             {"a = b, c = d", "once for each column"},
             {"a = b; DROP TABLE t", "leave the semicolon out"},
             {"a = b;", "leave the semicolon out"},
             {"a = b) STORED, ADD c INT AS (1", "a bracket is closed that is not open"},
             {"a = (b", "a bracket is not closed"},
             {"a = 'b", "a string is not closed"},
             {"a = b /*!99999 + c */", "by some servers only"},
             {"a\xC2\xA0= b", "U+00A0"}})
        EXPECT_THAT([&] { parse_assignment(one.text); }, ThrowsMessage<error>(HasSubstr(one.why)))
            << one.text;
}

TEST(assignment, texts_are_the_same_in_any_order) {
    const assignment a{.column = "a", .expression = "1"};
    const assignment b{.column = "b", .expression = "2"};
    EXPECT_EQ(text_of(std::vector{a, b}), text_of(std::vector{b, a}));
    EXPECT_EQ(text_of(std::vector{a, b}), "`a` = 1\n`b` = 2");
    EXPECT_EQ(text_of({}), "");
}

}  // namespace
}  // namespace segue::expressions
