#include "src/sql/alter_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::sql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(alter_refusals, no_secret_is_shown) {
    for (const auto* text : {"CONNECTION='mysql://u:geheim@h/d/t'", "PASSWORD='geheim'"}) {
        const auto refusals = parse_alter(text).refusals;
        ASSERT_THAT(refusals, SizeIs(1)) << text;
        EXPECT_THAT(refusals[0].clause + refusals[0].reason + refusals[0].remedy,
                    testing::Not(HasSubstr("geheim")));
    }
}

class an_alter_refusal : public testing::TestWithParam<const char*> {};

TEST_P(an_alter_refusal, the_clause_is_named_with_reason_and_remedy) {
    const std::string clause = GetParam();
    for (const auto& text : {clause, "ADD zz INT, " + clause, "ALTER TABLE d.t " + clause}) {
        const auto refusals = parse_alter(text).refusals;
        ASSERT_THAT(refusals, SizeIs(1)) << text;
        EXPECT_EQ(refusals[0].clause, clause);
        EXPECT_FALSE(refusals[0].reason.empty());
        EXPECT_FALSE(refusals[0].remedy.empty());
    }
}

INSTANTIATE_TEST_SUITE_P(
    every, an_alter_refusal,
    testing::Values(
        // another table
        "RENAME t2", "RENAME TO t2", "RENAME AS d.t2", "RENAME = t2", "RENAME `t2`",
        // foreign keys
        "ADD FOREIGN KEY (a) REFERENCES p(id)", "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p(id)",
        "ADD CONSTRAINT FOREIGN KEY f (a) REFERENCES p(id)", "ADD COLUMN a INT REFERENCES p(id)",
        "CHANGE a b INT NOT NULL REFERENCES p(id) ON DELETE CASCADE", "MODIFY a INT REFERENCES p",
        "DROP FOREIGN KEY", "DROP FOREIGN KEY f g",
        // partitions
        "DROP PARTITION p", "DROP PARTITION p0, p1", "TRUNCATE PARTITION ALL",
        "ADD PARTITION LOCAL PARTITIONS 4", "ADD PARTITION NO_WRITE_TO_BINLOG (PARTITION p)",
        "ADD PARTITION", "ADD PARTITION PARTITIONS", "ADD PARTITION PARTITIONS 4 x",
        "ADD PARTITION (PARTITION p) x", "ADD PARTITION (PARTITION p), RENAME TO x",
        "ADD PARTITION (PARTITION p VALUES LESS THAN (5) DATA DIRECTORY='/x')",
        "ADD PARTITION (PARTITION p VALUES LESS THAN (5) TABLESPACE s)", "COALESCE PARTITION",
        "COALESCE PARTITION LOCAL 2", "COALESCE PARTITION 2, DROP COLUMN a", "REORGANIZE PARTITION",
        "REORGANIZE PARTITION LOCAL p INTO (PARTITION q)",
        "REORGANIZE PARTITION p, INTO (PARTITION q)", "REORGANIZE PARTITION p INTO q",
        "REORGANIZE PARTITION p INTO (PARTITION q), RENAME TO x",
        "EXCHANGE PARTITION p WITH TABLE t2", "ANALYZE PARTITION p", "CHECK PARTITION p",
        "OPTIMIZE PARTITION p", "REBUILD PARTITION p0, p1", "REPAIR PARTITION p",
        "DISCARD PARTITION p TABLESPACE", "IMPORT PARTITION ALL TABLESPACE",
        "PARTITION BY HASH (id) (PARTITION p DATA DIRECTORY '/x')",
        "PARTITION BY HASH (id) (PARTITION p TABLESPACE = s)",
        // files, engines
        "DISCARD TABLESPACE", "IMPORT TABLESPACE", "TABLESPACE s", "TABLESPACE = `s`",
        "DATA DIRECTORY='/x'", "INDEX DIRECTORY = '/x'", "ENABLE KEYS", "DISABLE KEYS",
        "SECONDARY_LOAD", "SECONDARY_UNLOAD", "SECONDARY_ENGINE=RAPID", "UNION=(t1,t2)",
        "INSERT_METHOD=LAST", "ENGINE=MyISAM", "ENGINE 'MEMORY'", "START TRANSACTION",
        // how it is run
        "ALGORITHM=", "ALGORITHM=COPY x", "LOCK", "LOCK='NONE'", "ALGORITHM=FOO", "ALGORITHM NONE",
        "LOCK=COPY", "LOCK=`x`", "WITH VALIDATION", "ORDER BY a", "ORDER BY a DESC, t.b, c ASC",
        // numbers that would differ
        "ADD id INT AUTO_INCREMENT", "ADD COLUMN id SERIAL", "ADD id INT SERIAL DEFAULT VALUE",
        // unknown
        "UPGRADE PARTITIONING", "FROBNICATE", "ADD", "ADD COLUMN", "ADD COLUMN a", "DROP",
        "DROP COLUMN", "DROP a b", "DROP TABLE t", "DROP INDEX", "DROP PRIMARY KEY x",
        "DROP COLUMN t.a", "DROP COLUMN IF EXISTS a", "ADD COLUMN 'a' INT", "ADD (a INT) b",
        "CHANGE a b", "MODIFY a", "RENAME COLUMN a b", "RENAME INDEX a TO b c", "RENAME COLUMN a",
        "ALTER a", "ALTER a SET", "ALTER INDEX i", "ALTER CHECK c", "ALTER INDEX i VISIBLE x",
        "ALTER a SET DEFAULT", "CONVERT TO utf8mb4", "CONVERT TO CHARACTER SET", "FORCE x",
        "CONVERT TO CHARACTER SET utf8mb4 x", "REMOVE PARTITIONING x", "COMMENT",
        "COMMENT=", "DEFAULT 5", "CREATE TABLE t2 (a INT)", "UPDATE t SET a = 1", "5", "'x'",
        "(a INT)", "ADD CONSTRAINT c", "ADD CONSTRAINT c INDEX (a)", "WITHOUT VALIDATION x",
        "ADD CONSTRAINT"));

