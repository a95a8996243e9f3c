#include "src/contract/watch_record.hpp"

#include <gtest/gtest.h>

namespace segue::contract {
namespace {

TEST(a_watch_record, is_read_as_it_was_written) {
    const watch_record record{{"a-b", {.up_since = "100", .since = "200"}},
                              {"c-d", {.up_since = "1", .since = "2"}}};
    EXPECT_EQ(parse_watch(text_of(record)), record);
    EXPECT_EQ(text_of({}), "{}");
}

TEST(a_watch_record, leaves_out_what_cannot_be_read) {
    for (const char* const text : {"", "x", "[]", "{", R"({"a":1})", R"({"a":{"since":"2"}})"})
        EXPECT_TRUE(parse_watch(text).empty()) << text;
    EXPECT_EQ(parse_watch(R"({"a":{"up_since":"1","since":"2"},"b":[]})").size(), 1U);
}

}  // namespace
}  // namespace segue::contract
