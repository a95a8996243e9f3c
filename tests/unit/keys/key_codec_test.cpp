#include "src/keys/key_codec.hpp"

#include "src/base/error.hpp"
#include "tests/unit/keys/keys.hpp"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::keys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <std::size_t Bytes>
key_value decoded(const schema::key_column& column, std::uint64_t number) {
    const auto bytes = in_image<Bytes>(number);
    const std::array images = {present(bytes)};
    return key_codec(primary_key({column})).from_images(images);
}

key_value read(const schema::key_column& column, const std::string& printed) {
    const std::array<db::value, 1> row = {printed};
    return key_codec(primary_key({column})).from_row(row);
}

template <std::size_t Bytes>
void expect_image_is_its_literal(const schema::key_column& column, std::uint64_t number,
                                 const std::string& literal) {
    SCOPED_TRACE(literal);
    const key_value from_image = decoded<Bytes>(column, number);
    EXPECT_THAT(key_codec(primary_key({column})).literals(from_image), ElementsAre(literal));
    EXPECT_EQ(from_image, read(column, literal));
}

template <std::size_t Bytes>
void expect_limits_of_width(const std::string& least, const std::string& greatest,
                            const std::string& greatest_unsigned) {
    constexpr unsigned bits = static_cast<unsigned>(Bytes) * 8U;
    constexpr std::uint64_t all = ~0ULL >> (64U - bits);
    constexpr std::uint64_t sign = 1ULL << (bits - 1U);
    const auto is_signed = signed_column("id");
    expect_image_is_its_literal<Bytes>(is_signed, 0, "0");
    expect_image_is_its_literal<Bytes>(is_signed, all, "-1");
    expect_image_is_its_literal<Bytes>(is_signed, sign, least);
    expect_image_is_its_literal<Bytes>(is_signed, sign - 1, greatest);
    const auto is_unsigned = unsigned_column("id");
    expect_image_is_its_literal<Bytes>(is_unsigned, 0, "0");
    expect_image_is_its_literal<Bytes>(is_unsigned, all, greatest_unsigned);
}

TEST(key_codec, tinyint_images_are_their_literals) {
    expect_limits_of_width<1>("-128", "127", "255");
}

TEST(key_codec, smallint_images_are_their_literals) {
    expect_limits_of_width<2>("-32768", "32767", "65535");
}

TEST(key_codec, mediumint_images_are_their_literals) {
    expect_limits_of_width<3>("-8388608", "8388607", "16777215");
}

TEST(key_codec, int_images_are_their_literals) {
    expect_limits_of_width<4>("-2147483648", "2147483647", "4294967295");
}

TEST(key_codec, bigint_images_are_their_literals) {
    expect_limits_of_width<8>("-9223372036854775808", "9223372036854775807",
                              "18446744073709551615");
}

TEST(key_codec, bytes_of_an_image_are_little_endian) {
    EXPECT_EQ(decoded<4>(unsigned_column("id"), 0x01020304),
              read(unsigned_column("id"), "16909060"));
}

TEST(key_codec, the_same_number_has_one_encoding_in_every_width) {
    EXPECT_EQ(decoded<1>(signed_column("id"), 0xFB), decoded<8>(signed_column("id"), ~0ULL - 4));
    EXPECT_EQ(decoded<2>(unsigned_column("id"), 300), decoded<8>(unsigned_column("id"), 300));
}

TEST(key_codec, encodings_of_signed_numbers_are_ordered_as_the_numbers) {
    constexpr std::array<std::int64_t, 11> ascending = {std::numeric_limits<std::int64_t>::min(),
                                                        -4294967296,
                                                        -257,
                                                        -256,
                                                        -1,
                                                        0,
                                                        1,
                                                        255,
                                                        256,
                                                        4294967296,
                                                        std::numeric_limits<std::int64_t>::max()};
    std::vector<key_value> encoded;
    for (const std::int64_t number : ascending) encoded.push_back(key(number));
    EXPECT_TRUE(std::is_sorted(encoded.begin(), encoded.end()));
    EXPECT_EQ(std::adjacent_find(encoded.begin(), encoded.end()), encoded.end());
}

TEST(key_codec, encodings_of_unsigned_numbers_are_ordered_beyond_the_sign_bit) {
    const auto column = unsigned_column("id");
    EXPECT_LT(read(column, "9223372036854775807"), read(column, "9223372036854775808"));
    EXPECT_LT(read(column, "9223372036854775808"), read(column, "18446744073709551615"));
    EXPECT_LT(read(column, "0"), read(column, "18446744073709551615"));
}

