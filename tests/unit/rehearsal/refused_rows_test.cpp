#include "src/rehearsal/refused_rows.hpp"

#include "tests/unit/schema/tables.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::rehearsal {
namespace {

using namespace segue::schema;
using testing::ElementsAre;
using testing::IsEmpty;

// Columns carry on those of their names, but for `renamed`.
std::vector<std::string> queries(std::vector<column> before, std::vector<column> after,
                                 std::vector<schema::index> indexes_before = {},
                                 std::vector<schema::index> indexes_after = {},
                                 const std::vector<renamed>& renames = {}) {
    preflight::plan made;
    made.original = table_of("t", std::move(before), std::move(indexes_before));
    made.target = table_of("_t_gho", std::move(after), std::move(indexes_after));
    for (const column& one : made.target.columns)
        made.projection.columns.push_back(
            {.target = one.name, .expression = "", .source = sources(renames)(one.name)});
    return queries_for_refused_rows(made);
}

TEST(queries_for_refused_rows, are_none_where_columns_grow) {
    EXPECT_THAT(queries({typed("a", "varchar(20)"), typed("b", "int"), typed("c", "varchar(9)")},
                        {typed("a", "varchar(21)"), typed("b", "bigint"), typed("c", "text")}),
                IsEmpty());
}

TEST(queries_for_refused_rows, count_text_that_is_too_long) {
    EXPECT_THAT(
        queries({typed("a", "varchar(20)"), typed("b", "text"), typed("c", "varbinary(9)")},
                {typed("a", "char(5)"), typed("b", "varchar(30)"), typed("c", "varbinary(8)")}),
        ElementsAre(
            "SELECT COUNT(*) FROM `s`.`t` WHERE CHAR_LENGTH(TRIM(TRAILING ' ' FROM `a`))>5;",
            "SELECT COUNT(*) FROM `s`.`t` WHERE CHAR_LENGTH(TRIM(TRAILING ' ' FROM `b`))>30;",
            "SELECT COUNT(*) FROM `s`.`t` WHERE LENGTH(`c`)>8;"));
}

TEST(queries_for_refused_rows, count_nulls_and_numbers_out_of_range_by_the_names_of_before) {
    EXPECT_THAT(queries({nullable(typed("a", "int")), typed("b", "bigint unsigned")},
                        {typed("new", "int"), typed("b", "bigint")}, {}, {},
                        {{.target = "new", .source = "a"}}),
                ElementsAre("SELECT COUNT(*) FROM `s`.`t` WHERE `a` IS NULL;",
                            "SELECT COUNT(*) FROM `s`.`t` WHERE `b` NOT BETWEEN "
                            "-9223372036854775808 AND 9223372036854775807;"));
}

TEST(queries_for_refused_rows, find_what_stands_twice_under_a_new_unique_index) {
    const std::vector<column> columns{typed("id", "int"), typed("a", "int"), typed("b", "int")};
    EXPECT_THAT(
        queries(columns, columns, {primary({"id"})}, {primary({"id"}), unique("u", {"a", "b"})}),
        ElementsAre("SELECT `a`, `b`, COUNT(*) FROM `s`.`t` WHERE `a` IS NOT NULL AND `b` IS NOT "
                    "NULL GROUP BY `a`, `b` HAVING COUNT(*)>1 LIMIT 10;"));
    EXPECT_THAT(queries(columns, columns, {primary({"id"}), unique("u", {"a"})},
                        {primary({"id"}), unique("v", {"b", "a"})}),
                IsEmpty())
        << "it was unique in one of them";
    EXPECT_THAT(queries(columns, columns, {primary({"id"})}, {primary({"id"}), unique("u", {"b"})},
                        {{.target = "b", .source = {}}}),
                IsEmpty())
        << "a new column has one value";
}

}  // namespace
}  // namespace segue::rehearsal
