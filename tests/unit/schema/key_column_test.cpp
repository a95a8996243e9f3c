#include "src/schema/key_column.hpp"

#include "tests/unit/schema/tables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::schema {
namespace {

using testing::HasSubstr;

key_column read(const column& from) {
    std::string reason;
    const auto made = read_key_column(from, reason);
    EXPECT_TRUE(made.has_value()) << reason;
    return made.value_or(key_column{});
}

std::string refusal(const column& from) {
    std::string reason;
    EXPECT_FALSE(read_key_column(from, reason).has_value());
    return reason;
}

TEST(key_column, lengths_are_read_from_the_type) {
    EXPECT_EQ(read(typed("k", "binary(16)")).length, 16U);
    EXPECT_EQ(read(typed("k", "varbinary(300)")).length, 300U);
    EXPECT_EQ(read(typed("k", "datetime(6)")).length, 6U);
    EXPECT_EQ(read(typed("k", "datetime")).length, 0U);
    EXPECT_EQ(read(typed("k", "bit(13)")).length, 13U);
    const auto decimal = read(typed("k", "decimal(12,3) unsigned zerofill"));
    EXPECT_EQ(decimal.length, 12U);
    EXPECT_EQ(decimal.scale, 3U);
    EXPECT_EQ(read(typed("k", "decimal(12)")).scale, 0U);
}

TEST(key_column, the_greatest_number_of_an_enum_is_its_last_members) {
    EXPECT_EQ(read(typed("k", "enum('a','b','c')")).length, 3U);
    EXPECT_EQ(read(typed("k", "enum('it''s, a ''b''','(,)','')")).length, 3U);
    EXPECT_EQ(read(typed("k", "set('a','b','c')")).length, 7U);
}

TEST(key_column, of_too_many_members_a_range_cannot_be_looked_for) {
    std::string members = "'m'";
    for (int i = 1; i < 12; ++i) members += ",'m" + std::to_string(i) + "'";
    EXPECT_THAT(refusal(typed("k", "set(" + members + ")")), HasSubstr("a SET of 12 members"));
    EXPECT_EQ(read(typed("k", "enum(" + members + ")")).length, 12U);
    for (int i = 12; i < 4096; ++i) members += ",'m" + std::to_string(i) + "'";
    EXPECT_THAT(refusal(typed("k", "enum(" + members + ")")), HasSubstr("4096 members"));
}

TEST(key_column, only_one_collation_is_in_the_order_of_its_bytes) {
    EXPECT_TRUE(read(text("k", "varchar(20)", "utf8mb4_0900_bin")).ordered());
    for (const char* const collation :
         {"utf8mb4_bin", "utf8mb4_0900_ai_ci", "utf8mb4_0900_as_cs", "latin1_bin", "utf16_bin"}) {
        SCOPED_TRACE(collation);
        EXPECT_FALSE(read(text("k", "varchar(20)", collation)).ordered());
    }
    EXPECT_FALSE(read(typed("k", "enum('a')")).ordered());
    EXPECT_FALSE(read(typed("k", "set('a')")).ordered());
    for (const char* const type : {"bigint", "decimal(5,1)", "date", "datetime(3)", "time", "year",
                                   "bit(3)", "binary(3)", "varbinary(3)"}) {
        SCOPED_TRACE(type);
        EXPECT_TRUE(read(typed("k", type)).ordered());
    }
}

TEST(key_column, the_character_set_is_the_collations_first_word) {
    EXPECT_EQ(read(text("k", "char(20)", "utf8mb4_0900_bin")).charset(), "utf8mb4");
    EXPECT_EQ(read(text("k", "char(20)", "latin1_swedish_ci")).charset(), "latin1");
}

TEST(key_column, types_that_name_no_row_are_refused_with_a_reason) {
    EXPECT_THAT(refusal(typed("k", "float")), HasSubstr("two values can print alike"));
    EXPECT_THAT(refusal(typed("k", "json")), HasSubstr("`k` is json"));
}

}  // namespace
}  // namespace segue::schema
