#include "src/rows/refused_value.hpp"

#include "src/base/server_errors.hpp"
#include "tests/unit/keys/keys.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::rows {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

schema::projection carried() {
    schema::projection made;
    made.source = {"s", "t"};
    made.target = {"s", "_t_gho"};
    made.key = keys::primary_key({keys::signed_column("id")});
    made.columns = {
        {.target = "id", .expression = "`s`.`t`.`id`", .source = "id"},
        {.target = "n", .expression = "0", .source = {}},
        {.target = "c", .expression = "CAST(`s`.`t`.`old` AS SIGNED)", .source = "old"}};
    return made;
}

std::string told(int mysql_errno, const std::string& words,
                 const schema::projection& by = carried()) {
    return what_to_do_about(error(words, {.mysql_errno = mysql_errno}), statements(by, false));
}

TEST(a_refused_value, is_told_by_its_kind_with_a_remedy) {
    EXPECT_EQ(told(er::bad_null_error, "Column 'id' cannot be null"),
              ". The value is NULL, and the new column takes none: give such rows a value, or let "
              "the column be NULL");
    // As the server says it of a geometry.
    EXPECT_EQ(told(er::bad_null_error_not_ignored, "Column 'id' cannot be null"),
              told(er::bad_null_error, "Column 'id' cannot be null"));
    EXPECT_THAT(told(er::data_too_long, "Data too long for column 'id' at row 1"),
                StartsWith(". The value is longer than the new column takes: "));
    EXPECT_THAT(told(er::dup_entry, "Duplicate entry '1' for key 'u'"),
                HasSubstr("one of the two rows"));
    EXPECT_EQ(told(er::lock_deadlock, "Deadlock found"), "");
}

TEST(a_refused_value, of_a_conversion_without_a_name_is_of_a_column_that_is_converted) {
    EXPECT_THAT(told(er::truncated_wrong_value, "Truncated incorrect INTEGER value: 'x'"),
                StartsWith(". It is about `c`, whose type changes. The value cannot become"));
    EXPECT_THAT(
        told(er::truncated_wrong_value, "Incorrect date value: 'x' for column 'c' at row 1"),
        Not(HasSubstr("It is about")));
}

TEST(a_refused_value, that_the_server_computes_is_told_as_such) {
    auto by = carried();
    by.computed = {"g"};
    EXPECT_THAT(told(er::division_by_zero, "Division by 0", by),
                HasSubstr("`g`, which the server computes"));
}

}  // namespace
}  // namespace segue::rows