std::vector<std::string> refused(std::string_view text) {
    std::vector<std::string> all;
    for (const auto& refusal : parse_alter(text).refusals) all.push_back(refusal.clause);
    return all;
}

TEST(alter_refusals, all_are_told_at_once_in_the_order_of_the_text) {
    EXPECT_THAT(
        refused("RENAME TO x, ADD a INT, ORDER BY a, ENGINE=InnoDB ENGINE=MyISAM UNION=(a)"),
        ElementsAre("RENAME TO x", "ORDER BY a", "ENGINE=MyISAM", "UNION=(a)"));
}

TEST(alter_refusals, one_column_may_be_refused_for_several_reasons) {
    EXPECT_THAT(refused("ADD a INT AUTO_INCREMENT REFERENCES p(id)"), SizeIs(2));
}

TEST(alter_refusals, unknown_attributes_of_a_column_are_named) {
    EXPECT_THAT(refused("ADD a INT FROBNICATED NOT NULL"),
                ElementsAre("FROBNICATED in ADD a INT FROBNICATED NOT NULL"));
    EXPECT_THAT(refused("ADD a INT `x`"), ElementsAre("`x` in ADD a INT `x`"));
}

TEST(alter_refusals, a_misspelt_keyword_is_named_and_not_what_stands_behind_it) {
    EXPECT_THAT(refused("ADD COLUM n2 INT"), ElementsAre("COLUM (COLUMN?) in ADD COLUM n2 INT"));
}

