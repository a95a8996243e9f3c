#include "src/schema/alter_hints.hpp"

#include "src/base/error.hpp"
#include "src/schema/alter_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::HasSubstr;

std::string failure(std::string_view text) {
    try {
        parse_alter(text);
    } catch (const error& problem) {
        return problem.what();
    }
    return "none";
}

TEST(AlterHints, AStatementAboutAnIndexIsToldWhatItIsAsAClause) {
    EXPECT_THAT(failure("CREATE INDEX i ON t(a)"), HasSubstr("is ADD INDEX i (a)"));
    EXPECT_THAT(failure("create unique index `i x` using btree on d.t (a, b(10) DESC) COMMENT 'x'"),
                HasSubstr("is ADD UNIQUE INDEX `i x` using btree (a, b(10) DESC) COMMENT 'x'"));
    EXPECT_THAT(failure("CREATE FULLTEXT INDEX i ON t(a);"), HasSubstr("ADD FULLTEXT INDEX i (a)"));
    EXPECT_THAT(failure("ALTER TABLE t CREATE INDEX i ON t(a)"), HasSubstr("ADD INDEX i (a)"));
    EXPECT_THAT(failure("DROP INDEX i ON t"), HasSubstr("is DROP INDEX i"));
    EXPECT_EQ(failure("DROP INDEX i"), "none");
    EXPECT_EQ(failure("ADD INDEX i (a)"), "none");
}

TEST(AlterHints, AStatementThatIsCutOffIsNoHint) {
    for (const auto* text : {"CREATE INDEX", "CREATE INDEX i", "CREATE INDEX i ON t", "CREATE",
                             "DROP INDEX", "CREATE TABLE t (a INT)"})
        EXPECT_EQ(index_statement_hint(text, tokenize(text).tokens), std::nullopt) << text;
}

TEST(AlterHints, TypographicQuotesAreNamedWithTheirPlace) {
    EXPECT_EQ(
        lookalike_hint("ADD c INT COMMENT \u2018x\u2019"),
        "U+2018 (a typographic quote) stands behind \"ADD c INT COMMENT \", where MySQL takes "
        "it for a letter of a name: write ' in its place");
    EXPECT_THAT(failure("ADD c INT COMMENT \u2018it's\u2019"), HasSubstr("U+2018"));
    EXPECT_THAT(lookalike_hint("\u201Cc\u201D"), HasSubstr("at the beginning"));
}

TEST(AlterHints, NoBreakSpacesAndOtherLookalikesAreNamed) {
    EXPECT_THAT(lookalike_hint("ADD c\u00A0INT"), HasSubstr("U+00A0 (a no-break space) stands "
                                                            "behind \"ADD c\""));
    EXPECT_THAT(lookalike_hint("ADD c INT\u200B"), HasSubstr("U+200B (an invisible character)"));
    EXPECT_THAT(lookalike_hint("ADD c INT DEFAULT \u20131"), HasSubstr("U+2013"));
    const auto refusals = parse_alter("ADD c\u00A0INT").refusals;
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_THAT(refusals[0].reason, HasSubstr("U+00A0"));
    EXPECT_THAT(refusals[0].remedy, HasSubstr("would fail as well"));
}

TEST(AlterHints, WithinQuotesEveryCharacterIsFine) {
    EXPECT_EQ(lookalike_hint("ADD c INT COMMENT '\u2018x\u2019\u00A0'"), "");
    EXPECT_EQ(lookalike_hint("ADD `c\u00A0\u2019` INT /* \u2018 */"), "");
    EXPECT_EQ(lookalike_hint("ADD \u00E4\u00DF INT"), "");
    EXPECT_EQ(failure("ADD c INT COMMENT '\u2018x\u2019'"), "none");
}

}  // namespace
}  // namespace segue::schema
