#include "src/wire/answer.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_writer.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string column(const std::string& name) {
    byte_writer out;
    out.length_encoded_string("def").length_encoded_string("").length_encoded_string("");
    out.length_encoded_string("").length_encoded_string(name).length_encoded_string("");
    out.u8(0x0C).u16(45).u32(10).u8(253).u16(0).u8(0).u16(0);
    return std::string(as_text(out.take()));
}

const auto eof = "\xFE\x00\x00\x02\x00"s;

std::vector<std::string> two_rows() {
    return {"\x02"s, column("a"), column("b"), eof, "\x01x\xFB"s, "\x00\x02hi"s, eof};
}

TEST(answer, rows_of_text_are_collected_with_nulls_apart_from_empty_text) {
    text_result_parser parser;
    const auto packets = two_rows();
    for (std::size_t i = 0; i < packets.size(); ++i)
        EXPECT_EQ(parser.on_packet(as_bytes(packets[i])), i + 1 == packets.size());
    const auto result = parser.take();
    EXPECT_EQ(result.columns, (std::vector<std::string>{"a", "b"}));
    ASSERT_EQ(result.rows.size(), 2U);
    EXPECT_EQ(result.rows[0][0], "x");
    EXPECT_EQ(result.rows[0][1], std::nullopt);
    EXPECT_EQ(result.rows[1][0], "");
    EXPECT_EQ(result.rows[1][1], "hi");
    EXPECT_EQ(result.single("a"), "x");
}

TEST(answer, a_statement_without_rows_ends_with_ok) {
    text_result_parser parser;
    EXPECT_TRUE(parser.on_packet(as_bytes("\x00\x03\x00\x02\x00\x00\x00"s)));
    const auto result = parser.take();
    EXPECT_EQ(result.affected_rows, 3U);
    EXPECT_THROW(result.single("nothing"), error);
}

TEST(answer, any_packet_cut_short_is_refused) {
    for (std::size_t which = 0; which < two_rows().size(); ++which) {
        const auto packets = two_rows();
        // Of a column definition only the name and what stands before it is read.
        const std::size_t read_bytes =
            packets[which].starts_with("\x03"s + "def") ? 4 + 3 + 2 : packets[which].size();
        for (std::size_t length = 0; length < read_bytes; ++length) {
            text_result_parser parser;
            EXPECT_THROW(
                {
                    for (std::size_t i = 0; i < which; ++i) parser.on_packet(as_bytes(packets[i]));
                    parser.on_packet(as_bytes(packets[which].substr(0, length)));
                },
                error)
                << which << ' ' << length;
        }
    }
}

TEST(answer, an_error_ends_a_result_at_any_packet) {
    const auto refused = "\xFF\x28\x04#42000You have an error"s;
    const auto packets = two_rows();
    for (std::size_t which = 0; which < packets.size(); ++which) {
        text_result_parser parser;
        for (std::size_t i = 0; i < which; ++i) parser.on_packet(as_bytes(packets[i]));
        try {
            parser.on_packet(as_bytes(refused));
            FAIL();
        } catch (const error& failed) {
            EXPECT_EQ(failed.mysql_errno(), 1064);
            EXPECT_EQ(failed.sqlstate(), "42000");
            EXPECT_THAT(failed.what(), HasSubstr("You have an error"));
            EXPECT_FALSE(failed.connection_lost());
        }
    }
}

TEST(answer, a_row_with_more_values_than_columns_is_refused) {
    text_result_parser parser;
    auto packets = two_rows();
    for (std::size_t i = 0; i < 4; ++i) parser.on_packet(as_bytes(packets[i]));
    EXPECT_THROW(parser.on_packet(as_bytes("\x01x\x01y\x01z")), error);
}

TEST(answer, a_request_for_a_local_file_is_refused) {
    text_result_parser parser;
    EXPECT_THROW(parser.on_packet(as_bytes("\xFB/etc/passwd")), error);
}

TEST(answer, a_result_larger_than_allowed_is_refused) {
    text_result_parser parser(100);
    const auto packets = two_rows();
    EXPECT_THROW(for (int i = 0; i < 50; ++i)
                     parser.on_packet(as_bytes(packets[static_cast<std::size_t>(i < 4 ? i : 4)])),
                 error);
}

TEST(answer, several_results_of_one_statement_are_refused) {
    text_result_parser parser;
    EXPECT_THROW(parser.on_packet(as_bytes("\x00\x00\x00\x0A\x00\x00\x00"s)), error);
}

TEST(answer, errors_say_whether_the_session_is_gone_and_whether_to_try_again) {
    const auto shutdown = server_error(as_bytes("\xFF\x1D\x04#08S01Server shutdown"s));
    EXPECT_EQ(shutdown.mysql_errno(), 1053);
    EXPECT_TRUE(shutdown.connection_lost());
    EXPECT_TRUE(shutdown.retryable());
    const auto denied = server_error(as_bytes("\xFF\x15\x04#28000no"s));
    EXPECT_FALSE(denied.connection_lost());
    EXPECT_FALSE(denied.retryable());
    const auto crowded = server_error(as_bytes("\xFF\x10\x04Too many connections"s));
    EXPECT_FALSE(crowded.connection_lost());
    EXPECT_TRUE(crowded.retryable());
}

TEST(answer, an_eof_packet_is_short) {
    EXPECT_TRUE(is_eof_packet(as_bytes(eof)));
    EXPECT_FALSE(is_eof_packet(as_bytes("\xFE\x01\x00\x00\x00\x00\x00\x00\x00z"s)));
    EXPECT_FALSE(is_eof_packet({}));
}

}  // namespace
}  // namespace segue::wire
