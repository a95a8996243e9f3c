#include "src/expand/asked_column.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::expand {
namespace {

TEST(a_column, is_read_with_its_name_and_what_follows) {
    const auto one = parse_column("full_name VARCHAR(255) NOT NULL DEFAULT 'x, y'");
    EXPECT_EQ(one.name, "full_name");
    EXPECT_EQ(one.definition, "VARCHAR(255) NOT NULL DEFAULT 'x, y'");
    EXPECT_EQ(parse_column("`a b` DECIMAL(10,2)").name, "a b");
}

TEST(a_column, asks_for_nothing_beside_itself) {
    for (const char* const text :
         {"", "full_name", "a INT UNIQUE", "a INT PRIMARY KEY", "a INT AUTO_INCREMENT",
          "a INT AFTER b", "a INT FIRST", "a INT, ADD COLUMN b INT", "a INT; DROP TABLE t",
          "a INT AS (b + 1)", "a INT REFERENCES p (x)", "a INT CHECK (a > 1)",
          "a INT /*!80023 INVISIBLE */"})
        EXPECT_THROW(static_cast<void>(parse_column(text)), error) << text;
}

TEST(a_rename, is_old_and_new) {
    const auto names = parse_rename(" name = `full name` ");
    EXPECT_EQ(names.from, "name");
    EXPECT_EQ(names.to, "full name");
    for (const char* const text : {"", "name", "name=", "=b", "a=b=c", "t.a=b", "a=b,c=d"})
        EXPECT_THROW(static_cast<void>(parse_rename(text)), error) << text;
}

TEST(a_definition, is_meanwhile_without_what_the_end_gives_it) {
    EXPECT_EQ(definition_meanwhile("`name` varchar(10) NOT NULL DEFAULT 'NOT NULL'", "n"),
              "`n` varchar(10) NULL INVISIBLE");
    EXPECT_EQ(definition_meanwhile(
                  "`name` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL COMMENT "
                  "'it''s DEFAULT 1'",
                  "n"),
              "`n` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin  COMMENT 'it''s DEFAULT 1' "
              "NULL INVISIBLE");
    EXPECT_EQ(definition_meanwhile("`p` point NOT NULL /*!80003 SRID 4326 */", "q"),
              "`q` point  /*!80003 SRID 4326 */ NULL INVISIBLE");
    EXPECT_EQ(definition_meanwhile("`a` int NOT NULL DEFAULT '-1' /*!80023 INVISIBLE */", "b"),
              "`b` int   /*!80023  */ NULL INVISIBLE");
    EXPECT_EQ(definition_meanwhile("`a` bit(3) DEFAULT b'101'", "b"), "`b` bit(3) NULL INVISIBLE");
    EXPECT_EQ(definition_meanwhile("`a` datetime(3) DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'x'", "b"),
              "`b` datetime(3)  COMMENT 'x' NULL INVISIBLE");
    EXPECT_EQ(definition_meanwhile("`a` varchar(9) DEFAULT (concat(_utf8mb4'a',(1 + 2)))", "b"),
              "`b` varchar(9) NULL INVISIBLE");
}

TEST(a_default, is_the_literal_that_stands_there) {
    EXPECT_EQ(default_literal("`a` varchar(10) NOT NULL DEFAULT 'n/a' COMMENT 'DEFAULT 7'"),
              "'n/a'");
    EXPECT_EQ(default_literal("`a` bit(3) DEFAULT b'101'"), "b'101'");
    EXPECT_EQ(default_literal("`a` varchar(10) DEFAULT NULL"), "");
    EXPECT_EQ(default_literal("`a` varchar(10) NOT NULL"), "");
    EXPECT_EQ(default_literal("`a` varchar(9) DEFAULT (uuid())"), "(uuid())");
    EXPECT_EQ(default_literal("`a` datetime(3) DEFAULT CURRENT_TIMESTAMP(3)"),
              "CURRENT_TIMESTAMP(3)");
}

}  // namespace
}  // namespace segue::expand
