#include "throttle/heartbeat_value.hpp"

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

TEST(heartbeat_value, has_nine_digits_of_fraction_and_is_in_utc) {
    EXPECT_EQ(format_heartbeat(sys_days(2026y / 8 / 7) + 12h + 34min + 56s + 123456789ns),
              "2026-08-07T12:34:56.123456789Z");
    EXPECT_EQ(format_heartbeat(sys_days(1970y / 1 / 1)), "1970-01-01T00:00:00.000000000Z");
}

TEST(heartbeat_value, is_read_back_to_the_nanosecond) {
    for (const auto at :
         {sys_days(1970y / 1 / 1) + 0ns, sys_days(2024y / 2 / 29) + 23h + 59min + 1ns,
          sys_days(2261y / 12 / 31) + 24h - 1ns})
        EXPECT_EQ(parse_heartbeat(format_heartbeat(at)), at);
}

TEST(heartbeat_value, any_other_text_is_no_heartbeat) {
    for (const auto* text : {
             "",
             "2026-08-07 12:34:56.123456789Z",
             "2026-08-07T12:34:56Z",
             "2026-08-07T12:34:56.12345678Z",
             "2026-08-07T12:34:56.1234567890Z",
             "2026-08-07T12:34:56.123456789+02:00",
             "2026-08-07T12:34:56.123456789z",
             "2026-08-07T12:34:56.123456789Z ",
             " 2026-08-07T12:34:56.12345678Z",
             "2026-08-07T12:34:56.-23456789Z",
             "+026-08-07T12:34:56.123456789Z",
         })
        EXPECT_EQ(parse_heartbeat(text), std::nullopt) << text;
}

TEST(heartbeat_value, a_moment_that_does_not_exist_is_no_heartbeat) {
    for (const auto* text : {
             "2026-02-29T12:34:56.123456789Z",
             "2026-13-07T12:34:56.123456789Z",
             "2026-00-07T12:34:56.123456789Z",
             "2026-08-00T12:34:56.123456789Z",
             "2026-08-07T24:00:00.000000000Z",
             "2026-08-07T12:60:56.123456789Z",
             "2026-08-07T12:34:60.123456789Z",
         })
        EXPECT_EQ(parse_heartbeat(text), std::nullopt) << text;
}

TEST(heartbeat_value, a_year_that_the_clock_cannot_hold_is_no_heartbeat) {
    EXPECT_EQ(parse_heartbeat("1969-12-31T23:59:59.999999999Z"), std::nullopt);
    EXPECT_EQ(parse_heartbeat("2262-01-01T00:00:00.000000000Z"), std::nullopt);
    EXPECT_EQ(parse_heartbeat("9999-01-01T00:00:00.000000000Z"), std::nullopt);
}

}  // namespace
}  // namespace segue::throttle