TEST(alter_refusals, what_is_not_known_may_be_a_mistake_in_its_spelling) {
    for (const auto* text : {"MODFY state VARCHAR(30)", "ADD COLUM c INT", "FORCE x",
                             "ADD COLUMN IF NOT EXISTS c INT", "UPGRADE PARTITIONING"}) {
        const auto refusals = parse_alter(text).refusals;
        ASSERT_THAT(refusals, SizeIs(1)) << text;
        EXPECT_THAT(refusals[0].reason, HasSubstr("that Segue knows"));
        EXPECT_THAT(refusals[0].remedy, HasSubstr("Check its spelling"));
    }
}

TEST(alter_refusals, another_statement_is_one_whatever_commas_it_has) {
    for (const auto* text :
         {"TRUNCATE TABLE t", "UPDATE t SET a = 1, b = 2", "INSERT INTO t VALUES (1), (2)",
          "DELETE FROM t", "SELECT a, b FROM t", "CREATE TABLE t2 (a INT)", "DROP TABLE t, u",
          "OPTIMIZE TABLE t", "create view v AS SELECT 1", "ALTER DATABASE d READ ONLY = 1"}) {
        for (const std::string before : {"", "ADD zz INT, "}) {
            const auto refusals = parse_alter(before + text).refusals;
            ASSERT_FALSE(refusals.empty()) << text;
            EXPECT_TRUE(!before.empty() || refusals.size() == 1) << text;
            EXPECT_THAT(refusals[0].reason, HasSubstr("another statement")) << text;
            EXPECT_THAT(refusals[0].remedy, HasSubstr("clauses of ALTER TABLE only"));
        }
    }
}

TEST(alter_refusals, columns_named_as_words_of_other_statements_are_columns) {
    EXPECT_THAT(refused("DROP view, DROP user, DROP `table`, ADD `select` INT, ALTER event SET "
                        "DEFAULT 1, MODIFY `update` INT, TRUNCATE PARTITION p"),
                ElementsAre("TRUNCATE PARTITION p"));
}

TEST(alter_refusals, columns_in_parentheses_are_looked_into) {
    EXPECT_THAT(refused("ADD (a INT REFERENCES p(id), FOREIGN KEY (a) REFERENCES p(id), b INT)"),
                ElementsAre("a INT REFERENCES p(id)", "FOREIGN KEY (a) REFERENCES p(id)"));
}

TEST(alter_refusals, ignore_is_refused) {
    EXPECT_THAT(refused("ALTER IGNORE TABLE t ADD UNIQUE (a)"), ElementsAre("ALTER IGNORE"));
}

TEST(alter_refusals, a_second_statement_is_refused) {
    const auto statement = parse_alter("ADD a INT; DROP TABLE t");
    ASSERT_THAT(statement.refusals, SizeIs(1));
    EXPECT_THAT(statement.refusals[0].clause, HasSubstr("DROP TABLE t"));
    EXPECT_EQ(statement.options_text, "ADD a INT");
}

TEST(alter_refusals, version_comments_that_some_servers_skip_are_refused) {
    EXPECT_THAT(refused("ADD a INT /*!80020 , DROP b */"), ElementsAre("/*!80020 , DROP b */"));
    EXPECT_THAT(refused("ADD a INT /*!090100 , DROP b */"), ElementsAre("/*!090100 , DROP b */"));
}

TEST(alter_refusals, words_that_stand_inside_version_comments_are_seen) {
    EXPECT_THAT(refused("ADD a INT /*!50000 , RENAME TO x */"), ElementsAre("RENAME TO x"));
    EXPECT_THAT(refused("/*! DROP */ PARTITION p"), SizeIs(1));
    EXPECT_THAT(refused("ADD a INT /*!50600 , LOCK=NONE */"), ElementsAre("LOCK=NONE"));
}

TEST(alter_refusals, comments_between_the_words_do_not_hide_them) {
    EXPECT_THAT(refused("EXCHANGE/**/PARTITION p WITH TABLE x"), SizeIs(1));
    EXPECT_THAT(refused("ADD -- x\n FOREIGN # y\n KEY (a) REFERENCES p (b)"), SizeIs(1));
}

}  // namespace
}  // namespace segue::sql
