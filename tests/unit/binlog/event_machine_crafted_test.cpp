// Events made by hand, for what no recording of a server holds.
#include "binlog/event_machine.hpp"
#include "src/base/error.hpp"
#include "tests/unit/binlog/recorded.hpp"

#include <string>
#include <string_view>
#include <zstd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::binlog::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Events without checksums, made by hand, for what no recording holds.
class crafted_stream : public ::testing::Test {
  protected:
    void feed_format(std::uint32_t created = 0) {
        bytes format = recorded_events("no_checksum")[0];
        for (std::size_t i = 0; i < 4; ++i)
            format[event_header::size + 52 + i] = static_cast<std::byte>(created >> (8 * i) & 0xff);
        for (std::size_t i = 13; i < 17; ++i) format[i] = std::byte{0};  // as the dump sends it
        machine.handle(format);
    }

    static bytes event(event_type type, const std::string& body_hex, std::uint32_t end = 0,
                       std::uint16_t flags = 0) {
        const bytes body = from_hex(body_hex);
        const auto length = static_cast<std::uint32_t>(event_header::size + body.size());
        bytes made;
        const auto put = [&made](std::uint32_t value, int size) {
            for (int i = 0; i < size; ++i)
                made.push_back(static_cast<std::byte>(value >> 8 * i & 0xff));
        };
        put(1, 4);
        put(static_cast<std::uint32_t>(type), 1);
        put(1, 4);
        put(length, 4);
        put(end, 4);
        put(flags, 2);
        made.insert(made.end(), body.begin(), body.end());
        return made;
    }
    void feed(event_type type, const std::string& body_hex, std::uint32_t end = 0,
              std::uint16_t flags = 0) {
        machine.handle(event(type, body_hex, end, flags));
    }

    static std::string hex_of(std::string_view text) {
        std::string hex;
        for (const char c : text) {
            constexpr std::string_view digits = "0123456789abcdef";
            hex += digits[static_cast<unsigned char>(c) >> 4U];
            hex += digits[static_cast<unsigned char>(c) & 15U];
        }
        return hex;
    }
    void query(std::string_view text, std::uint32_t end = 0) {
        feed(event_type::query, "00000000 00000000 00 0000 0000 00" + hex_of(text), end);
    }
    /// A table of one INT column.
    void map(int id, std::string_view table) {
        feed(event_type::table_map, "0" + std::to_string(id) + "0000000000 0000 04" +
                                        hex_of("shop") + "00 0" + std::to_string(table.size()) +
                                        hex_of(table) + "00 01 03 00 00");
    }
    void insert(int id, bool ends_statement, const std::string& rows = "00 05000000") {
        feed(event_type::write_rows, "0" + std::to_string(id) + "0000000000 0" +
                                         (ends_statement ? "1" : "0") + "00 0200 01 ff" + rows);
    }
    std::string error_of(const bytes& event) {
        try {
            machine.handle(event);
        } catch (const error& e) {
            return e.what();
        }
        return "no error";
    }

    transcript seen;
    event_machine machine{
        {{"shop", "t", {0}}, {"shop", "u", {0}}}, file_position{"log.000001", 4}, seen};
};

TEST_F(crafted_stream, the_dumps_own_rotate_is_read_with_and_without_a_checksum) {
    feed(event_type::rotate, "0400000000000000" + hex_of("log.000007"), 0, 0x20);
    EXPECT_EQ(machine.file(), "log.000007");
    bytes with =
        event(event_type::rotate, "0800000000000000" + hex_of("log.000008") + "00000000", 0, 0x20);
    renew_checksum(with);
    machine.handle(with);
    EXPECT_EQ(machine.file(), "log.000008");
    EXPECT_EQ(seen.boundaries.back(), "log.000008:8");
}

