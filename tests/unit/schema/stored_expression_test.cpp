#include "src/schema/stored_expression.hpp"

#include <gtest/gtest.h>

namespace segue::schema {
namespace {

TEST(stored_expression, is_told_without_the_escapes_of_information_schema) {
    EXPECT_EQ(without_escapes(R"((`a` <> _utf8mb4\'q\\\\p\'))"), R"((`a` <> _utf8mb4'q\\p'))");
    EXPECT_EQ(without_escapes(R"(_utf8mb4\'\\n\')"), R"(_utf8mb4'\n')");
    EXPECT_EQ(without_escapes("(`a` > 1)"), "(`a` > 1)");
    EXPECT_EQ(without_escapes("\\"), "\\");
}

TEST(stored_expression, has_a_backslash_where_a_string_has_a_quote_or_a_backslash) {
    const auto has = [](const char* of_information_schema) {
        return stored_expression{.of = "", .text = without_escapes(of_information_schema)}
            .has_backslash();
    };
    EXPECT_FALSE(has(R"(concat(`a`,_utf8mb4\'x\'))"));
    EXPECT_TRUE(has(R"(concat(`a`,_utf8mb4\'\\\'\'))"));
    EXPECT_TRUE(has(R"(concat(`a`,_utf8mb4\'\\n\'))"));
}

TEST(stored_expression, backslashes_are_counted_in_all_of_them) {
    EXPECT_EQ(backslashes_in({}), 0U);
    EXPECT_EQ(backslashes_in({{.of = "a", .text = R"('\\n')"}, {.of = "b", .text = R"('\'')"}}),
              3U);
}

TEST(stored_expression, definitions_that_differ_in_backslashes_alone_may_be_one) {
    EXPECT_TRUE(equal_but_for_backslashes(R"(a 'x\n')", R"(a 'x\\n')"));
    EXPECT_TRUE(equal_but_for_backslashes("", "\\"));
    EXPECT_FALSE(equal_but_for_backslashes(R"(a 'x\n')", R"(a 'x\m')"));
    EXPECT_FALSE(equal_but_for_backslashes("a", "a\\b"));
}

}  // namespace
}  // namespace segue::schema
