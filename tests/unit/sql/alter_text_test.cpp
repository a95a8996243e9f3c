#include "src/sql/alter_text.hpp"

#include "src/base/error.hpp"
#include "tests/unit/sql/parse_failure.hpp"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::sql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The clauses of a text that must not be refused.
std::vector<alter_clause> clauses(std::string_view text) {
    const auto statement = parse_alter(text);
    for (const auto& refusal : statement.refusals)
        ADD_FAILURE() << text << " is refused: " << refusal.clause << ": " << refusal.reason;
    return statement.clauses;
}

std::vector<clause_kind> kinds(std::string_view text) {
    std::vector<clause_kind> all;
    for (const auto& clause : clauses(text)) all.push_back(clause.kind);
    return all;
}

std::vector<std::string> added(std::string_view text) {
    std::vector<std::string> all;
    for (const auto& clause : clauses(text))
        if (clause.kind == clause_kind::add_column) all.push_back(clause.column);
    return all;
}

TEST(alter_text, bare_options_name_no_table) {
    const auto statement = parse_alter("  ADD COLUMN a INT  ");
    EXPECT_FALSE(statement.table);
    EXPECT_FALSE(statement.schema);
    EXPECT_EQ(statement.options_text, "ADD COLUMN a INT");
}

TEST(alter_text, a_whole_statement_names_its_table) {
    const auto statement = parse_alter("alter /* why */ table `from`.`to` ADD a INT");
    EXPECT_EQ(statement.schema, "from");
    EXPECT_EQ(statement.table, "to");
    EXPECT_EQ(statement.options_text, "ADD a INT");
}

TEST(alter_text, table_names_may_be_odd) {
    EXPECT_EQ(parse_alter("ALTER TABLE `a``b c` FORCE").table, "a`b c");
    EXPECT_EQ(parse_alter("ALTER TABLE größe FORCE").table, "größe");
    EXPECT_EQ(parse_alter("ALTER TABLE db . t FORCE").schema, "db");
    EXPECT_EQ(parse_alter("ALTER TABLE d.5t FORCE").table, "5t");
    EXPECT_EQ(parse_alter("ALTER TABLE t\nFORCE").table, "t");
}

TEST(alter_text, options_that_begin_with_alter_are_no_statement) {
    EXPECT_FALSE(parse_alter("ALTER c SET DEFAULT 5").table);
    EXPECT_THAT(kinds("ALTER c SET DEFAULT 5"), ElementsAre(clause_kind::alter_column));
}

TEST(alter_text, the_end_of_the_text_is_cut_behind_the_last_clause) {
    EXPECT_EQ(parse_alter("ADD a INT; ").options_text, "ADD a INT");
    EXPECT_EQ(parse_alter("ADD a INT -- done").options_text, "ADD a INT");
    EXPECT_EQ(parse_alter("ADD a INT ; -- done\n").options_text, "ADD a INT");
    EXPECT_EQ(parse_alter("ADD a INT # done").options_text, "ADD a INT");
    EXPECT_EQ(parse_alter("ADD a INT /*! NOT NULL */ /* x */").options_text,
              "ADD a INT /*! NOT NULL */");
    EXPECT_EQ(parse_alter("/*! ADD a INT /* x */ */").options_text, "/*! ADD a INT /* x */ */");
}

// What the server is told instead of the text.
std::string run_as(std::string_view text) {
    const std::string head = "ALTER TABLE `s`.`t` ";
    const auto statement = parse_alter(text);
    EXPECT_THAT(statement.refusals, IsEmpty()) << text;
    std::string whole = alter_on(statement, {"s", "t"});
    EXPECT_TRUE(whole.starts_with(head)) << whole;
    whole = std::regex_replace(whole.substr(head.size()), std::regex("^ +| +$"), "");
    whole = std::regex_replace(whole, std::regex(" +"), " ");
    return whole;
}

