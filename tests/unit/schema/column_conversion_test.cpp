#include "src/schema/column_conversion.hpp"

#include "tests/unit/schema/tables.hpp"

#include <gtest/gtest.h>

namespace segue::schema {
namespace {

const conversion_rules lenient = {
    .no_zero_date = false, .no_zero_in_date = false, .today = "2026-11-26"};
const conversion_rules strict = {
    .no_zero_date = true, .no_zero_in_date = true, .today = "2026-11-26"};

std::string expression(const std::string& from, const std::string& to,
                       const conversion_rules& rules = lenient) {
    const column source = typed("c", from);
    const column target = typed("c", to);
    const auto how = conversion_of(source, target);
    return how ? converted(source, target, *how, "`c`", rules) : "refused";
}

TEST(column_conversion, a_column_that_keeps_its_type_is_itself) {
    for (const char* const type : {"int", "float", "varchar(20)", "date", "timestamp(3)", "json",
                                   "geometry", "enum('a','b')", "a_type_of_another_server"})
        EXPECT_EQ(expression(type, type, strict), "`c`") << type;
}

TEST(column_conversion, numbers_that_stay_numbers_are_themselves) {
    EXPECT_EQ(expression("int", "bigint"), "`c`");
    EXPECT_EQ(expression("int", "decimal(10,2)"), "`c`");
    EXPECT_EQ(expression("decimal(10,2)", "double"), "`c`");
    EXPECT_EQ(expression("bigint unsigned", "tinyint"), "`c`");
}

TEST(column_conversion, texts_that_stay_texts_are_themselves) {
    EXPECT_EQ(expression("varchar(20)", "text"), "`c`");
    EXPECT_EQ(expression("varchar(20)", "varchar(10)"), "`c`");
    EXPECT_EQ(expression("enum('a')", "enum('b','a')"), "`c`");
    EXPECT_EQ(expression("varchar(20)", "json"), "`c`");
}

TEST(column_conversion, another_collation_leaves_the_column_itself) {
    const column source = text("c", "varchar(20)", "utf8mb3_general_ci");
    const column target = text("c", "varchar(20)", "utf8mb4_0900_ai_ci");
    EXPECT_EQ(conversion_of(source, target), conversion::as_it_is);
}

TEST(column_conversion, numbers_go_by_their_text) {
    for (const char* const from : {"tinyint(1)", "int(6) unsigned zerofill", "bigint",
                                   "decimal(10,2)", "float", "double(10,3)", "year"}) {
        for (const char* const to : {"varchar(20)", "char(6)", "text", "varbinary(20)", "blob",
                                     "enum('0','1')", "set('1','2')", "json", "time", "date"}) {
            SCOPED_TRACE(std::string(from) + " to " + to);
            EXPECT_EQ(expression(from, to), "CONCAT(`c`)");
        }
    }
    EXPECT_EQ(expression("json", "int"), "CONCAT(`c`)");
}

TEST(column_conversion, numbers_are_rounded_to_integers_with_the_sign_that_they_have) {
    EXPECT_EQ(expression("float", "bit(8)"), "CAST(`c` AS SIGNED)");
    EXPECT_EQ(expression("float", "year"), "CAST(`c` AS SIGNED)");
    EXPECT_EQ(expression("double unsigned", "bigint unsigned"), "CAST(`c` AS UNSIGNED)");
    EXPECT_EQ(expression("decimal(10,2)", "int unsigned"), "CAST(`c` AS SIGNED)");
    EXPECT_EQ(expression("date", "bit(64)"), "CAST(`c` AS SIGNED)");
}

TEST(column_conversion, texts_become_bits_by_their_integer) {
    for (const char* const from : {"char(1)", "varchar(20)", "text", "varbinary(3)", "json"})
        EXPECT_EQ(expression(from, "bit(8)"), "(`c`|0)") << from;
    EXPECT_EQ(expression("enum('a','b')", "bit(8)"), "`c`");
}

TEST(column_conversion, texts_of_any_length_become_decimals_of_the_targets_digits) {
    EXPECT_EQ(expression("text", "decimal(10,2) unsigned"), "CAST(`c` AS DECIMAL(10,2))");
    EXPECT_EQ(expression("longblob", "decimal(65,30)"), "CAST(`c` AS DECIMAL(65,30))");
    EXPECT_EQ(expression("varchar(20)", "decimal(10,2)"), "`c`");
}

TEST(column_conversion, a_time_is_one_of_the_day_on_which_the_table_is_changed) {
    EXPECT_EQ(expression("time(3)", "datetime(6)", strict), "TIMESTAMP('2026-11-26',`c`)");
    EXPECT_EQ(expression("time", "date"), "TIMESTAMP('2026-11-26',`c`)");
}

TEST(column_conversion, what_becomes_a_date_must_be_one_where_the_server_says_so) {
    EXPECT_EQ(expression("int", "date", strict),
              "IF(MONTH(CONCAT(`c`))=0 OR DAYOFMONTH(CONCAT(`c`))=0,'',CONCAT(`c`))");
    EXPECT_EQ(expression("varchar(20)", "timestamp", strict),
              "IF(MONTH(`c`)=0 OR DAYOFMONTH(`c`)=0,'',`c`)");
    EXPECT_EQ(expression("bit(64)", "date", strict),
              "IF(MONTH(CAST(`c` AS SIGNED))=0 OR DAYOFMONTH(CAST(`c` AS SIGNED))=0,-1,"
              "CAST(`c` AS SIGNED))");
}

TEST(column_conversion, each_of_both_rules_for_dates_has_a_meaning_of_its_own) {
    EXPECT_EQ(expression("char(10)", "date", {.no_zero_date = true}),
              "IF(YEAR(`c`)=0 AND MONTH(`c`)=0 AND DAYOFMONTH(`c`)=0,'',`c`)");
    EXPECT_EQ(expression("char(10)", "date", {.no_zero_in_date = true}),
              "IF((MONTH(`c`)=0 OR DAYOFMONTH(`c`)=0) AND NOT (YEAR(`c`)=0 AND MONTH(`c`)=0 AND "
              "DAYOFMONTH(`c`)=0),'',`c`)");
}

TEST(column_conversion, a_vector_is_not_asked_for_its_month) {
    EXPECT_EQ(expression("vector(3)", "date", strict), "`c`");
}

TEST(column_conversion, dates_that_are_there_are_carried_on) {
    EXPECT_EQ(expression("datetime", "datetime(3)", strict), "`c`");
    EXPECT_EQ(expression("date", "timestamp", strict), "`c`");
}

TEST(column_conversion, what_is_not_on_the_list_is_refused) {
    EXPECT_EQ(expression("geometry", "bit(8)"), "refused");
    EXPECT_EQ(expression("point", "vector(3)"), "refused");
    EXPECT_EQ(expression("vector(3)", "bit(8)"), "refused");
    EXPECT_EQ(expression("a_type_of_another_server", "int"), "refused");
    EXPECT_EQ(expression("int", "a_type_of_another_server"), "refused");
}

}  // namespace
}  // namespace segue::schema
