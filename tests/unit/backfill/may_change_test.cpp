// What the conditions are true of is seen on a server: tests/integration/backfill.
#include "src/backfill/may_change.hpp"

#include "src/schema/byte_difference.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::backfill {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string condition(const std::string& type, const std::string& column_type,
                      const std::string& collation = "") {
    schema::column of;
    of.name = "c";
    of.data_type = type;
    of.column_type = column_type;
    of.collation = collation;
    return may_change(of, "`c`", "(`e`)");
}

TEST(may_change, compares_by_bytes_whatever_the_collation_says) {
    EXPECT_EQ(
        condition("varchar", "varchar(9)", "utf8mb4_0900_ai_ci"),
        "((CONVERT(`c` USING utf8mb4) COLLATE utf8mb4_0900_bin<=>CONVERT((`e`) USING utf8mb4) "
        "COLLATE utf8mb4_0900_bin) IS NOT TRUE)");
    EXPECT_THAT(condition("varchar", "varchar(9)", "latin1_swedish_ci"),
                HasSubstr("CAST(`c` AS BINARY)<=>CAST(CONVERT((`e`) USING latin1) AS BINARY)"));
    EXPECT_THAT(condition("char", "char(9)", "utf8mb4_bin"), HasSubstr("RTRIM("));
}

TEST(may_change, is_exact_where_a_column_of_the_same_type_is_copied) {
    schema::table_definition table;
    for (const char* const name : {"a", "b", "c"}) {
        schema::column one;
        one.name = name;
        one.data_type = "bit";
        one.column_type = *name == 'c' ? "bit(9)" : "bit(8)";
        table.columns.push_back(one);
    }
    const auto of = [&](const std::string& asked, const std::string& read) {
        return may_change({.target = "b", .asked = asked, .expression = "(x)", .reads = {read}},
                          table, "`b`");
    };
    const std::string exact = schema::differ_as_bytes(table.columns[1], "`b`", "(x)");
    EXPECT_EQ(of("a", "a"), exact);
    EXPECT_EQ(of("`a`", "a"), exact);
    EXPECT_EQ(of("c", "c"), "TRUE");
    EXPECT_EQ(of("a + 1", "a"), "TRUE");
}

TEST(may_change, takes_no_text_for_a_number_that_is_none) {
    EXPECT_THAT(condition("decimal", "decimal(8,2)"),
                HasSubstr("REGEXP '^-?[0-9]+([.][0-9]+)?$' AND CAST(`c` AS DECIMAL(65,2))"));
    EXPECT_THAT(condition("int", "int"), HasSubstr("REGEXP '^-?[0-9]+([.]0+)?$'"));
}

TEST(may_change, leaves_to_the_server_what_no_expression_tells) {
    EXPECT_EQ(condition("bit", "bit(5)"), "((`c` IS NULL AND (`e`) IS NULL) IS NOT TRUE)");
    EXPECT_THAT(condition("enum", "enum('1')", "utf8mb4_bin"), HasSubstr("NOT CONVERT(`c`"));
}

TEST(may_change, tells_moments_apart_that_print_alike) {
    EXPECT_THAT(condition("timestamp", "timestamp(3)"), HasSubstr("UNIX_TIMESTAMP(`c`)"));
    EXPECT_THAT(condition("datetime", "datetime(3)"), Not(HasSubstr("UNIX_TIMESTAMP")));
}

}  // namespace
}  // namespace segue::backfill