TEST(alter_text, algorithm_and_lock_are_left_out) {
    EXPECT_EQ(run_as("ADD a INT, ALGORITHM=INSTANT"), "ADD a INT");
    EXPECT_EQ(run_as("ADD a INT, algorithm inplace, LOCK = NONE"), "ADD a INT");
    EXPECT_EQ(run_as("ALGORITHM=COPY, LOCK=DEFAULT, ADD a INT"), "ADD a INT");
    EXPECT_EQ(run_as("ADD a INT, LOCK SHARED, ADD b INT"), "ADD a INT, ADD b INT");
    EXPECT_EQ(run_as("ADD a INT, LOCK=NONE PARTITION BY HASH (id)"),
              "ADD a INT PARTITION BY HASH (id)");
    EXPECT_EQ(run_as("ALGORITHM=COPY PARTITION BY HASH (id)"), "PARTITION BY HASH (id)");
    EXPECT_EQ(run_as("ADD a INT COMMENT 'b, LOCK=NONE', ALGORITHM=COPY /* why */"),
              "ADD a INT COMMENT 'b, LOCK=NONE'");
    EXPECT_THAT(kinds("ADD a INT, ALGORITHM=COPY"),
                ElementsAre(clause_kind::add_column, clause_kind::how_to_run));
    EXPECT_EQ(clauses("ADD a INT, LOCK = NONE")[1].text, "LOCK = NONE");
}

TEST(alter_text, names_of_constraints_are_replaced_beside_what_is_left_out) {
    const auto statement =
        parse_alter("LOCK=NONE, DROP CHECK c, ALGORITHM=COPY, ADD CONSTRAINT d CHECK (a > 0)");
    EXPECT_EQ(alter_on(statement, {"s", "t"}, {.checks = {{"c", "one"}, {"d", "two"}}}),
              "ALTER TABLE `s`.`t`  DROP CHECK `one`,  ADD CONSTRAINT `two` CHECK (a > 0)");
}

TEST(alter_text, algorithm_and_lock_alone_are_no_change) {
    EXPECT_EQ(parse_failure("ALGORITHM=COPY"),
              "--alter names no change: ALGORITHM=COPY only tells the server how to run one. To "
              "rebuild the table as it is, write ENGINE=InnoDB");
    EXPECT_THAT(parse_failure("ALTER TABLE t ALGORITHM=COPY, LOCK=NONE;"),
                HasSubstr("ALGORITHM=COPY, LOCK=NONE only tells"));
}

TEST(alter_text, an_algorithm_or_a_lock_that_my_sql_does_not_know_is_refused) {
    const auto refused = [](std::string_view text) {
        std::string all;
        for (const auto& one : parse_alter(text).refusals) all += one.clause + ";";
        return all;
    };
    EXPECT_EQ(refused("ALGORITHM=FOO"), "ALGORITHM=FOO;");
    EXPECT_EQ(refused("ADD a INT, ALGORITHM=NOCOPY, LOCK `exclusive`, LOCK foo"),
              "ALGORITHM=NOCOPY;LOCK foo;");
    EXPECT_EQ(refused("ADD a INT, ALGORITHM=`inplace`, LOCK = default"), "");
    EXPECT_EQ(refused("LOCK=COPY, ALGORITHM=NONE PARTITION BY HASH (id)"),
              "LOCK=COPY;ALGORITHM=NONE;");
}

TEST(alter_text, columns_are_added_one_by_one_or_in_parentheses) {
    EXPECT_THAT(added("ADD a INT, ADD COLUMN b INT FIRST, ADD c INT AFTER b"),
                ElementsAre("a", "b", "c"));
    EXPECT_THAT(added("ADD (a INT, b DECIMAL(10,2), c ENUM('x,y','z)'))"),
                ElementsAre("a", "b", "c"));
    EXPECT_THAT(kinds("ADD COLUMN (a INT, INDEX (a), CHECK (a > 0), PRIMARY KEY (a))"),
                ElementsAre(clause_kind::add_column, clause_kind::add_index, clause_kind::add_check,
                            clause_kind::add_primary_key));
}

