#include "src/views/column_map.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::views {
namespace {

TEST(a_column_map, has_what_a_column_is_made_from_right_of_the_sign) {
    const auto one = parse_column_map(" users . name = full_name ");
    EXPECT_EQ(one.table, "users");
    EXPECT_EQ(one.name, "name");
    EXPECT_EQ(one.made_from, "full_name");
    EXPECT_EQ(one.text(), "`users`.`name`=`full_name`");
    const auto short_one = parse_column_map("`a.b``c`=`d=e`");
    EXPECT_EQ(short_one.table, std::nullopt);
    EXPECT_EQ(short_one.name, "a.b`c");
    EXPECT_EQ(short_one.made_from, "d=e");
}

TEST(a_column_map, of_anything_else_is_refused) {
    for (const auto* const text : {"", "name", "name=", "=name", "a.b.c=d", "a=b.c", "a==b",
                                   "a='b'", "a=b,c=d", "a=1", "`a=b", "a=b c", "a=/*!b*/"})
        EXPECT_THROW(static_cast<void>(parse_column_map(text)), error) << text;
}

}  // namespace
}  // namespace segue::views
