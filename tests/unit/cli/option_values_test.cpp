#include "cli/command_line/option_values.hpp"

#include "src/base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> endpoints(std::string_view text) {
    std::vector<std::string> all;
    for (const auto& server : parse_endpoints(text)) all.push_back(server.text());
    return all;
}

TEST(status_limits, are_names_and_numbers) {
    EXPECT_THAT(parse_status_limits("Threads_running=25,Threads_connected=500"),
                ElementsAre(throttle::load_limit{"Threads_running", 25},
                            throttle::load_limit{"Threads_connected", 500}));
    EXPECT_THAT(parse_status_limits(" a = 1 , b=2 "),
                ElementsAre(throttle::load_limit{"a", 1}, throttle::load_limit{"b", 2}));
    EXPECT_THAT(parse_status_limits(""), IsEmpty());
    EXPECT_THAT(parse_status_limits("  "), IsEmpty());
}

TEST(status_limits, anything_else_is_an_error) {
    for (const auto* bad : {"a", "a=", "=1", "a=x", "a=1.5", "a=1,", ",a=1", "a=1,,b=2", "a=1 b=2",
                            "a=99999999999999999999"})
        EXPECT_THROW(parse_status_limits(bad), error) << bad;
}

TEST(endpoints, have_a_port_or_the_usual_one) {
    EXPECT_THAT(endpoints("db1:3307,db2"), ElementsAre("db1:3307", "db2:3306"));
    EXPECT_THAT(endpoints(" 10.0.0.1:1 , h "), ElementsAre("10.0.0.1:1", "h:3306"));
    EXPECT_THAT(endpoints(""), IsEmpty());
}

TEST(endpoints, addresses_of_sixteen_bytes_stand_in_brackets) {
    const auto servers = parse_endpoints("[::1]:3307,[fe80::2]");
    ASSERT_EQ(servers.size(), 2U);
    EXPECT_EQ(servers[0].host, "::1");
    EXPECT_EQ(servers[0].port, 3307);
    EXPECT_EQ(servers[1].host, "fe80::2");
    EXPECT_EQ(servers[1].port, 3306);
}

TEST(endpoints, anything_else_is_an_error) {
    for (const auto* bad : {":3306", "h:", "h:x", "h:0", "h:65536", "::1", "[::1", "[]:1", "[::1]x",
                            "h,", ",h", "h:1:2", "h:-1", "a b", "[ ]", "[[x]"})
        EXPECT_THROW(parse_endpoints(bad), error) << bad;
}

}  // namespace
}  // namespace segue::cli