TEST(alter_text, commas_and_clauses_inside_strings_are_text) {
    EXPECT_THAT(added("ADD a INT COMMENT 'a, DROP COLUMN b', ADD c INT"), ElementsAre("a", "c"));
    EXPECT_THAT(added("ADD a VARCHAR(9) DEFAULT (concat('a,', b)), ADD c INT"),
                ElementsAre("a", "c"));
    EXPECT_THAT(added("ADD `a, DROP b` ENUM('a,b','c)') DEFAULT 'c)'"), ElementsAre("a, DROP b"));
    EXPECT_THAT(added("ADD a INT /* , DROP COLUMN b */, ADD c INT"), ElementsAre("a", "c"));
}

TEST(alter_text, version_comments_that_every_server_runs_are_clauses) {
    EXPECT_THAT(added("ADD a INT /*!80019 , ADD b INT */"), ElementsAre("a", "b"));
    EXPECT_THAT(added("ADD a INT /*! , ADD b INT */"), ElementsAre("a", "b"));
}

TEST(alter_text, every_part_of_a_column_definition_is_known) {
    for (const auto* definition :
         {"BIGINT UNSIGNED ZEROFILL NOT NULL DEFAULT 0 COMMENT 'x' PRIMARY KEY",
          "INT UNIQUE KEY",
          "VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin INVISIBLE",
          "VARCHAR(9) CHARSET `latin1` COLLATE 'latin1_bin' VISIBLE",
          "INT GENERATED ALWAYS AS (id + (1 * 2)) VIRTUAL NOT NULL",
          "INT AS (id) STORED UNIQUE",
          "TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE NOW(3)",
          "INT CONSTRAINT `c` CHECK (`a` > 0) NOT ENFORCED",
          "INT CONSTRAINT CHECK (a > 0)",
          "NATIONAL CHARACTER VARYING(3)",
          "LONG VARCHAR",
          "DOUBLE PRECISION",
          "CHAR(3) BYTE",
          "POINT NOT NULL SRID 4326",
          "VECTOR(3)",
          "JSON DEFAULT (JSON_OBJECT())",
          "BIT(1) DEFAULT b'0'",
          "INT DEFAULT -1",
          "VARCHAR(2) DEFAULT _utf8mb4 'x'",
          "INT COLUMN_FORMAT FIXED STORAGE DISK",
          "INT ENGINE_ATTRIBUTE='{}'",
          "BOOLEAN DEFAULT TRUE AFTER `comment`",
          "SET('a','b') DEFAULT 'a,b' FIRST",
          "TEXT NOT SECONDARY",
          "CHAR(4) BINARY",
          "INT NULL"})
        EXPECT_THAT(added("ADD c " + std::string(definition)), ElementsAre("c")) << definition;
}

TEST(alter_text, columns_are_dropped_modified_and_changed) {
    const auto all = clauses(
        "DROP a, DROP COLUMN `b` RESTRICT, MODIFY c INT, MODIFY COLUMN d INT FIRST, CHANGE e f "
        "INT, "
        "CHANGE COLUMN `g` `h` INT, RENAME COLUMN i TO j, ALTER k DROP DEFAULT, ALTER COLUMN l SET "
        "DEFAULT (1 + 2), ALTER COLUMN m SET INVISIBLE");
    ASSERT_EQ(all.size(), 10U);
    EXPECT_EQ(all[0].kind, clause_kind::drop_column);
    EXPECT_EQ(all[1].column, "b");
    EXPECT_EQ(all[2].kind, clause_kind::modify_column);
    EXPECT_EQ(all[3].column, "d");
    EXPECT_EQ(all[4].kind, clause_kind::change_column);
    EXPECT_EQ(all[4].renamed_from, "e");
    EXPECT_EQ(all[4].column, "f");
    EXPECT_EQ(all[5].renamed_from, "g");
    EXPECT_EQ(all[6].kind, clause_kind::rename_column);
    EXPECT_EQ(all[6].renamed_from, "i");
    EXPECT_EQ(all[6].column, "j");
    EXPECT_EQ(all[7].kind, clause_kind::alter_column);
    EXPECT_EQ(all[8].column, "l");
    EXPECT_EQ(all[9].column, "m");
}

