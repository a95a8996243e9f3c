// What the conditions are true of is seen on a server: tests/integration/expand.
#include "src/schema/byte_difference.hpp"

#include <gtest/gtest.h>

namespace segue::schema {
namespace {

std::string difference(const std::string& type) {
    column of;
    of.data_type = type;
    return differ_as_bytes(of, "a", "b");
}

TEST(differ_as_bytes, asks_no_collation) {
    EXPECT_EQ(difference("varchar"), "(NOT (CAST(a AS BINARY)<=>CAST(b AS BINARY)))");
}

TEST(differ_as_bytes, asks_for_more_than_what_is_printed) {
    EXPECT_EQ(difference("float"), "(NOT (a<=>b AND (CAST(a AS BINARY)<=>CAST(b AS BINARY))))");
    EXPECT_EQ(difference("json"), difference("float"));
    EXPECT_EQ(difference("timestamp"), "(NOT (UNIX_TIMESTAMP(a)<=>UNIX_TIMESTAMP(b)))");
}

}  // namespace
}  // namespace segue::schema
