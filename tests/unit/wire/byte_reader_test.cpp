#include "src/wire/byte_reader.hpp"

#include "src/base/error.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;

TEST(byte_reader, reads_integers_of_every_width_little_endian) {
    const std::string bytes =
        "\x01\x02\x01\x03\x02\x01\x04\x03\x02\x81\x06\x05\x04\x03\x02\x81\x08\x07\x06\x05\x04\x03"
        "\x02"
        "\xF1"s;
    byte_reader reader(as_bytes(bytes), "test");
    EXPECT_EQ(reader.u8("a"), 1U);
    EXPECT_EQ(reader.u16("b"), 0x0102U);
    EXPECT_EQ(reader.u24("c"), 0x010203U);
    EXPECT_EQ(reader.u32("d"), 0x81020304U);
    EXPECT_EQ(reader.u48("e"), 0x810203040506U);
    EXPECT_EQ(reader.u64("f"), 0xF102030405060708U);
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(reader.position(), bytes.size());
}

TEST(byte_reader, reads_length_encoded_integers_of_every_form) {
    const std::string bytes =
        "\xFA\xFC\x01\x02\xFD\x01\x02\x03\xFE\x01\x02\x03\x04\x05\x06\x07\x08"s;
    byte_reader reader(as_bytes(bytes), "test");
    EXPECT_EQ(reader.length_encoded_int("a"), 0xFAU);
    EXPECT_EQ(reader.length_encoded_int("b"), 0x0201U);
    EXPECT_EQ(reader.length_encoded_int("c"), 0x030201U);
    EXPECT_EQ(reader.length_encoded_int("d"), 0x0807060504030201U);
    EXPECT_TRUE(reader.at_end());
}

TEST(byte_reader, a_read_past_the_end_names_place_and_field_and_does_not_move) {
    byte_reader reader(as_bytes("ab"), "greeting");
    reader.skip(1, "first");
    try {
        reader.u32("connection id");
        FAIL();
    } catch (const error& failure) {
        EXPECT_THAT(failure.what(), AllOf(HasSubstr("greeting"), HasSubstr("connection id"),
                                          HasSubstr("byte 1"), HasSubstr("1 are left")));
    }
    EXPECT_EQ(reader.position(), 1U);
    EXPECT_EQ(reader.u8("last"), 'b');
}

TEST(byte_reader, length_encoded_integers_cut_short_throw_and_do_not_move) {
    const std::string whole = "\xFE\x01\x02\x03\x04\x05\x06\x07\x08"s;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        byte_reader reader(as_bytes(whole).first(length), "test");
        EXPECT_THROW(reader.length_encoded_int("n"), error) << length;
        EXPECT_EQ(reader.position(), 0U);
    }
}

TEST(byte_reader, the_null_and_error_markers_are_no_integers) {
    for (const auto& marker : {"\xFB\x00\x00"s, "\xFF\x00\x00"s}) {
        byte_reader reader(as_bytes(marker), "test");
        EXPECT_THROW(reader.length_encoded_int("n"), error);
    }
}

TEST(byte_reader, a_hostile_string_length_is_refused) {
    const std::string bytes = "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFxyz"s;
    byte_reader reader(as_bytes(bytes), "test");
    EXPECT_THROW(reader.length_encoded_string("s"), error);
    EXPECT_EQ(reader.position(), 0U);
    EXPECT_THROW(reader.bytes(static_cast<std::size_t>(-1), "s"), error);
}

TEST(byte_reader, a_null_string_differs_from_an_empty_one) {
    const auto bytes = "\xFB\x00\x02hi"s;
    byte_reader reader(as_bytes(bytes), "test");
    EXPECT_EQ(reader.length_encoded_string_or_null("a"), std::nullopt);
    EXPECT_EQ(reader.length_encoded_string_or_null("b"), "");
    EXPECT_EQ(reader.length_encoded_string_or_null("c"), "hi");
}

TEST(byte_reader, a_nul_terminated_text_needs_its_nul) {
    const auto bytes = "one\0two"s;
    byte_reader reader(as_bytes(bytes), "test");
    EXPECT_EQ(reader.nul_terminated("a"), "one");
    EXPECT_THROW(reader.nul_terminated("b"), error);
    EXPECT_EQ(as_text(reader.rest()), "two");
    EXPECT_TRUE(reader.rest().empty());
}

}  // namespace
}  // namespace segue::wire