TEST(alter_text, definitions_tell_auto_increment_and_primary_key) {
    EXPECT_TRUE(clauses("MODIFY id INT AUTO_INCREMENT")[0].auto_increment);
    EXPECT_TRUE(clauses("MODIFY id INT PRIMARY KEY")[0].primary_key);
    EXPECT_TRUE(clauses("CHANGE id id INT KEY")[0].primary_key);
    EXPECT_FALSE(clauses("MODIFY id INT UNIQUE KEY COMMENT 'AUTO_INCREMENT'")[0].primary_key);
    EXPECT_FALSE(clauses("MODIFY id INT COMMENT 'AUTO_INCREMENT'")[0].auto_increment);
}

TEST(alter_text, indexes_and_constraints_have_names) {
    const auto all = clauses(
        "ADD INDEX i (a), ADD KEY `k k` USING BTREE (a DESC), ADD UNIQUE u (a), ADD UNIQUE INDEX "
        "(b), ADD FULLTEXT KEY f (c), ADD SPATIAL INDEX s (g), ADD CONSTRAINT c UNIQUE cu (a), "
        "ADD CONSTRAINT PRIMARY KEY (a), ADD INDEX USING HASH (a), ADD CONSTRAINT p CHECK (a > 0), "
        "DROP INDEX i, DROP KEY k, DROP PRIMARY KEY, RENAME INDEX a TO b, RENAME KEY `a` TO `c`, "
        "ALTER INDEX v INVISIBLE, DROP CHECK x, DROP CONSTRAINT y, ALTER CHECK z NOT ENFORCED, "
        "ALTER CONSTRAINT w ENFORCED, ADD CHECK (b < 3)");
    std::vector<std::string> names;
    for (const auto& clause : all) names.push_back(clause.name);
    EXPECT_THAT(names, ElementsAre("i", "k k", "u", "", "f", "s", "cu", "", "", "p", "i", "k", "",
                                   "b", "c", "v", "x", "y", "z", "w", ""));
    EXPECT_EQ(all[7].kind, clause_kind::add_primary_key);
    EXPECT_EQ(all[9].kind, clause_kind::add_check);
    EXPECT_EQ(all[12].kind, clause_kind::drop_primary_key);
    EXPECT_EQ(all[13].renamed_from, "a");
    EXPECT_EQ(all[15].kind, clause_kind::alter_index);
    EXPECT_EQ(all[16].kind, clause_kind::drop_check);
    EXPECT_EQ(all[17].kind, clause_kind::drop_constraint);
    EXPECT_EQ(all[18].kind, clause_kind::alter_check);
    EXPECT_EQ(all[19].kind, clause_kind::alter_constraint);
}

TEST(alter_text, a_unique_constraint_without_index_name_takes_its_symbol) {
    EXPECT_EQ(clauses("ADD CONSTRAINT c UNIQUE (a)")[0].name, "c");
}

TEST(alter_text, table_options_may_stand_without_commas) {
    const auto all = clauses(
        "ENGINE=InnoDB ROW_FORMAT DYNAMIC, COMMENT='a, b' DEFAULT CHARACTER SET = utf8mb4 COLLATE "
        "utf8mb4_bin AUTO_INCREMENT = 100, DEFAULT CHARSET utf8mb4, ENCRYPTION='Y', "
        "KEY_BLOCK_SIZE=8 STATS_PERSISTENT=DEFAULT AUTOEXTEND_SIZE = 4M");
    std::vector<std::string> options;
    for (const auto& clause : all) {
        EXPECT_EQ(clause.kind, clause_kind::table_option);
        options.push_back(clause.name + "=" + clause.value);
    }
    EXPECT_THAT(options,
                ElementsAre("ENGINE=InnoDB", "ROW_FORMAT=DYNAMIC", "COMMENT=a, b",
                            "CHARACTER SET=utf8mb4", "COLLATE=utf8mb4_bin", "AUTO_INCREMENT=100",
                            "CHARACTER SET=utf8mb4", "ENCRYPTION=Y", "KEY_BLOCK_SIZE=8",
                            "STATS_PERSISTENT=DEFAULT", "AUTOEXTEND_SIZE=4M"));
}

