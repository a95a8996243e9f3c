#include "src/servers/server_facts.hpp"

#include "src/base/error.hpp"

#include <gtest/gtest.h>

namespace segue::servers {
namespace {

TEST(version_number, has_two_digits_for_minor_and_patch) {
    EXPECT_EQ(version_number("8.0.36-log"), 80036U);
    EXPECT_EQ(version_number("8.0.19"), 80019U);
    EXPECT_EQ(version_number("9.7.4"), 90704U);
    EXPECT_EQ(version_number("8.0.36-0ubuntu0.22.04.1"), 80036U);
}

TEST(version_number, what_is_no_version_throws) {
    for (const char* const text : {"", "8", "8.0", "eight.0.1", "-"}) {
        SCOPED_TRACE(text);
        EXPECT_THROW(version_number(text), error);
    }
}

}  // namespace
}  // namespace segue::servers
