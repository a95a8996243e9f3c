#include "src/keys/key_encoding.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::keys {
namespace {

using namespace std::string_literals;

std::string variable(const std::string& bytes) {
    std::string made;
    append_variable(made, bytes);
    return made;
}

std::string pair_of(const std::string& first, const std::string& second) {
    return variable(first) + variable(second);
}

const std::vector<std::string> ascending = {
    ""s,  "\0"s,  "\0\0"s,  "\0\0\1"s, "\0\1"s,  "\0a"s, "\0\xFF"s,   "\1"s,
    "a"s, "a\0"s, "a\0\0"s, "a\1"s,    "a\xFF"s, "b"s,   "\xFE\xFF"s, "\xFF"s};

TEST(key_encoding, bytes_of_any_length_keep_their_order) {
    for (std::size_t i = 1; i < ascending.size(); ++i)
        EXPECT_LT(variable(ascending[i - 1]), variable(ascending[i])) << i;
}

TEST(key_encoding, of_two_columns_the_first_different_one_decides) {
    for (std::size_t i = 0; i < ascending.size(); ++i)
        for (std::size_t j = 0; j < ascending.size(); ++j)
            for (const auto& [one, other] : {std::pair(ascending.front(), ascending.back()),
                                             std::pair(ascending.back(), ascending.front())}) {
                const bool less = std::pair(ascending[i], one) < std::pair(ascending[j], other);
                EXPECT_EQ(pair_of(ascending[i], one) < pair_of(ascending[j], other), less)
                    << i << " and " << j;
            }
}

TEST(key_encoding, no_value_is_the_beginning_of_another) {
    for (const auto& one : ascending)
        for (const auto& other : ascending)
            EXPECT_EQ(variable(other).starts_with(variable(one)), one == other);
}

TEST(key_encoding, in_turned_order_the_greatest_comes_first) {
    const auto turned = [](const std::string& bytes) {
        std::string made = "before";
        append_variable(made, bytes);
        turn_order(made, 6);
        return made;
    };
    for (std::size_t i = 1; i < ascending.size(); ++i) {
        EXPECT_GT(turned(ascending[i - 1]), turned(ascending[i])) << i;
        key_reader from(turned(ascending[i]) + variable("behind"));
        EXPECT_EQ(from.fixed(6), "before");
        from.turn();
        EXPECT_EQ(from.variable(), ascending[i]);
        from.turn();
        EXPECT_EQ(from.variable(), "behind");
        EXPECT_TRUE(from.at_end());
    }
}

TEST(key_encoding, columns_are_read_again_in_their_order) {
    std::string encoded;
    append_number(encoded, 0x0102030405060708);
    append_variable(encoded, "a\0b\0"s);
    append_fixed(encoded, "\0x"s);
    append_variable(encoded, "");
    append_number(encoded, ~std::uint64_t{0});
    key_reader from(encoded);
    EXPECT_EQ(from.number(), 0x0102030405060708U);
    EXPECT_EQ(from.variable(), "a\0b\0"s);
    EXPECT_EQ(from.fixed(2), "\0x"s);
    EXPECT_EQ(from.variable(), "");
    EXPECT_FALSE(from.at_end());
    EXPECT_EQ(from.number(), ~std::uint64_t{0});
    EXPECT_TRUE(from.at_end());
}

TEST(key_encoding, bytes_that_end_early_or_are_not_escaped_throw) {
    EXPECT_THROW(key_reader("1234567").number(), error);
    EXPECT_THROW(key_reader("ab\0"s).variable(), error);
    EXPECT_THROW(key_reader("ab\0c\0\0"s).variable(), error);
    EXPECT_THROW(key_reader("").fixed(1), error);
}

TEST(key_encoding, hexadecimal_digits_are_those_of_the_server) {
    EXPECT_EQ(to_hex("\0\x1F\xAB"s), "001FAB");
    EXPECT_EQ(from_hex("001FAB"), "\0\x1F\xAB"s);
    EXPECT_EQ(from_hex(""), "");
    EXPECT_THROW(from_hex("A"), error);
    EXPECT_THROW(from_hex("0g"), error);
}

}  // namespace
}  // namespace segue::keys