TEST(alter_text, inno_db_may_be_named_in_any_case_and_quotes) {
    EXPECT_THAT(kinds("ENGINE 'innodb'"), ElementsAre(clause_kind::table_option));
    EXPECT_THAT(kinds("ENGINE=`INNODB`"), ElementsAre(clause_kind::table_option));
}

TEST(alter_text, the_last_auto_increment_counts) {
    EXPECT_EQ(parse_alter("AUTO_INCREMENT=5, AUTO_INCREMENT 9").auto_increment(), 9U);
    EXPECT_FALSE(parse_alter("ADD a INT COMMENT 'AUTO_INCREMENT=5'").auto_increment());
    EXPECT_THROW(parse_alter("AUTO_INCREMENT=x").auto_increment(), error);
}

TEST(alter_text, charsets_force_and_partitioning_are_on_the_list) {
    EXPECT_THAT(kinds("CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci"),
                ElementsAre(clause_kind::convert_charset));
    EXPECT_THAT(kinds("CONVERT TO CHARSET DEFAULT, FORCE"),
                ElementsAre(clause_kind::convert_charset, clause_kind::force));
    EXPECT_THAT(kinds("ADD g INT AS (id), WITHOUT VALIDATION"),
                ElementsAre(clause_kind::add_column, clause_kind::without_validation));
    EXPECT_THAT(kinds("PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10) ENGINE=InnoDB, "
                      "PARTITION p1 VALUES LESS THAN MAXVALUE COMMENT 'DATA DIRECTORY')"),
                ElementsAre(clause_kind::partition_by));
    EXPECT_THAT(kinds("REMOVE PARTITIONING"), ElementsAre(clause_kind::remove_partitioning));
}

TEST(alter_text, which_partitions_there_are_may_be_changed) {
    for (const char* const text :
         {"ADD PARTITION (PARTITION p VALUES LESS THAN (5), PARTITION q VALUES LESS THAN (9))",
          "ADD PARTITION PARTITIONS 4", "COALESCE PARTITION 2",
          "REORGANIZE PARTITION p0, `p1` INTO (PARTITION p VALUES IN (1,2), PARTITION q VALUES IN "
          "(3))"}) {
        EXPECT_THAT(kinds(text), ElementsAre(clause_kind::change_partitions)) << text;
        EXPECT_THAT(parse_alter(text).refusals, IsEmpty()) << text;
    }
}

TEST(alter_text, partitioning_follows_the_last_clause_without_a_comma) {
    EXPECT_THAT(kinds("ADD a INT PARTITION BY HASH(id) PARTITIONS 4"),
                ElementsAre(clause_kind::add_column, clause_kind::partition_by));
    EXPECT_THAT(kinds("DROP a REMOVE PARTITIONING"),
                ElementsAre(clause_kind::drop_column, clause_kind::remove_partitioning));
    EXPECT_THAT(kinds("ENGINE=InnoDB PARTITION BY KEY(id, `partition`)"),
                ElementsAre(clause_kind::table_option, clause_kind::partition_by));
}

TEST(alter_text, reserved_words_in_quotes_are_names) {
    EXPECT_THAT(added("ADD `index` INT, ADD COLUMN `primary` INT, ADD `(` INT"),
                ElementsAre("index", "primary", "("));
    EXPECT_EQ(clauses("DROP `partition`")[0].kind, clause_kind::drop_column);
    EXPECT_EQ(clauses("DROP `foreign`")[0].column, "foreign");
}

TEST(alter_text, what_is_no_alter_throws) {
    for (const auto* text : {"",
                             "  ",
                             "-- nothing",
                             ";",
                             "ALTER TABLE",
                             "ALTER TABLE t",
                             "ALTER TABLE t;",
                             "ALTER TABLE d.",

                             "ALTER TABLE 't' ADD a INT",
                             "ADD a INT,",
                             ",ADD a INT",
                             "ADD a INT,,ADD b INT",
                             "ADD a (INT",
                             "ADD a INT)",
                             "ADD a ENUM('x",
                             "ADD (a INT,)",
                             "/*! ALTER TABLE */ t ADD a INT",
                             "ALTER TABLE /*! t */ ADD a INT",
                             "ALTER TABLE /*! t ADD a INT */",
                             "/*! ADD a INT; */",
                             "/*! ADD a INT; ADD */ b INT",
                             "ALTER IGNORE t ADD a INT"})
        EXPECT_THROW(parse_alter(text), error) << text;
}

