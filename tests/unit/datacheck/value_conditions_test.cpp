#include "src/datacheck/value_conditions.hpp"

#include "src/datacheck/column_range.hpp"
#include "tests/unit/schema/tables.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::datacheck {
namespace {

using namespace segue::schema;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> conditions(const column& from, const column& to) {
    std::vector<std::string> texts;
    for (const auto& one : conditions_of(from, to, "c").conditions) texts.push_back(one.sql);
    return texts;
}
std::vector<std::string> conditions(const std::string& from, const std::string& to) {
    return conditions(typed("c", from), typed("c", to));
}
bool is_complete(const std::string& from, const std::string& to) {
    return conditions_of(typed("c", from), typed("c", to), "c").complete;
}

TEST(value_conditions, are_none_where_every_value_fits) {
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"int", "int"},
                                                          {"int", "bigint"},
                                                          {"int unsigned", "bigint"},
                                                          {"varchar(20)", "varchar(21)"},
                                                          {"varchar(20)", "text"},
                                                          {"varbinary(3)", "blob"},
                                                          {"int", "varchar(20)"},
                                                          {"date", "datetime"},
                                                          {"datetime(6)", "date"},
                                                          {"float", "double"},
                                                          {"enum('a','b')", "enum('b','c','a')"},
                                                          {"set('a','b')", "set('b','a')"}}) {
        EXPECT_THAT(conditions(from, to), IsEmpty()) << from << " " << to;
        EXPECT_TRUE(is_complete(from, to)) << from << " " << to;
    }
}

TEST(value_conditions, are_of_the_spatial_reference_system) {
    const auto of = [](std::optional<std::uint64_t> srid) {
        column made = typed("c", "point");
        made.srid = srid;
        return made;
    };
    EXPECT_THAT(conditions(of({}), of(4326)), ElementsAre("ST_SRID(c)<>4326"));
    EXPECT_THAT(conditions(of(0), of(4326)), ElementsAre("ST_SRID(c)<>4326"));
    EXPECT_THAT(conditions(of(4326), of(4326)), IsEmpty());
    EXPECT_THAT(conditions(of(4326), of({})), IsEmpty());
    EXPECT_FALSE(is_complete("point", "varbinary(30)"));
}

TEST(value_conditions, are_the_servers_limits) {
    EXPECT_THAT(conditions("int", "smallint unsigned"), ElementsAre("c NOT BETWEEN 0 AND 65535"));
    EXPECT_THAT(conditions("bigint unsigned", "bigint"),
                ElementsAre("c NOT BETWEEN -9223372036854775808 AND 9223372036854775807"));
    EXPECT_THAT(conditions("decimal(9,3)", "decimal(5,2)"),
                ElementsAre("ROUND(c,2) NOT BETWEEN -999.99 AND 999.99"));
    EXPECT_THAT(conditions("decimal(9,3)", "decimal(2,2) unsigned"),
                ElementsAre("ROUND(c,2) NOT BETWEEN 0 AND 0.99"));
    EXPECT_THAT(conditions("int", "varchar(3)"), ElementsAre("CHAR_LENGTH(CONCAT(c))>3"));
    EXPECT_THAT(conditions("varchar(20)", "varchar(5)"), ElementsAre("CHAR_LENGTH(c)>5"));
    EXPECT_THAT(conditions("varbinary(20)", "varbinary(5)"), ElementsAre("LENGTH(c)>5"));
    EXPECT_THAT(conditions("enum('a','it''s')", "enum('a')"), ElementsAre("c NOT IN ('a')"));
    EXPECT_THAT(conditions("set('a','b')", "set('a')"), ElementsAre("FIND_IN_SET('b',c)"));
    EXPECT_THAT(conditions("text", "json"), ElementsAre("JSON_VALID(c)=0"));
}

TEST(value_conditions, look_for_null_as_well) {
    EXPECT_THAT(conditions(nullable(typed("c", "int")), typed("c", "int")),
                ElementsAre("c IS NULL"));
    EXPECT_THAT(conditions(nullable(typed("c", "int")), typed("c", "tinyint")),
                ElementsAre("c IS NULL", "c NOT BETWEEN -128 AND 127"));
    EXPECT_THAT(conditions(typed("c", "int"), nullable(typed("c", "int"))), IsEmpty());
}

TEST(value_conditions, look_for_characters_that_the_new_set_lacks) {
    EXPECT_THAT(conditions(text("c", "varchar(9)", "utf8mb4_0900_ai_ci"),
                           text("c", "varchar(9)", "latin1_swedish_ci")),
                ElementsAre("CAST(CONVERT(CONVERT(c USING latin1) USING utf8mb4) AS BINARY)<>"
                            "CAST(c AS BINARY)"));
    EXPECT_THAT(conditions(text("c", "varchar(9)", "latin1_swedish_ci"),
                           text("c", "varchar(9)", "utf8mb4_bin")),
                IsEmpty());
}

TEST(value_conditions, are_not_complete_where_only_the_server_knows) {
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"int", "bit(3)"},
                                                          {"json", "int"},
                                                          {"varbinary(9)", "varchar(9)"},
                                                          {"varchar(9)", "set('a')"},
                                                          {"enum('a\\b')", "enum('a\\c')"},
                                                          {"int", "double(4,1)"}})
        EXPECT_FALSE(is_complete(from, to)) << from << " " << to;
}

TEST(members, have_quotes_and_commas) {
    EXPECT_THAT(members_of(typed("c", "enum('a','it''s','x,y','')")),
                ElementsAre("'a'", "'it''s'", "'x,y'", "''"));
    EXPECT_THAT(members_of(typed("c", "int")), IsEmpty());
}

}  // namespace
}  // namespace segue::datacheck
