#include "src/wire/greeting.hpp"

#include "src/base/error.hpp"
#include "tests/unit/wire/greeting_bytes.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

TEST(greeting, holds_what_a_server_says_of_itself) {
    const auto seen = parse_greeting(greeting_bytes{}.payload());
    EXPECT_EQ(seen.version, "9.7.4");
    EXPECT_FALSE(seen.is_mariadb);
    EXPECT_EQ(seen.connection_id, 0x01020304U);
    EXPECT_TRUE(seen.offers_tls());
    EXPECT_EQ(seen.auth_plugin, "caching_sha2_password");
    for (std::size_t i = 0; i < seen.nonce.size(); ++i)
        EXPECT_EQ(std::to_integer<unsigned>(seen.nonce[i]), i + 1);
}

TEST(greeting, as_recorded_from_mysql_9_7_4_is_read) {
    const auto recorded =
        "\x0a"
        "9.7.4-2\0"
        "\x0b\x00\x00\x00"
        "\x3c\x11\x2d\x33\x67\x7c\x51\x01\x00"
        "\xff\xff\xff\x02\x00\xff\xdf\x15"
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        "\x6a\x21\x45\x36\x65\x30\x53\x08\x79\x67\x57\x5b\x00"
        "caching_sha2_password\0"s;
    const auto seen = parse_greeting(as_bytes(recorded));
    EXPECT_EQ(seen.version, "9.7.4-2");
    EXPECT_EQ(seen.connection_id, 11U);
    EXPECT_TRUE(seen.offers_tls());
    EXPECT_EQ(seen.auth_plugin, "caching_sha2_password");
    EXPECT_EQ(std::to_integer<unsigned>(seen.nonce[0]), 0x3CU);
    EXPECT_EQ(std::to_integer<unsigned>(seen.nonce[8]), 0x6AU);
    EXPECT_EQ(std::to_integer<unsigned>(seen.nonce[19]), 0x5BU);
}

TEST(greeting, of_mariadb_is_recognised) {
    EXPECT_TRUE(
        parse_greeting(greeting_bytes{.version = "5.5.5-10.11.6-MariaDB-1"}.payload()).is_mariadb);
    EXPECT_TRUE(parse_greeting(greeting_bytes{.version = "11.4.2-MariaDB"}.payload()).is_mariadb);
}

TEST(greeting, cut_short_anywhere_is_refused) {
    const auto whole = greeting_bytes{}.payload();
    // Without its last part, the plugin's name, it is a greeting still.
    const std::size_t without_plugin = whole.size() - sizeof("caching_sha2_password");
    for (std::size_t length = 0; length < whole.size(); ++length) {
        if (length == without_plugin) continue;
        EXPECT_THROW(parse_greeting(std::span(whole).first(length)), error) << length;
    }
}

TEST(greeting, an_error_in_its_place_keeps_its_number_and_text) {
    try {
        parse_greeting(as_bytes("\xFF\x69\x04Host '192.0.2.1' is blocked"s));
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.mysql_errno(), 1129);
        EXPECT_EQ(refused.sqlstate(), "");
        EXPECT_THAT(refused.what(), HasSubstr("Host '192.0.2.1' is blocked"));
        EXPECT_FALSE(refused.retryable());
    }
    try {
        parse_greeting(as_bytes("\xFF\x10\x04#08004Too many connections"s));
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.mysql_errno(), 1040);
        EXPECT_EQ(refused.sqlstate(), "08004");
        EXPECT_TRUE(refused.retryable());
    }
}

TEST(greeting, of_another_protocol_is_refused) {
    EXPECT_THROW(parse_greeting(as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n")), error);
    EXPECT_THROW(parse_greeting(as_bytes("\x0B 9.9.9\0"s)), error);
    EXPECT_THROW(parse_greeting({}), error);
}

TEST(greeting, of_a_server_without_pluggable_authentication_is_refused) {
    EXPECT_THROW(parse_greeting(greeting_bytes{.capabilities = client_protocol_41}.payload()),
                 error);
}

}  // namespace
}  // namespace segue::wire
