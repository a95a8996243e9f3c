#include "src/sql/lookalike.hpp"

#include "src/sql/alter_text.hpp"
#include "tests/unit/sql/parse_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::sql {
namespace {

using testing::HasSubstr;

TEST(lookalikes, typographic_quotes_are_named_with_their_place) {
    EXPECT_EQ(
        lookalike_hint("ADD c INT COMMENT \u2018x\u2019"),
        "U+2018 (a typographic quote) stands behind \"ADD c INT COMMENT \", where MySQL takes "
        "it for a letter of a name: write ' in its place, or ` around a name");
    EXPECT_THAT(parse_failure("ADD c INT COMMENT \u2018it's\u2019"), HasSubstr("U+2018"));
    EXPECT_THAT(lookalike_hint("\u201Cc\u201D"), HasSubstr("at the beginning"));
}

TEST(lookalikes, spaces_that_are_none_and_dashes_are_named) {
    EXPECT_THAT(lookalike_hint("ADD c\u00A0INT"), HasSubstr("U+00A0 (a no-break space) stands "
                                                            "behind \"ADD c\""));
    EXPECT_THAT(lookalike_hint("ADD c INT\u200B"), HasSubstr("U+200B (an invisible character)"));
    EXPECT_THAT(lookalike_hint("ADD c INT DEFAULT \u20131"), HasSubstr("U+2013"));
    const auto refusals = parse_alter("ADD c\u2013INT").refusals;
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_THAT(refusals[0].reason, HasSubstr("U+2013"));
    EXPECT_THAT(refusals[0].remedy, HasSubstr("would fail as well"));
}

// Where MySQL would make a column of an odd name.
TEST(lookalikes, a_space_that_is_none_is_refused_outside_of_quotes_wherever_it_stands) {
    EXPECT_EQ(parse_failure("ADD COLUMN nb\u00A0INT INT"),
              "--alter: U+00A0 (a no-break space) stands behind \"ADD COLUMN nb\", where MySQL "
              "takes it for a letter of a name: write a plain space in its place, or put the name "
              "in backticks if it is a part of it");
    for (const auto* space : {"\u00A0", "\u1680", "\u2000", "\u2007", "\u200A", "\u2028", "\u202F",
                              "\u205F", "\u3000"}) {
        EXPECT_THAT(parse_failure(std::string("ADD COLUMN a INT") + space),
                    HasSubstr("write a plain space in its place"));
        EXPECT_THAT(parse_failure(std::string("ALTER") + space + "TABLE t ADD a INT"),
                    HasSubstr("stands behind \"ALTER\""));
    }
    for (const auto* nothing :
         {"\u00AD", "\u200B", "\u200E", "\u202A", "\u2060", "\u2066", "\uFEFF"})
        EXPECT_THAT(parse_failure(std::string(nothing) + "ADD COLUMN a INT"),
                    HasSubstr("stands at the beginning, where MySQL takes it for a letter of a "
                              "name: take it out"));
}

TEST(lookalikes, within_quotes_every_character_is_fine) {
    EXPECT_EQ(lookalike_hint("ADD c INT COMMENT '\u2018x\u2019\u00A0'"), "");
    EXPECT_EQ(lookalike_hint("ADD `c\u00A0\u2019` INT /* \u2018 */"), "");
    EXPECT_EQ(lookalike_hint("ADD \u00E4\u00DF INT"), "");
    EXPECT_EQ(parse_failure("ADD c INT COMMENT '\u2018x\u2019\u00A0\u200B'"), "none");
    EXPECT_EQ(parse_failure("ADD `c\u00A0` INT -- \u00A0"), "none");
}

TEST(lookalikes, letters_that_names_are_written_with_are_fine) {
    EXPECT_EQ(parse_failure("ADD \u0645\u06CC\u200C\u062E INT"), "none");
    EXPECT_EQ(parse_failure("ADD \u00E4\u4E2D\uFF21 INT"), "none");
}

}  // namespace
}  // namespace segue::sql