TEST_F(crafted_stream, files_over_four_gigabytes_are_counted_on) {
    feed(event_type::rotate, "00f0ffff00000000" + hex_of("log.000001"), 0, 0x20);
    feed_format();
    query("BEGIN", 0xffff'f800);
    feed(event_type::xid, "0000000000000000", 0x0000'0100);
    EXPECT_EQ(seen.boundaries.back(), "log.000001:4294967552");
    query("BEGIN", 0x0000'0200);
    feed(event_type::xid, "0000000000000000", 0x0000'0300);
    EXPECT_EQ(seen.boundaries.back(), "log.000001:4294968064");
}

TEST_F(crafted_stream, a_heartbeat_is_a_boundary_that_moves_nothing) {
    feed_format();
    feed(event_type::heartbeat, hex_of("log.000001"), 777);
    feed(event_type::heartbeat_v2, "01 0a" + hex_of("log.000001") + "02 02 fc0903 00", 777, 0x20);
    EXPECT_THAT(seen.boundaries, ElementsAre("log.000001:4", "log.000001:4", "log.000001:4"));
}

TEST_F(crafted_stream, unknown_events_are_errors_unless_they_may_be_ignored) {
    feed_format();
    EXPECT_NO_THROW(feed(static_cast<event_type>(43), "0102", 0, 0x80));
    EXPECT_NO_THROW(feed(static_cast<event_type>(200), "", 0, 0x80));
    EXPECT_THAT(error_of(event(static_cast<event_type>(43), "0102")), HasSubstr("not known"));
    EXPECT_THAT(error_of(event(static_cast<event_type>(0), "")), HasSubstr("not known"));
}

TEST_F(crafted_stream, an_incident_is_an_error_with_the_servers_words) {
    feed_format();
    EXPECT_THAT(error_of(event(event_type::incident, "0100 04" + hex_of("lost"))),
                HasSubstr("lost"));
}

TEST_F(crafted_stream, events_of_load_and_of_group_replication_are_passed_over) {
    feed_format();
    query("BEGIN");
    for (const auto type :
         {event_type::intvar, event_type::rand, event_type::user_var, event_type::begin_load_query,
          event_type::append_block, event_type::delete_file, event_type::rows_query,
          event_type::view_change, event_type::transaction_context, event_type::ignorable})
        feed(type, "0102030405");
    query("COMMIT");
    EXPECT_THAT(seen.lines, ElementsAre("begin", "committed"));
}

TEST_F(crafted_stream, rows_without_a_table_map_are_an_error) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    EXPECT_THAT(error_of(event(event_type::write_rows, "020000000000 0000 0200 01 ff 00 05000000")),
                HasSubstr("without a table map"));
}

TEST_F(crafted_stream, a_table_map_holds_to_the_end_of_its_statement) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    map(2, "x");
    insert(1, false);
    insert(2, true);
    EXPECT_THROW(insert(1, false), error);
}

TEST_F(crafted_stream, a_table_map_is_announced_once_in_a_transaction) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    insert(1, true);
    map(1, "t");
    insert(1, true);
    query("COMMIT");
    query("BEGIN");
    map(1, "t");
    insert(1, true);
    query("COMMIT");
    EXPECT_THAT(seen.lines, ElementsAre("begin", "table 0: 1 columns", "insert (05000000)",
                                        "insert (05000000)", "committed", "begin",
                                        "table 0: 1 columns", "insert (05000000)", "committed"));
}

TEST_F(crafted_stream, an_id_that_is_used_again_belongs_to_the_last_map) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    insert(1, true);
    map(1, "u");
    insert(1, true, "00 06000000");
    map(1, "x");
    insert(1, true, "00 07000000");
    map(2, "t");
    insert(2, true, "00 08000000");
    query("COMMIT");
    EXPECT_THAT(seen.lines, ElementsAre("begin", "table 0: 1 columns", "insert (05000000)",
                                        "table 1: 1 columns", "insert (06000000)",
                                        "table 0: 1 columns", "insert (08000000)", "committed"));
}

