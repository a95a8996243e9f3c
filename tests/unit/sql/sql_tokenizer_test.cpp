#include "src/sql/sql_tokenizer.hpp"

#include "src/base/error.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::sql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(std::string_view source, tokenizer_options options = {}) {
    std::vector<std::string> all;
    for (const auto& token : tokenize(source, options).tokens) all.emplace_back(token.text);
    return all;
}

sql_token only(std::string_view source, tokenizer_options options = {}) {
    const auto tokens = tokenize(source, options).tokens;
    EXPECT_EQ(tokens.size(), 1U) << source;
    return tokens.empty() ? sql_token{} : tokens[0];
}

std::string value(std::string_view source, tokenizer_options options = {}) {
    return unquote(only(source, options), options);
}

std::string failure(std::string_view source) {
    try {
        tokenize(source);
    } catch (const error& e) {
        return e.what();
    }
    return "";
}

TEST(sql_tokenizer, words_numbers_strings_and_symbols_are_told_apart) {
    const auto tokens = tokenize("ADD `c d` DECIMAL(10,2) DEFAULT 'x'").tokens;
    ASSERT_EQ(tokens.size(), 10U);
    EXPECT_EQ(tokens[0].kind, token_kind::word);
    EXPECT_EQ(tokens[1].kind, token_kind::quoted_identifier);
    EXPECT_EQ(tokens[3].kind, token_kind::symbol);
    EXPECT_EQ(tokens[4].kind, token_kind::number);
    EXPECT_EQ(tokens[9].kind, token_kind::string);
}

TEST(sql_tokenizer, offsets_point_into_the_source) {
    const std::string_view source = "  a /* b */ `c`";
    const auto tokens = tokenize(source).tokens;
    ASSERT_EQ(tokens.size(), 2U);
    EXPECT_EQ(tokens[1].offset, 12U);
    EXPECT_EQ(tokens[1].end(), source.size());
}

TEST(sql_tokenizer, words_are_compared_without_case_and_quoted_ones_never) {
    EXPECT_TRUE(only("aLTer").is_word("ALTER"));
    EXPECT_FALSE(only("`ALTER`").is_word("ALTER"));
    EXPECT_FALSE(only("'ALTER'").is_word("ALTER"));
}

TEST(sql_tokenizer, bytes_beyond_ascii_belong_to_words) {
    EXPECT_THAT(texts("größe Ωmega"), ElementsAre("größe", "Ωmega"));
}

TEST(sql_tokenizer, an_identifier_may_begin_with_a_digit) {
    EXPECT_EQ(only("1abc").kind, token_kind::word);
    EXPECT_EQ(only("4M").kind, token_kind::word);
    EXPECT_EQ(only("0xyz").kind, token_kind::word);
    EXPECT_EQ(only("1e").kind, token_kind::word);
}

TEST(sql_tokenizer, numbers_have_fractions_exponents_and_bases) {
    for (const auto* number : {"12", "1.5", ".5", "1e5", "1E-5", "1.5e+3", "0x1F", "0b01", "7."})
        EXPECT_EQ(only(number).kind, token_kind::number) << number;
}

TEST(sql_tokenizer, behind_a_qualifier_digits_are_a_name) {
    const auto tokens = tokenize("t.1e5").tokens;
    ASSERT_EQ(tokens.size(), 3U);
    EXPECT_EQ(tokens[2].kind, token_kind::word);
}

TEST(sql_tokenizer, backquotes_inside_backquotes_are_doubled) {
    EXPECT_EQ(value("`a``b`"), "a`b");
    EXPECT_EQ(value("````"), "`");
    EXPECT_EQ(value("`a\\`"), "a\\");
    EXPECT_EQ(value("`a'b\"c -- d`"), "a'b\"c -- d");
}

TEST(sql_tokenizer, strings_know_doubled_quotes_and_backslashes) {
    EXPECT_EQ(value("'it''s'"), "it's");
    EXPECT_EQ(value("'it\\'s'"), "it's");
    EXPECT_EQ(value("\"say \"\"a\"\" 'b'\""), "say \"a\" 'b'");
    EXPECT_EQ(value("'a\\nb\\tc\\\\d\\q'"), "a\nb\tc\\dq");
    EXPECT_EQ(value("'50\\%'"), "50\\%");
    EXPECT_EQ(value("'\\0'"), std::string(1, '\0'));
    EXPECT_EQ(value("''"), "");
}

TEST(sql_tokenizer, a_backslash_is_a_character_under_no_backslash_escapes) {
    const tokenizer_options options{.no_backslash_escapes = true};
    EXPECT_EQ(value("'a\\'", options), "a\\");
}

TEST(sql_tokenizer, double_quotes_are_identifiers_under_ansi_quotes) {
    const tokenizer_options options{.ansi_quotes = true};
    EXPECT_EQ(only("\"a\"\"b\"", options).kind, token_kind::quoted_identifier);
    EXPECT_EQ(value("\"a\"\"b\"", options), "a\"b");
    EXPECT_EQ(only("\"a\"").kind, token_kind::string);
}

TEST(sql_tokenizer, prefixes_belong_to_their_strings) {
    EXPECT_EQ(value("N'ab'"), "ab");
    EXPECT_EQ(value("_utf8mb4'a''b'"), "a'b");
    EXPECT_EQ(value("_latin1\"a\""), "a");
    EXPECT_EQ(value("x'4a4B'"), "JK");
    EXPECT_EQ(value("X''"), "");
    EXPECT_EQ(value("b'1'"), "\x01");
    EXPECT_EQ(value("B'101001010'"), "\x01\x4a");
}

