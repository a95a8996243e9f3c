#include "src/db/session.hpp"

#include "src/base/error.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::db {
namespace {

std::string refusal_of(const value& printed) {
    try {
        return "taken as " + std::to_string(to_uint64(printed, "CONNECTION_ID()"));
    } catch (const error& failure) {
        return failure.what();
    }
}

TEST(to_uint64, takes_every_number_that_an_unsigned_bigint_holds) {
    EXPECT_EQ(to_uint64("0", "n"), 0U);
    EXPECT_EQ(to_uint64("007", "n"), 7U);
    EXPECT_EQ(to_uint64("18446744073709551615", "n"), std::numeric_limits<std::uint64_t>::max());
}

TEST(to_uint64, says_what_is_null) {
    EXPECT_EQ(refusal_of(std::nullopt), "CONNECTION_ID() is NULL");
}

TEST(to_uint64, says_what_is_no_number_and_how_it_was_printed) {
    for (const std::string printed :
         {"", "x", "-1", "+1", " 1", "1 ", "1.5", "1e3", "0x10", "18446744073709551616"})
        EXPECT_EQ(refusal_of(printed), "CONNECTION_ID() is not a number: " + printed);
}

TEST(to_uint64, reads_to_the_end_of_a_value_with_a_zero_byte) {
    EXPECT_THAT(refusal_of(std::string("1\0", 2)), testing::StartsWith("CONNECTION_ID() is not"));
}

}  // namespace
}  // namespace segue::db