TEST_F(crafted_stream, names_are_compared_whole_and_by_schema) {
    feed_format();
    query("BEGIN");
    feed(event_type::table_map,
         "010000000000 0000 05" + hex_of("shop2") + "00 01" + hex_of("t") + "00 01 03 00 00");
    insert(1, true);
    map(2, "T");
    insert(2, true);
    query("COMMIT");
    EXPECT_THAT(seen.lines, ElementsAre("begin", "committed"));
}

TEST_F(crafted_stream, rows_of_another_column_count_than_the_map_are_an_error) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    EXPECT_THAT(
        error_of(event(event_type::write_rows, "010000000000 0000 0200 02 ff 00 0500000006")),
        HasSubstr("rows of 2 columns"));
}

TEST_F(crafted_stream, a_row_of_no_columns_is_one_row) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    feed(event_type::write_rows, "010000000000 0100 0200 01 00");
    EXPECT_EQ(seen.lines.back(), "insert (absent)");
    map(1, "t");
    EXPECT_THROW(feed(event_type::write_rows, "010000000000 0100 0200 01 00 11"), error);
}

TEST_F(crafted_stream, the_dummy_event_ends_its_statement) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    feed(event_type::write_rows, "ffffff000000 0100 0200 01 00");
    EXPECT_THROW(insert(1, true), error);
}

TEST_F(crafted_stream, extra_data_of_a_rows_event_is_skipped) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    feed(event_type::write_rows, "010000000000 0100 0500 010203 01 ff 00 05000000");
    EXPECT_EQ(seen.lines.back(), "insert (05000000)");
}

TEST_F(crafted_stream, events_inside_a_transaction_need_its_begin) {
    feed_format();
    EXPECT_THAT(error_of(event(event_type::xid, "0000000000000000")),
                HasSubstr("outside of a transaction"));
    EXPECT_THAT(error_of(event(event_type::write_rows, "010000000000 0000 0200 01 ff")),
                HasSubstr("outside of a transaction"));
}

TEST_F(crafted_stream, a_transaction_inside_a_transaction_is_an_error) {
    feed_format();
    query("BEGIN");
    EXPECT_THROW(query("BEGIN"), error);
    EXPECT_THROW(feed(event_type::rotate, "0400000000000000" + hex_of("log.000002")), error);
}

TEST_F(crafted_stream, a_servers_new_start_rolls_back_what_it_had_not_finished) {
    feed_format();
    query("BEGIN");
    map(1, "t");
    insert(1, true);
    feed_format(1700000000);
    EXPECT_EQ(seen.lines.back(), "rolled back");
    EXPECT_FALSE(machine.in_transaction());
    query("BEGIN");
    EXPECT_THROW(feed_format(), error) << "a file that begins in a transaction without a new start";
}

TEST_F(crafted_stream, a_reconnect_forgets_the_unfinished_transaction) {
    feed_format();
    query("BEGIN", 100);
    query("COMMIT", 200);
    query("BEGIN", 300);
    map(1, "t");
    machine.reconnected();
    EXPECT_EQ(seen.lines.back(), "reconnect");
    EXPECT_EQ(std::get<file_position>(machine.position()), (file_position{"log.000001", 200}));
    feed(event_type::rotate, "c800000000000000" + hex_of("log.000001"), 0, 0x20);
    feed_format();
    query("BEGIN", 300);
    query("COMMIT", 400);
    EXPECT_EQ(seen.boundaries.back(), "log.000001:400");
}

TEST_F(crafted_stream, queries_that_end_a_transaction_say_how) {
    feed_format();
    query("BEGIN");
    query("ROLLBACK");
    query("XA START X'61',X'',1");
    query("XA END X'61',X'',1");
    query("XA ROLLBACK X'61',X'',1");
    query("XA START X'61',X'',1");
    query("XA COMMIT X'61',X'',1 ONE PHASE");
    query("XA COMMIT X'62',X'',1");
    EXPECT_THAT(seen.lines, ElementsAre("begin", "rolled back", "begin X'61',X'',1", "rolled back",
                                        "begin X'61',X'',1", "committed", "xa commit X'62',X'',1"));
}

