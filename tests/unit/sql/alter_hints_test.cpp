#include "src/sql/alter_hints.hpp"

#include "src/sql/alter_text.hpp"
#include "tests/unit/sql/parse_failure.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::sql {
namespace {

using testing::HasSubstr;

/// The remedy of the one refusal.
std::string remedy(std::string_view text) {
    const auto refusals = parse_alter(text).refusals;
    return refusals.size() == 1 ? refusals[0].remedy : fmt::format("{} of them", refusals.size());
}

TEST(alter_hints, a_statement_about_an_index_is_told_what_it_is_as_a_clause) {
    const std::string start = "As a clause of ALTER TABLE it is ";
    EXPECT_EQ(remedy("CREATE INDEX i ON t(a)"), start + "ADD INDEX i (a)");
    EXPECT_EQ(remedy("create unique index `i x` using btree on d.t (a, b(10) DESC) COMMENT 'x'"),
              start + "ADD UNIQUE INDEX `i x` using btree (a, b(10) DESC) COMMENT 'x'");
    EXPECT_EQ(remedy("CREATE FULLTEXT INDEX i ON t(a);"), start + "ADD FULLTEXT INDEX i (a)");
    EXPECT_EQ(remedy("ALTER TABLE t CREATE INDEX i ON t(a)"), start + "ADD INDEX i (a)");
    EXPECT_EQ(remedy("CREATE INDEX IF NOT EXISTS i ON t(a)"), start + "ADD INDEX i (a)");
    EXPECT_EQ(remedy("DROP INDEX i ON t"), start + "DROP INDEX i");
    EXPECT_EQ(remedy("DROP INDEX IF EXISTS i ON t"), start + "DROP INDEX i");
    EXPECT_EQ(remedy("DROP INDEX i"), "0 of them");
    EXPECT_EQ(remedy("ADD INDEX i (a)"), "0 of them");
}

TEST(alter_hints, the_table_that_an_index_statement_names_is_the_statements) {
    for (const auto* text : {"CREATE INDEX i ON other(a)", "DROP INDEX i ON other",
                             "CREATE UNIQUE INDEX i USING HASH ON `other` (a) LOCK=NONE"}) {
        const auto statement = parse_alter(text);
        EXPECT_EQ(statement.table, "other") << text;
        EXPECT_EQ(statement.schema, std::nullopt) << text;
    }
    for (const auto* text : {"CREATE INDEX i ON d.other(a)", "DROP INDEX i ON d . `other`",
                             "ALTER TABLE other CREATE INDEX i ON d.other(a)",
                             "ALTER TABLE d.other DROP INDEX i ON other"}) {
        const auto statement = parse_alter(text);
        EXPECT_EQ(statement.table, "other") << text;
        EXPECT_EQ(statement.schema, "d") << text;
    }
    EXPECT_THAT(parse_failure("ALTER TABLE t CREATE INDEX i ON other(a)"),
                HasSubstr("two tables, `t` and `other`"));
    EXPECT_THAT(parse_failure("ALTER TABLE d.t DROP INDEX i ON e.t"),
                HasSubstr("two tables, `d`.`t` and `e`.`t`"));
}

TEST(alter_hints, how_to_run_an_index_statement_is_left_out_of_the_clause) {
    const auto clause = [](std::string_view text) {
        const auto read = read_index_statement(text, tokenize(text).tokens);
        return read ? read->as_clause : "none";
    };
    EXPECT_EQ(clause("CREATE INDEX i ON t(a) COMMENT 'x' ALGORITHM=INPLACE LOCK=NONE"),
              "ADD INDEX i (a) COMMENT 'x'");
    EXPECT_EQ(clause("CREATE INDEX i ON t(a) lock none algorithm = default"), "ADD INDEX i (a)");
    EXPECT_EQ(clause("CREATE INDEX i ON t(a) LOCK=NONE COMMENT 'LOCK=NONE'"),
              "ADD INDEX i (a) COMMENT 'LOCK=NONE'");
    EXPECT_EQ(clause("CREATE INDEX i ON t(a), ALGORITHM=INPLACE, LOCK=NONE"), "ADD INDEX i (a)");
    EXPECT_EQ(clause("CREATE INDEX i ON t(a), LOCK=NONE, ADD b INT"), "ADD INDEX i (a), ADD b INT");
    EXPECT_EQ(clause("CREATE INDEX i ON t(`lock`, algorithm) LOCK"),
              "ADD INDEX i (`lock`, algorithm)");
    EXPECT_EQ(clause("DROP INDEX i ON t ALGORITHM=INPLACE LOCK=NONE"), "DROP INDEX i");
}

TEST(alter_hints, a_statement_that_is_cut_off_is_no_hint) {
    for (const auto* text :
         {"CREATE INDEX", "CREATE INDEX i", "CREATE INDEX i ON", "CREATE INDEX i ON t",
          "CREATE INDEX i ON d.", "CREATE INDEX ON t(a)", "CREATE", "DROP INDEX", "DROP INDEX i ON",
          "DROP INDEX i ON d.", "CREATE TABLE t (a INT)"})
        EXPECT_FALSE(read_index_statement(text, tokenize(text).tokens)) << text;
}

}  // namespace
}  // namespace segue::sql