TEST(sql_tokenizer, comments_are_left_out) {
    EXPECT_THAT(texts("a /* ' ` \" ; */ b"), ElementsAre("a", "b"));
    EXPECT_THAT(texts("a -- it's\nb"), ElementsAre("a", "b"));
    EXPECT_THAT(texts("a --\tx\nb # it's\nc"), ElementsAre("a", "b", "c"));
    EXPECT_THAT(texts("a --"), ElementsAre("a"));
    EXPECT_THAT(texts("/**/"), ElementsAre());
    EXPECT_THAT(texts("SELECT /*+ MAX_EXECUTION_TIME(1) */ 1"), ElementsAre("SELECT", "1"));
}

TEST(sql_tokenizer, two_minuses_without_space_are_no_comment) {
    EXPECT_THAT(texts("5--6"), ElementsAre("5", "-", "-", "6"));
}

TEST(sql_tokenizer, version_comments_are_code) {
    EXPECT_THAT(texts("a /*! b */ c"), ElementsAre("a", "b", "c"));
    EXPECT_THAT(texts("a /*!80013 b */ c"), ElementsAre("a", "b", "c"));
    EXPECT_THAT(texts("/*!50100PARTITION BY*/"), ElementsAre("PARTITION", "BY"));
    EXPECT_THAT(texts("/*! a /* b */ c */ d"), ElementsAre("a", "c", "d"));
    EXPECT_THAT(texts("/*!401 b */"), ElementsAre("401", "b"));
}

TEST(sql_tokenizer, version_comments_tell_their_version_and_place) {
    const std::string_view source = "a /*!80013 b */ c /*! d */ /*!100100 e */";
    const auto comments = tokenize(source).version_comments;
    ASSERT_EQ(comments.size(), 3U);
    EXPECT_EQ(comments[0].version, 80013U);
    EXPECT_EQ(source.substr(comments[0].offset, comments[0].end - comments[0].offset),
              "/*!80013 b */");
    EXPECT_EQ(comments[1].version, 0U);
    EXPECT_EQ(comments[2].version, 100100U);
}

TEST(sql_tokenizer, what_is_not_closed_is_an_error_that_names_the_offset) {
    EXPECT_THAT(failure("ADD a 'b"), HasSubstr("byte 6"));
    EXPECT_THAT(failure("ADD `b"), HasSubstr("byte 4"));
    EXPECT_THAT(failure("ADD \"b"), HasSubstr("byte 4"));
    EXPECT_THAT(failure("a /* b"), HasSubstr("byte 2"));
    EXPECT_THAT(failure("a /*! b"), HasSubstr("byte 2"));
    EXPECT_THAT(failure("a /*/"), HasSubstr("byte 2"));
    EXPECT_THAT(failure("/*! a /*! b */ */"), HasSubstr("inside another"));
    EXPECT_THAT(failure("/*! a -- */"), HasSubstr("not closed"));
    EXPECT_THAT(failure("'a\\'"), HasSubstr("not closed"));
    EXPECT_THAT(failure("'a''"), HasSubstr("not closed"));
    EXPECT_THAT(failure("N'"), HasSubstr("not closed"));
    EXPECT_THAT(failure("x'4'"), HasSubstr("malformed"));
    EXPECT_THAT(failure("x'4g'"), HasSubstr("malformed"));
    EXPECT_THAT(failure("b'2'"), HasSubstr("malformed"));
    EXPECT_THAT(failure("x'44"), HasSubstr("malformed"));
}

TEST(sql_tokenizer, every_prefix_of_a_hard_text_is_read_or_refused_but_never_crashes) {
    const std::string hard =
        "ADD /*!80013 `a``b` */ x'4a' N'b''c' _utf8'\\'' 1.5e-3 0x1 t.1e5 \"q\\\"\" -- x\n# y\n"
        "/* z */ b'01' .5 @x := 5 \\ \xff\xc3 ;";
    for (std::size_t n = 0; n <= hard.size(); ++n) {
        try {
            for (const auto& token : tokenize(std::string_view(hard).substr(0, n)).tokens) {
                EXPECT_LE(token.end(), n);
                unquote(token);
            }
        } catch (const error&) {
        }
    }
}

TEST(sql_tokenizer, tells_whether_text_reads_alike_under_two_settings) {
    constexpr tokenizer_options ansi{.ansi_quotes = true};
    constexpr tokenizer_options no_escapes{.no_backslash_escapes = true};
    EXPECT_TRUE(reads_alike(R"(ADD a INT COMMENT 'say "hi"')", {}, ansi));
    EXPECT_TRUE(reads_alike(R"(ADD `note "x"` INT /* "y" */)", {}, ansi));
    EXPECT_FALSE(reads_alike(R"(ADD a INT COMMENT "b")", {}, ansi));
    EXPECT_TRUE(reads_alike(R"(ADD `a\b` INT /* \ */)", {}, no_escapes));
    EXPECT_FALSE(reads_alike(R"(ADD a INT COMMENT 'x\ty')", {}, no_escapes));
    EXPECT_FALSE(reads_alike(R"(ADD a INT COMMENT 'it\'s')", {}, no_escapes));
}

}  // namespace
}  // namespace segue::sql