TEST(alter_text, every_prefix_of_a_long_alter_is_read_or_refused_but_never_crashes) {
    const std::string text =
        "ALTER TABLE `d`.`t` ADD COLUMN (a INT DEFAULT (1+(2)), INDEX k (a)), CHANGE x `y` "
        "VARCHAR(3) COMMENT 'a, b' AFTER z, DROP FOREIGN KEY f, RENAME COLUMN q TO r, ALTER INDEX "
        "i "
        "VISIBLE, ENGINE=InnoDB DEFAULT CHARSET utf8mb4, ORDER BY a, b /*!80016 , ADD CONSTRAINT c "
        "CHECK (a > 1) */ PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (1)); DROP TABLE t";
    for (std::size_t n = 0; n <= text.size(); ++n) {
        try {
            parse_alter(std::string_view(text).substr(0, n));
        } catch (const error&) {
        }
        try {
            parse_alter(std::string_view(text).substr(n));
        } catch (const error&) {
        }
    }
}

TEST(alter_on, the_statement_is_aimed_at_the_target) {
    EXPECT_EQ(alter_on(parse_alter("ALTER TABLE t ADD a INT; -- x"), {"d", "_t_gho"}),
              "ALTER TABLE `d`.`_t_gho` ADD a INT");
    EXPECT_EQ(alter_on(parse_alter("ADD a INT -- x"), {"d", "a`b"}),
              "ALTER TABLE `d`.`a``b` ADD a INT");
}

TEST(alter_on, constraints_are_named_as_on_the_target) {
    const auto statement = parse_alter(
        "ALTER TABLE t DROP CHECK `C1`, ADD c1 INT, ALTER CONSTRAINT c2 ENFORCED, DROP CONSTRAINT "
        "c3, ADD CONSTRAINT c1 CHECK (a > 0), ADD CONSTRAINT CHECK (b > 0), ADD CHECK (c > 0)");
    EXPECT_EQ(
        alter_on(statement, {"d", "g"}, {.checks = {{"c1", "g_chk_1"}, {"c2", "longer``name"}}}),
        "ALTER TABLE `d`.`g` DROP CHECK `g_chk_1`, ADD c1 INT, ALTER CONSTRAINT "
        "`longer````name` ENFORCED, DROP CONSTRAINT c3, ADD CONSTRAINT `g_chk_1` CHECK (a > 0), "
        "ADD CONSTRAINT CHECK (b > 0), ADD CHECK (c > 0)");
}

TEST(alter_on, constraints_in_the_definition_of_a_column_are_named_as_on_the_target) {
    const auto statement = parse_alter(
        "ADD a INT CONSTRAINT `c1` CHECK (a > 0) CONSTRAINT CHECK (a < 9) CHECK (a <> 5), ADD (b "
        "INT CONSTRAINT C2 CHECK (b > 0) NOT ENFORCED, c INT), MODIFY d INT CONSTRAINT c3 CHECK "
        "(d > 0) AFTER c1");
    EXPECT_EQ(
        alter_on(statement, {"d", "g"}, {.checks = {{"c1", "n1"}, {"c2", "n2"}, {"c3", "n3"}}}),
        "ALTER TABLE `d`.`g` ADD a INT CONSTRAINT `n1` CHECK (a > 0) CONSTRAINT CHECK (a < 9) "
        "CHECK (a <> 5), ADD (b INT CONSTRAINT `n2` CHECK (b > 0) NOT ENFORCED, c INT), MODIFY d "
        "INT CONSTRAINT `n3` CHECK (d > 0) AFTER c1");
}

