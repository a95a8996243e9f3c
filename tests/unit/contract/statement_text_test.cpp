#include "src/contract/statement_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue::contract {
namespace {

const asked_about about{.table = {"shop", "users"}, .column = "name"};

verdict of(const std::string& text, const std::string& schema = "shop") {
    return judge_digest({.text = text, .schema = schema, .sample = {}}, about);
}

// As MySQL 8.0.45 and 9.7.4 print them: a name that is a keyword too stands without backquotes
// where it was written so.
TEST(a_digest, names_a_column_in_quotes_or_as_a_keyword) {
    for (const char* const text :
         {"SELECT `id` , NAME FROM `users` WHERE `id` = ?", "SELECT `u` . `name` FROM `users` `u`",
          "INSERT INTO `users` ( NAME , `city` ) VALUES (...)",
          "UPDATE `users` SET `n` = `n` WHERE NAME = ?", "PREPARE SELECT NAME FROM `users`"})
        EXPECT_EQ(of(text), verdict::names) << text;
    EXPECT_EQ(of("SELECT NAME FROM `shop` . `users`", "other"), verdict::names);
    EXPECT_EQ(of("SELECT NAME FROM `shop` . `users`", ""), verdict::names);
}

TEST(a_digest, is_of_something_else) {
    for (const char* const text :
         {"SELECT `id` FROM `users`", "SELECT NAME FROM `cities`",
          "SELECT COUNT ( * ) , ? * `n` FROM `users`", "INSERT INTO `users` ( `id` ) VALUES (...)",
          "SELECT `full_name` FROM `users` LIMIT ?, ...", "SELECT NAME FROM `other` . `users`",
          "ALTER TABLE `users` ENGINE = INNODB", "DROP TABLE `users`", "SHOW CREATE TABLE `users`",
          "TRUNCATE TABLE `shop` . `users`",
          "LOAD DATA INFILE ? INTO TABLE `users` PARTITION ( `p` ) ( `id` , `city` )",
          "INSERT INTO `log` VALUES (...)", "REPLACE INTO `log` SELECT `id` FROM `users`"})
        EXPECT_EQ(of(text), verdict::other) << text;
    EXPECT_EQ(of("SELECT NAME FROM `users`", "other"), verdict::other);
}

TEST(a_digest, may_use_a_column_that_it_does_not_name) {
    for (const char* const text :
         {"SELECT * FROM `users`",
          "SELECT `u` . * FROM `users` `u`",
          "TABLE `users` LIMIT ?",
          "SELECT DISTINCT * FROM `users`",
          "INSERT INTO `users` VALUES (...)",
          "REPLACE `users` VALUES (...)",
          "INSERT INTO `shop` . `users` SELECT ?, ... FROM `log`",
          "INSERT IGNORE INTO `users` ( SELECT ? )",
          "EXPLAIN SELECT * FROM `users`",
          "SELECT `id` FROM `users` NATURAL JOIN `log`",
          "LOAD DATA INFILE ? INTO TABLE `users`",
          "INSERT INTO `users` ( ) VALUES (...)",
          "REPLACE INTO `users` ( ) SELECT ?, ...",
          "INSERT INTO `log` TABLE `users`",
          "( TABLE `users` )",
          "CREATE TABLE `x` TABLE `users`",
          "SELECT `id` FROM `log` UNION TABLE `shop` . `users`",
          "HANDLER `users` OPEN",
          "WITH `w` ( `a` , `b` ) AS ( TABLE `users` ) SELECT `b` FROM `w`",
          "SELECT `id` FROM `log` WHERE ..."})
        EXPECT_EQ(of(text), verdict::unknown) << text;
}

// By a keyword that is another word in digests.
TEST(a_digest, names_a_column_or_a_table_by_a_synonym) {
    const asked_about day{.table = {"shop", "user"},
                          .column = "day",
                          .table_word = "SYSTEM_USER",
                          .column_word = "SQL_TSI_DAY"};
    const auto judged = [&](const std::string& text) {
        return judge_digest({.text = text, .schema = "shop", .sample = {}}, day);
    };
    EXPECT_EQ(judged("SELECT SQL_TSI_DAY FROM SYSTEM_USER"), verdict::names);
    EXPECT_EQ(judged("SELECT * FROM SYSTEM_USER"), verdict::unknown);
    EXPECT_EQ(judged("SELECT `day` FROM `user`"), verdict::names);
    EXPECT_EQ(judged("SELECT SQL_TSI_DAY FROM `other`"), verdict::other);
}

TEST(a_digest, of_segues_own_is_none) {
    for (const char* const text :
         {"SELECT /*+ QB_NAME ( `segue` ) */ `users` . NAME FROM `shop` . `users`",
          "INSERT INTO `shop` . `_users_gho` ( NAME ) SELECT NAME FROM `shop` . `users`",
          "CREATE TRIGGER `shop` . `_users_full_name_exu` BEFORE UPDATE ON `shop` . `users` SET "
          "NAME"})
        EXPECT_EQ(of(text), verdict::other) << text;
}

// Nothing tells that it is cut off: it ends where there was no room.
TEST(a_digest, that_may_be_cut_off_is_unknown_unless_a_statement_of_it_is_known) {
    std::string text = "SELECT";
    for (int i = 0; i < 200; ++i) text += " `n` ,";
    EXPECT_EQ(of(text), verdict::unknown);
    EXPECT_EQ(of(text, "other"), verdict::unknown) << "its tables are cut off";
    EXPECT_EQ(
        judge_digest({.text = text, .schema = "shop", .sample = {}, .bytes_max = 4'096}, about),
        verdict::other);
    const std::string sample = "SELECT 1,2,3 FROM log";
    EXPECT_EQ(judge_digest({.text = text, .schema = "shop", .sample = sample}, about),
              verdict::other);
    EXPECT_EQ(judge_digest({.text = text, .schema = "shop", .sample = text + " `n`"}, about),
              verdict::unknown);
    EXPECT_EQ(of(text + " NAME FROM `users`"), verdict::names);
}

TEST(a_prepared_statement, is_read_as_it_was_written) {
    const auto prepared = [](const std::string& text, bool whole = true) {
        return judge_prepared(text, "shop", whole, about);
    };
    EXPECT_EQ(prepared("select Name from users where id=?"), verdict::names);
    EXPECT_EQ(prepared("select \"name\" from \"users\""), verdict::names);
    EXPECT_EQ(prepared("select 'name' from users"), verdict::other);
    EXPECT_EQ(prepared("select * from users"), verdict::unknown);
    EXPECT_EQ(prepared("select id from log", false), verdict::unknown);
    EXPECT_EQ(prepared("select 'it ends in a str"), verdict::unknown);
}

}  // namespace
}  // namespace segue::contract
