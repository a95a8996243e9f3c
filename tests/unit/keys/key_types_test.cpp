// What the bytes of each type of key are; that the server writes and sorts them so is tested
// against servers (integration/migration/key_forms_test.cpp).
#include "src/base/error.hpp"
#include "src/keys/decimal_bytes.hpp"
#include "src/keys/key_codec.hpp"
#include "src/keys/key_encoding.hpp"
#include "src/keys/temporal_bytes.hpp"
#include "tests/unit/keys/keys.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::keys {
namespace {

using namespace std::string_literals;
using schema::key_type;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

schema::key_column column(key_type type, unsigned length = 0, unsigned scale = 0) {
    schema::key_column made{.source = "k", .target = "k", .type = type};
    made.length = length;
    made.scale = scale;
    return made;
}

schema::key_column text(const std::string& collation, bool blanks_cut = false) {
    auto made = column(key_type::text, 10);
    made.collation = collation;
    made.blanks_cut = blanks_cut;
    return made;
}

key_value from_image(const schema::key_column& of, const std::string& bytes) {
    const auto raw = std::as_bytes(std::span(bytes));
    const std::array images = {present(raw)};
    return key_codec(primary_key({of})).from_images(images);
}

key_value from_row(const schema::key_column& of, const std::string& printed) {
    const std::array<db::value, 1> row = {printed};
    return key_codec(primary_key({of})).from_row(row);
}

// One key in its three forms.
void expect_one_key(const schema::key_column& of, const std::string& image,
                    const std::string& printed, const std::string& literal) {
    SCOPED_TRACE(literal);
    const key_codec codec(primary_key({of}));
    EXPECT_EQ(from_image(of, image), from_row(of, printed));
    EXPECT_THAT(codec.literals(from_image(of, image)), ElementsAre(literal));
    EXPECT_LE(literal.size(), codec.literal_bytes_max());
}

TEST(key_types, binary_is_padded_to_its_length) {
    const auto of = column(key_type::fixed_bytes, 3);
    expect_one_key(of, "a"s, "610000", "_binary X'610000'");
    expect_one_key(of, ""s, "000000", "_binary X'000000'");
    expect_one_key(of, "abc"s, "616263", "_binary X'616263'");
    EXPECT_THROW(from_image(of, "abcd"), error);
}

TEST(key_types, varbinary_keeps_its_zeros) {
    const auto of = column(key_type::variable_bytes, 5);
    expect_one_key(of, "a\0"s, "6100", "_binary X'6100'");
    expect_one_key(of, ""s, "", "_binary X''");
    EXPECT_NE(from_image(of, "a"), from_image(of, "a\0"s));
    EXPECT_THROW(from_image(of, "abcdef"), error);
}

TEST(key_types, text_is_written_in_its_character_set_and_collation) {
    expect_one_key(text("utf8mb4_0900_bin"), "\xC3\xA4 "s, "C3A420",
                   "_utf8mb4 X'C3A420' COLLATE utf8mb4_0900_bin");
    expect_one_key(text("latin1_swedish_ci"), "\xE4"s, "E4",
                   "_latin1 X'E4' COLLATE latin1_swedish_ci");
    EXPECT_THROW(from_image(text("utf8mb4_bin"), std::string(41, 'a')), error);
}

TEST(key_types, spaces_at_the_end_of_char_do_not_count) {
    const auto of = text("utf8mb4_0900_bin", /*blanks_cut=*/true);
    EXPECT_EQ(from_image(of, "a "), from_image(of, "a"));
    EXPECT_LT(from_image(of, "a"), from_image(of, "a\t"));
    EXPECT_NE(from_image(text("utf8mb4_0900_bin"), "a "),
              from_image(text("utf8mb4_0900_bin"), "a"));
}

TEST(key_types, numbers_of_enums_bits_and_years) {
    expect_one_key(column(key_type::numbered, 300), "\x2C\x01"s, "300", "300");
    expect_one_key(column(key_type::bits, 13), "\x01\x2C"s, "300", "300");
    expect_one_key(column(key_type::year), "\x7C"s, "2024", "2024");
    expect_one_key(column(key_type::year), "\0"s, "0000", "0");
    EXPECT_THROW(from_image(column(key_type::bits, 13), "\x01"), error);
    EXPECT_THROW(from_image(column(key_type::year), "\x01\x01"), error);
}

TEST(key_types, decimals_are_those_of_a_row_image) {
    // The manual's example: 1234567890.1234 and its negative.
    const decimal_form form{.digits = 14, .scale = 4};
    EXPECT_EQ(to_hex(form.from_text("1234567890.1234")), "810DFB38D204D2");
    EXPECT_EQ(to_hex(form.from_text("-1234567890.1234")), "7EF204C72DFB2D");
    EXPECT_EQ(form.bytes(), 7U);
    const auto of = column(key_type::decimal, 14, 4);
    expect_one_key(of, form.from_text("-1.5000"), "-1.5000", "CAST(-1.5000 AS DECIMAL(14,4))");
    expect_one_key(of, form.from_text("0.0000"), "00000000000.0000",
                   "CAST(0.0000 AS DECIMAL(14,4))");
    expect_one_key(column(key_type::decimal, 5, 5), decimal_form{5, 5}.from_text("-0.00001"),
                   "-0.00001", "CAST(-0.00001 AS DECIMAL(5,5))");
    expect_one_key(column(key_type::decimal, 20, 0), decimal_form{20, 0}.from_text("-7"), "-7",
                   "CAST(-7 AS DECIMAL(20,0))");
    EXPECT_THROW(from_image(of, "123456"), error);
}

TEST(key_types, text_that_is_no_decimal_of_the_column_throws) {
    const decimal_form form{.digits = 5, .scale = 2};
    for (const char* const wrong :
         {"", "-", "1", "1.2", "1.234", "1234.00", "1.2x", "x.00", ".00"}) {
        SCOPED_TRACE(wrong);
        EXPECT_THROW(form.from_text(wrong), error);
    }
    EXPECT_THROW(form.to_text("\xFF\xFF\xFF"), error);
}

TEST(key_types, dates_are_turned_around) {
    const auto of = column(key_type::date);
    // 2024-02-29: 2024 * 512 + 2 * 32 + 29
    expect_one_key(of, "\x5D\xD0\x0F"s, "2024-02-29", "DATE'2024-02-29'");
    EXPECT_LT(from_row(of, "1999-12-31"), from_row(of, "2000-01-01"));
}

TEST(key_types, datetimes_are_their_images) {
    for (unsigned digits = 0; digits <= 6; ++digits) {
        const auto of = column(key_type::datetime, digits);
        const std::string printed =
            "2024-02-29 23:59:58" + (digits > 0 ? "." + "123456"s.substr(0, digits) : "");
        expect_one_key(of, datetime_from_text(printed, digits), printed,
                       "TIMESTAMP'" + printed + "'");
    }
    EXPECT_EQ(to_hex(datetime_from_text("2024-02-29 23:59:58.5", 1)), "99B2BB7EFA32");
}

TEST(key_types, times_are_ordered_across_zero) {
    for (unsigned digits = 0; digits <= 6; ++digits) {
        const auto of = column(key_type::time, digits);
        const auto printed = [&](const std::string& clock, const std::string& fraction) {
            return clock + (digits > 0 ? "." + fraction.substr(0, digits) : "");
        };
        std::vector<std::string> ascending = {
            printed("-838:59:59", "000000"), printed("-00:00:02", "000000"),
            printed("-00:00:01", "000000"),  printed("00:00:00", "000000"),
            printed("00:00:01", "000000"),   printed("838:59:59", "000000")};
        if (digits > 0) {
            ascending.insert(ascending.begin() + 2, printed("-00:00:01", "900000"));
            ascending.insert(ascending.begin() + 4, printed("-00:00:00", "100000"));
            ascending.insert(ascending.begin() + 6, printed("00:00:00", "100000"));
        }
        for (std::size_t i = 0; i < ascending.size(); ++i) {
            expect_one_key(of, time_from_text(ascending[i], digits), ascending[i],
                           "TIME'" + ascending[i] + "'");
            if (i == 0) continue;
            EXPECT_LT(from_row(of, ascending[i - 1]), from_row(of, ascending[i]));
        }
    }
    // The manual's example of a fraction below zero.
    EXPECT_EQ(to_hex(time_from_text("-00:00:00.01", 2)), "7FFFFFFF");
    EXPECT_EQ(to_hex(time_from_text("-00:00:01.00", 2)), "7FFFFF00");
}

TEST(key_types, timestamps_are_seconds_and_a_fraction) {
    const auto of = column(key_type::timestamp, 3);
    expect_one_key(of, "\x65\x92\x00\x80\x04\xCE"s, "1704067200.123",
                   "FROM_UNIXTIME(1704067200.123)");
}

TEST(key_types, dates_without_a_day_or_a_month_name_no_row) {
    const auto expect_refused = [](auto made) {
        EXPECT_THAT(made, ThrowsMessage<error>(HasSubstr("Give these rows another date")));
    };
    expect_refused([] { from_row(column(key_type::date), "0000-00-00"); });
    expect_refused([] { from_row(column(key_type::date), "2024-00-01"); });
    expect_refused([] { from_image(column(key_type::date), "\0\0\0"s); });
    expect_refused([] { from_row(column(key_type::datetime), "2024-01-00 00:00:00"); });
    expect_refused([] { from_image(column(key_type::datetime), "\x80\0\0\0\0"s); });
    expect_refused([] { from_image(column(key_type::timestamp), "\0\0\0\0"s); });
    expect_refused([] { from_row(column(key_type::timestamp), "0"); });
}

TEST(key_types, text_that_is_no_time_of_the_column_throws) {
    for (const char* const wrong : {"", "2024-01", "2024-13-01", "2024-01-01 ", "2024/01/01"}) {
        SCOPED_TRACE(wrong);
        EXPECT_THROW(from_row(column(key_type::date), wrong), error);
        EXPECT_THROW(from_row(column(key_type::datetime, 1), wrong), error);
    }
    for (const char* const wrong : {"", "1:2", "-", "00:00:60", "00:00:00.1", "00:00:00.123"}) {
        SCOPED_TRACE(wrong);
        EXPECT_THROW(from_row(column(key_type::time, 2), wrong), error);
    }
}

TEST(key_types, keys_of_text_are_described_readably) {
    const auto described = [](const schema::key_column& of, const std::string& hex) {
        return key_codec(primary_key({of})).describe(from_row(of, hex));
    };
    EXPECT_EQ(described(text("utf8mb4_0900_ai_ci"), "C3A4"), "k='\xC3\xA4'");
    EXPECT_EQ(described(text("latin1_bin"), "61"), "k='a'");
    EXPECT_EQ(described(text("latin1_bin"), "E4"), "k=X'E4'");
    EXPECT_EQ(described(text("utf16_bin"), "0061"), "k=X'0061'");
    EXPECT_EQ(described(text("utf8mb4_bin"), "610A"), "k=X'610A'");
    EXPECT_EQ(described(column(key_type::fixed_bytes, 2), "6162"), "k=X'6162'");
}

TEST(key_types, what_is_selected_has_no_commas) {
    const auto printed = [](const schema::key_column& of) {
        return key_codec(primary_key({of})).printed(0, "c");
    };
    EXPECT_EQ(printed(text("latin1_bin")), "HEX(c)");
    EXPECT_EQ(printed(column(key_type::variable_bytes, 2)), "HEX(c)");
    EXPECT_EQ(printed(column(key_type::numbered, 2)), "c+0");
    EXPECT_EQ(printed(column(key_type::bits, 2)), "c+0");
    EXPECT_EQ(printed(column(key_type::timestamp)), "UNIX_TIMESTAMP(c)");
    EXPECT_EQ(printed(column(key_type::decimal, 2)), "c");
}

}  // namespace
}  // namespace segue::keys