TEST_F(crafted_stream, a_payload_holds_only_parts_of_transactions) {
    feed_format();
    // Uncompressed; in it a heartbeat.
    const std::string inner = "01000000 1b 01000000 13000000 00000000 0000";
    EXPECT_THAT(
        error_of(event(event_type::transaction_payload, "02 03 fcff00 01 01 13 00" + inner)),
        HasSubstr("inside a transaction payload"));
}

TEST_F(crafted_stream, a_payload_that_ends_inside_an_event_is_an_error) {
    feed_format();
    const std::string inner = "01000000 02 01000000 ffffff0f 00000000 0000";
    EXPECT_THAT(
        error_of(event(event_type::transaction_payload, "02 03 fcff00 01 01 13 00" + inner)),
        HasSubstr("ends early"));
}

TEST_F(crafted_stream, bytes_that_are_not_zstds_are_an_error) {
    feed_format();
    EXPECT_THAT(error_of(event(event_type::transaction_payload, "02 01 00 01 01 04 00 01020304")),
                HasSubstr("cannot be decompressed"));
    EXPECT_THAT(error_of(event(event_type::transaction_payload, "02 01 00 01 01 04 00 28b52ffd")),
                HasSubstr("ends early"));
}

std::string compressed(const std::string& hex) {
    const bytes plain = from_hex(hex);
    std::string frame(ZSTD_compressBound(plain.size()), '\0');
    frame.resize(ZSTD_compress(frame.data(), frame.size(), plain.data(), plain.size(), 3));
    return frame;
}

TEST_F(crafted_stream, a_payload_of_several_frames_is_one_stream) {
    feed_format();
    const bytes begin =
        event(event_type::query, "00000000 00000000 00 0000 0000 00" + hex_of("BEGIN"));
    const std::string text = hex_of(wire::as_text(begin));
    const std::string frames =
        compressed(text.substr(0, 40)) + compressed("") + compressed(text.substr(40));
    feed(event_type::transaction_payload,
         "02 01 00 01 01 " + hex_of(std::string(1, static_cast<char>(frames.size()))) + "00" +
             hex_of(frames));
    EXPECT_THAT(seen.lines, ElementsAre("begin"));
}

TEST_F(crafted_stream, a_length_that_a_payload_does_not_hold_takes_no_memory) {
    feed_format();
    for (const char* length : {"ffffff3f", "ffffffff", "12000000"}) {
        const std::string frame =
            compressed("01000000 02 01000000 " + std::string(length) + "00000000 0000 1234");
        EXPECT_THROW(
            feed(event_type::transaction_payload,
                 "02 01 00 01 01 " + hex_of(std::string(1, static_cast<char>(frame.size()))) +
                     "00" + hex_of(frame)),
            error)
            << length;
    }
}

TEST_F(crafted_stream, what_the_handler_throws_is_not_changed) {
    class throwing final : public stream_handler {
      public:
        void on_begin(const std::optional<std::string>&) override { throw error("no room"); }
        void on_table(const table_shape&) override {}
        void on_row(const row_change&) override {}
        void on_statement(const statement&) override {}
        void on_end(ending) override {}
        void on_xa_commit(const std::string&) override {}
        void on_xa_rollback(const std::string&) override {}
        void on_boundary(const stream_position&) override {}
        void on_reconnect() override {}
    } handler;
    event_machine thrown({}, file_position{"log.000001", 4}, handler);
    thrown.handle(recorded_events("no_checksum")[0]);
    const bytes begin =
        event(event_type::query, "00000000 00000000 00 0000 0000 00" + hex_of("BEGIN"));
    try {
        thrown.handle(begin);
        FAIL();
    } catch (const error& e) {
        EXPECT_STREQ(e.what(), "no room");
    }
}

}  // namespace
}  // namespace segue::binlog::test