TEST(key_codec, composite_keys_are_ordered_by_their_first_different_column) {
    const key_codec codec(primary_key({signed_column("a"), unsigned_column("b")}));
    const auto of = [&](const char* a, const char* b) {
        const std::array<db::value, 2> row = {a, b};
        return codec.from_row(row);
    };
    EXPECT_LT(of("-1", "18446744073709551615"), of("0", "0"));
    EXPECT_LT(of("0", "9223372036854775807"), of("0", "9223372036854775808"));
    EXPECT_EQ(of("3", "4"), of("3", "4"));
}

TEST(key_codec, composite_images_may_have_columns_of_different_widths) {
    const key_codec codec(primary_key({signed_column("a"), unsigned_column("b", 3)}));
    const auto a = in_image<1>(0xFF);
    const auto b = in_image<8>(1ULL << 63U);
    const std::array images = {present(a), present(b)};
    EXPECT_THAT(codec.literals(codec.from_images(images)),
                ElementsAre("-1", "9223372036854775808"));
}

TEST(key_codec, text_padded_with_zeros_is_its_number) {
    EXPECT_EQ(read(unsigned_column("id"), "00007"), read(unsigned_column("id"), "7"));
}

TEST(key_codec, an_image_without_the_key_column_throws_with_a_remedy) {
    const std::array<binlog::column_image, 1> images = {};
    EXPECT_THAT([&] { id_codec().from_images(images); },
                ThrowsMessage<error>(HasSubstr("binlog_row_image")));
}

TEST(key_codec, null_in_a_key_column_throws) {
    const std::array images = {
        binlog::column_image{.is = binlog::column_image::state::null, .bytes = {}}};
    EXPECT_THAT([&] { id_codec().from_images(images); }, ThrowsMessage<error>(HasSubstr("NULL")));
    const std::array<db::value, 1> row = {std::nullopt};
    EXPECT_THROW(id_codec().from_row(row), error);
}

TEST(key_codec, an_image_of_a_length_that_no_integer_has_throws) {
    constexpr std::array<std::byte, 9> bytes{};
    for (const std::size_t length : {0U, 5U, 6U, 7U, 9U}) {
        SCOPED_TRACE(length);
        const std::array images = {present(std::span(bytes).first(length))};
        EXPECT_THAT([&] { id_codec().from_images(images); },
                    ThrowsMessage<error>(HasSubstr("`id`")));
    }
}

TEST(key_codec, fewer_or_more_columns_than_the_key_has_throw) {
    const auto bytes = in_image<4>(1);
    const std::array images = {present(bytes), present(bytes)};
    EXPECT_THROW(id_codec().from_images(images), broken_invariant);
    EXPECT_THROW(id_codec().from_images({}), broken_invariant);
    EXPECT_THROW(id_codec().from_row({}), broken_invariant);
}

TEST(key_codec, text_that_is_no_number_of_the_column_throws) {
    for (const char* const text : {"", "7a", "1.0", "9223372036854775808"}) {
        SCOPED_TRACE(text);
        EXPECT_THROW(read(signed_column("id"), text), error);
    }
    EXPECT_THROW(read(unsigned_column("id"), "-1"), error);
}

TEST(key_codec, keys_are_described_by_the_names_in_the_original) {
    auto renamed = signed_column("a");
    renamed.target = "new_a";
    const key_codec codec(primary_key({renamed, unsigned_column("b")}));
    const std::array<db::value, 2> row = {"-1", "2"};
    EXPECT_EQ(codec.describe(codec.from_row(row)), "a=-1, b=2");
    EXPECT_EQ(id_codec().describe(key(7)), "id=7");
}

TEST(key_range, holds_the_keys_above_after_up_to_and_with_up_to) {
    const key_range range{.after = key(10), .up_to = key(20)};
    EXPECT_FALSE(range.contains(key(10)));
    EXPECT_TRUE(range.contains(key(11)));
    EXPECT_TRUE(range.contains(key(20)));
    EXPECT_FALSE(range.contains(key(21)));
}

TEST(key_range, an_end_that_is_not_set_is_open) {
    EXPECT_TRUE((key_range{.after = std::nullopt, .up_to = key(0)}.contains(key(-5))));
    EXPECT_TRUE((key_range{.after = key(0), .up_to = std::nullopt}.contains(key(5))));
    EXPECT_TRUE(key_range{}.contains(key(0)));
}

}  // namespace
}  // namespace segue::keys
