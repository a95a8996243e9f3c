#include "src/split/columns.hpp"

#include "src/base/error.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::split {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(columns, what_stands_right_of_the_sign_is_of_the_source) {
    EXPECT_THAT(parse_columns("user_id=id, street"),
                ElementsAre(mapped_column{"user_id", "id"}, mapped_column{"street", "street"}));
    EXPECT_THAT(parse_columns(" `a,b` = `c``d` "), ElementsAre(mapped_column{"a,b", "c`d"}));
}

TEST(columns, their_text_is_the_same_however_they_were_written) {
    EXPECT_EQ(text_of(parse_columns("user_id = id,street")), "`user_id`=`id`, `street`");
    EXPECT_EQ(text_of(parse_columns("`user_id`=`id`, `street`=street")),
              "`user_id`=`id`, `street`");
}

TEST(columns, what_is_no_list_is_refused) {
    for (const char* const text :
         {"", "a,", ",a", "a b", "a=", "=a", "a=b=c", "a='b'", "a,,b", "a;b"})
        EXPECT_THAT([&] { parse_columns(text); },
                    ThrowsMessage<error>(HasSubstr("is no list of columns")))
            << text;
    EXPECT_THAT([] { parse_columns("a=b, A=c"); }, ThrowsMessage<error>(HasSubstr("twice")));
}

std::string create(const std::string& text) {
    return create_statement_for(text, "a", "s", "`s`.`other`");
}

TEST(create_statement, gets_another_name) {
    EXPECT_EQ(create("CREATE TABLE a (id INT) ENGINE=InnoDB;"),
              "CREATE TABLE `s`.`other` (id INT) ENGINE=InnoDB");
    EXPECT_EQ(create("create /* one */ table s.`a`(id INT COMMENT 'AS SELECT')"),
              "CREATE TABLE `s`.`other`(id INT COMMENT 'AS SELECT')");
    EXPECT_EQ(create("CREATE TABLE a (b INT AS (1+1), PRIMARY KEY (b))"),
              "CREATE TABLE `s`.`other` (b INT AS (1+1), PRIMARY KEY (b))");
}

TEST(create_statement, that_does_something_else_is_refused) {
    for (const char* const text :
         {"CREATE TABLE b (id INT)", "CREATE TABLE t.a (id INT)", "CREATE TABLE a LIKE b",
          "CREATE TABLE a (LIKE b)", "CREATE TABLE a AS SELECT 1",
          "CREATE TABLE a (id INT) SELECT 1", "CREATE TABLE IF NOT EXISTS a (id INT)",
          "CREATE TEMPORARY TABLE a (id INT)", "DROP TABLE a",
          "CREATE TABLE a (id INT); DROP TABLE b", "", "CREATE TABLE a (id INT REFERENCES b (id))",
          "CREATE TABLE a (id INT) /*!80000 SELECT 1 */", "CREATE TABLE a (id INT) TABLE b"})
        EXPECT_THAT([&] { create(text); }, ThrowsMessage<error>(HasSubstr("--create is no")))
            << text;
}

}  // namespace
}  // namespace segue::split
