#include "binlog/events.hpp"

#include "src/base/error.hpp"
#include "tests/unit/binlog/recorded.hpp"

#include <gtest/gtest.h>

namespace segue::binlog::test {
namespace {

const bytes& first_of(const std::vector<bytes>& events, event_type type) {
    for (const bytes& event : events)
        if (decode_header(event).type == type) return event;
    throw std::runtime_error("no such event");
}

std::span<const std::byte> body_of(const bytes& event) {
    return std::span(event).subspan(event_header::size,
                                    event.size() - event_header::size - checksum_size);
}

TEST(event_header, says_type_length_and_end) {
    const auto events = recorded_events("all_types");
    std::size_t end = 4;
    for (const bytes& event : events) {
        const event_header header = decode_header(event);
        end += event.size();
        EXPECT_EQ(header.length, event.size());
        EXPECT_EQ(header.end_position, end);
        EXPECT_NE(name_of(header.type), "unknown event");
        EXPECT_FALSE(header.artificial());
    }
}

TEST(event_header, fewer_than_nineteen_bytes_are_an_error) {
    const auto events = recorded_events("no_checksum");
    for (std::size_t size = 0; size < event_header::size; ++size)
        EXPECT_THROW(decode_header(std::span(events[0]).first(size)), error);
}

TEST(checksum, holds_for_every_recorded_event_and_for_no_damaged_one) {
    const auto events = recorded_events("xa");
    for (std::size_t i = 1; i < events.size(); ++i) {
        bytes event = events[i];
        EXPECT_TRUE(crc32_matches(event));
        event[event.size() / 2] ^= std::byte{0x10};
        EXPECT_FALSE(crc32_matches(event));
    }
}

TEST(format_description, says_server_and_checksums) {
    const auto with = decode_format_description(recorded_events("all_types")[0]);
    EXPECT_TRUE(with.checksums);
    EXPECT_TRUE(with.server_version.starts_with("9.7"));
    EXPECT_EQ(with.post_header_length(event_type::query), 13U);
    EXPECT_EQ(with.post_header_length(static_cast<event_type>(200)), std::nullopt);
    EXPECT_FALSE(decode_format_description(recorded_events("no_checksum")[0]).checksums);
    EXPECT_TRUE(decode_format_description(recorded_events("rows_v1")[0]).checksums);
}

TEST(format_description, the_in_use_flag_is_no_damage) {
    bytes event = recorded_events("all_types")[0];
    event[17] |= std::byte{1};
    EXPECT_NO_THROW(decode_format_description(event));
    event[17] |= std::byte{2};
    EXPECT_THROW(decode_format_description(event), error);
}

TEST(format_description, unfamiliar_post_headers_are_an_error) {
    bytes event = recorded_events("no_checksum")[0];
    constexpr std::size_t lengths_at = event_header::size + 57;
    for (const auto type : {event_type::query, event_type::table_map, event_type::update_rows}) {
        bytes changed = event;
        changed[lengths_at + static_cast<std::size_t>(type) - 1] = std::byte{6};
        EXPECT_THROW(decode_format_description(changed), error);
    }
}

query_event query_with_status(const bytes& status) {
    query_event query;
    query.status = status;
    return query;
}

TEST(query_event, tells_schema_and_text) {
    const auto events = recorded_events("statements");
    std::vector<std::string> texts;
    for (const bytes& event : events)
        if (decode_header(event).type == event_type::query) {
            const auto query = decode_query(body_of(event), 13);
            texts.push_back(std::string(query.default_schema) + ": " + std::string(query.text));
        }
    EXPECT_EQ(texts[0], "shop: BEGIN");
    EXPECT_EQ(texts[1], "shop: INSERT INTO t (a) VALUES (@a := 'first')");
    EXPECT_EQ(texts[3], "other: UPDATE shop.t, o SET t.a = 'second' WHERE t.id > o.id");
}

TEST(query_event, updated_schemas_are_found_behind_all_known_status_variables) {
    const bytes status = from_hex(
        "00 11111111"                   // flags2
        "01 1111111111111111"           // sql_mode
        "02 03 737464 00"               // catalog with its NUL
        "06 03 737464"                  // catalog
        "03 11111111"                   // auto_increment
        "04 111111111111"               // character sets
        "05 06 53595354454d"            // time zone
        "07 1111 08 1111"               // collations
        "09 1111111111111111"           // table map for update
        "0a 11111111"                   // length of the original
        "0b 04 726f6f74 05 6c6f63616c"  // invoker
        "0d 111111 10 11 11 1111111111111111 12 1111 13 11 14 11 15 11"
        "0c 02 73686f7000 6f7468657200");
    EXPECT_EQ(updated_schemas(query_with_status(status)),
              (std::vector<std::string>{"shop", "other"}));
}

TEST(query_event, updated_schemas_are_unknown_where_the_event_does_not_tell_for_sure) {
    for (const char* status :
         {"",                        // nothing
          "0c fe",                   // too many
          "0c 02 73686f7000 00",     // an empty name: any
          "0c 00",                   // none
          "ee 0c 01 73686f7000"}) {  // a variable that is not known before them
        EXPECT_EQ(updated_schemas(query_with_status(from_hex(status))), std::nullopt) << status;
    }
    EXPECT_EQ(updated_schemas(query_with_status(from_hex("0c 01 73686f7000 ee"))),
              std::vector<std::string>{"shop"})
        << "one behind them does not matter";
}

TEST(query_event, status_variables_that_end_early_are_an_error) {
    for (const char* status :
         {"00 111111", "06 05 73", "0c 02 73686f7000", "0c 01 7368", "0c", "0b 04 726f6f74", "05"})
        EXPECT_THROW(updated_schemas(query_with_status(from_hex(status))), error) << status;
}

TEST(query_event, tells_how_the_session_read_the_text) {
    const auto full = from_hex("00 11111111 01 0400100000000000 06 03 737464 04 0800 ff00 ff00");
    const text_settings found = text_settings_of(query_with_status(full));
    EXPECT_EQ(found.sql_mode, 0x10'0004U);
    EXPECT_EQ(found.client_collation, 8U);
    const auto unknown = from_hex("01 0000000000000000 ee 04 0800 ff00 ff00");
    EXPECT_EQ(text_settings_of(query_with_status(unknown)).sql_mode, 0U);
    EXPECT_EQ(text_settings_of(query_with_status(unknown)).client_collation, std::nullopt);
    EXPECT_THROW(text_settings_of(query_with_status(from_hex("01 00"))), error);
}

TEST(gtid_event, tells_source_and_number) {
    const auto events = recorded_events("tagged");
    std::vector<std::string> seen;
    for (const bytes& event : events) {
        const auto type = decode_header(event).type;
        if (type == event_type::gtid_tagged || type == event_type::gtid) {
            const auto gtid = type == event_type::gtid ? decode_gtid(body_of(event))
                                                       : decode_gtid_tagged(body_of(event));
            seen.push_back(gtid.source.tag + " " + std::to_string(gtid.number));
            // The header's is the statement's, in seconds.
            const auto statement = static_cast<double>(decode_header(event).timestamp);
            EXPECT_NEAR(static_cast<double>(gtid.committed) / 1e6, statement, 5.0);
        }
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"some_tag 1",
                                              "long_tag_0123456789 1234567890123456789", " 4"}));
}

TEST(gtid_event, tells_the_moment_on_the_server_that_it_comes_from) {
    const std::string begins = "00000102030405060708090a0b0c0d0e0f0500000000000000";
    const std::string order = "0201000000000000000200000000000000";
    EXPECT_EQ(decode_gtid(from_hex(begins)).committed, 0U);
    EXPECT_EQ(decode_gtid(from_hex(begins + order)).committed, 0U) << "of an older server";
    EXPECT_EQ(decode_gtid(from_hex(begins + order + "01020304050600")).committed, 0x60504030201U);
    EXPECT_EQ(decode_gtid(from_hex(begins + order + "01020304050680" + "09000000000001")).committed,
              0x1000000000009U)
        << "the first moment is that of a replica";
}

TEST(gtid_event, numbers_out_of_range_are_an_error) {
    const std::string uuid = "000102030405060708090a0b0c0d0e0f";
    EXPECT_EQ(decode_gtid(from_hex("00" + uuid + "0500000000000000")).number, 5U);
    EXPECT_THROW(decode_gtid(from_hex("00" + uuid + "0000000000000000")), error);
    EXPECT_THROW(decode_gtid(from_hex("00" + uuid + "ffffffffffffffff")), error);
    EXPECT_THROW(decode_gtid(from_hex("00" + uuid + "ffffffffffffff7f")), error);
}

TEST(gtid_event, a_tagged_one_with_a_field_that_must_be_known_is_an_error) {
    const auto events = recorded_events("tagged");
    const auto tagged = first_of(events, event_type::gtid_tagged);
    const auto whole = body_of(tagged);
    bytes body(whole.begin(), whole.end());
    EXPECT_NO_THROW(decode_gtid_tagged(body));
    // version, size (in two bytes here), last field that must be known
    const bool two = (std::to_integer<unsigned>(body[1]) & 1U) != 0;
    body[two ? 3 : 2] = std::byte{12 << 1};
    EXPECT_THROW(decode_gtid_tagged(body), error);
}

TEST(xa_prepare, the_xid_is_in_the_servers_form) {
    const auto events = recorded_events("xa");
    std::vector<std::string> seen;
    for (const bytes& event : events)
        if (decode_header(event).type == event_type::xa_prepare) {
            const auto prepare = decode_xa_prepare(body_of(event));
            seen.push_back(prepare.xid + (prepare.one_phase ? " one phase" : ""));
        }
    EXPECT_EQ(seen, (std::vector<std::string>{"X'636f6d6d697473',X'',1", "X'00ff',X'27',99",
                                              "X'6f6e65207068617365',X'',1 one phase"}));
}

TEST(transaction_payload, unknown_compression_and_wrong_sizes_are_errors) {
    EXPECT_NO_THROW(decode_transaction_payload(from_hex("02 01 00 01 01 02 00 abcd")));
    EXPECT_NO_THROW(decode_transaction_payload(from_hex("09 02 1111 02 01 00 01 01 02 00 abcd")))
        << "fields that are not known are left out";
    for (const char* body :
         {"02 01 05 01 01 02 00 abcd", "02 01 00 01 01 03 00 abcd", "01 01 02 00 abcd",
          "02 01 00 00 abcd", "02 01 00 01 01 02", "02 05 00"})
        EXPECT_THROW(decode_transaction_payload(from_hex(body)), error) << body;
}

}  // namespace
}  // namespace segue::binlog::test