TEST(alter_on, names_that_differ_in_case_alone_are_one_constraint) {
    words_on_target names;
    names.checks.emplace("é", "g_chk_1");
    names.checks.emplace("É", "É");
    EXPECT_EQ(alter_on(parse_alter("DROP CHECK É, ADD CONSTRAINT É CHECK (a > 0), DROP CHECK e"),
                       {"d", "g"}, names),
              "ALTER TABLE `d`.`g` DROP CHECK `g_chk_1`, ADD CONSTRAINT `g_chk_1` CHECK (a > 0), "
              "DROP CHECK e");
}

TEST(alter_on, a_check_constraint_and_a_foreign_key_may_have_one_name) {
    EXPECT_EQ(
        alter_on(
            parse_alter("DROP CHECK x, DROP FOREIGN KEY X, DROP CONSTRAINT y"), {"d", "g"},
            {.checks = {{"x", "g_chk_1"}}, .foreign_keys = {{"x", "g_ibfk_1"}, {"y", "g_ibfk_2"}}}),
        "ALTER TABLE `d`.`g` DROP CHECK `g_chk_1`, DROP FOREIGN KEY `g_ibfk_1`, DROP "
        "CONSTRAINT `g_ibfk_2`");
}

TEST(alter_on, the_comment_of_the_table_begins_as_is_said) {
    const words_on_target words{.checks = {{"c", "d"}}, .before_comment = "mark; "};
    EXPECT_EQ(alter_on(parse_alter("ADD a INT COMMENT 'x', COMMENT = 'it''s' COMMENT \"\", DROP "
                                   "CHECK c, ENGINE=InnoDB"),
                       {"d", "g"}, words),
              "ALTER TABLE `d`.`g` ADD a INT COMMENT 'x', COMMENT = 'mark; it''s' COMMENT "
              "\"mark; \", DROP CHECK `d`, ENGINE=InnoDB");
}

TEST(alter_on, a_copy_is_asked_for_in_front_of_all_clauses) {
    const auto by_copy = [](std::string_view text) {
        const std::string whole = alter_on(parse_alter(text), {"d", "g"}, {}, alter_way::by_copy);
        return std::regex_replace(whole, std::regex(" +"), " ");
    };
    const std::string head = "ALTER TABLE `d`.`g` ALGORITHM=COPY";
    EXPECT_EQ(by_copy("ADD FULLTEXT (a), ADD FULLTEXT (b)"),
              head + ", ADD FULLTEXT (a), ADD FULLTEXT (b)");
    EXPECT_EQ(by_copy("LOCK=NONE, ADD a INT, ALGORITHM=INPLACE"), head + ", ADD a INT ");
    EXPECT_EQ(by_copy("ADD a INT REMOVE PARTITIONING"), head + ", ADD a INT REMOVE PARTITIONING");
    EXPECT_EQ(by_copy("REMOVE PARTITIONING"), head + " REMOVE PARTITIONING");
    EXPECT_EQ(by_copy("LOCK=NONE PARTITION BY HASH (id)"), head + " PARTITION BY HASH (id)");
    EXPECT_EQ(by_copy("/*!80000 PARTITION BY HASH (id) */"),
              head + " /*!80000 PARTITION BY HASH (id) */");
    EXPECT_EQ(by_copy("/*! ADD a INT, */ COMMENT='b'"), head + ", /*! ADD a INT, */ COMMENT='b'");
    EXPECT_EQ(by_copy("ADD PARTITION (PARTITION p VALUES LESS THAN (9))"),
              head + ", ADD PARTITION (PARTITION p VALUES LESS THAN (9))");
}

TEST(alter_on, instantly_is_asked_for_in_front_of_all_clauses) {
    EXPECT_EQ(alter_on(parse_alter("ADD a INT"), {"d", "g"}, {}, alter_way::instantly),
              "ALTER TABLE `d`.`g` ALGORITHM=INSTANT, ADD a INT");
}

TEST(alter_on, refused_clauses_are_never_run) {
    EXPECT_THROW(alter_on(parse_alter("RENAME TO x"), {"d", "g"}), broken_invariant);
}

}  // namespace
}  // namespace segue::sql
