#include "binlog/event_machine.hpp"

#include "src/base/error.hpp"
#include "tests/unit/binlog/recorded.hpp"

#include <algorithm>
#include <zstd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::binlog::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using lines = std::vector<std::string>;

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

TEST(event_machine, rows_of_the_subscribed_table_only_are_handed_out) {
    EXPECT_THAT(
        run("many_events", {0}).lines,
        ElementsAre("begin", "table 0: 2 columns", "insert (01000000)", "insert (02000000)",
                    "insert (03000000)", "insert (04000000)", "insert (05000000)",
                    "insert (06000000)", "insert (07000000)", "insert (08000000)",
                    "insert (09000000)", "insert (0a000000)", "insert (0b000000)",
                    "insert (0c000000)", "insert (0d000000)", "insert (0e000000)",
                    "insert (0f000000)", "insert (10000000)", "update (01000000) -> (01000000)",
                    "update (02000000) -> (02000000)", "update (03000000) -> (03000000)",
                    "delete (09000000)", "delete (0a000000)", "delete (0b000000)",
                    "delete (0c000000)", "delete (0d000000)", "delete (0e000000)",
                    "delete (0f000000)", "delete (10000000)", "committed"));
}

TEST(event_machine, columns_come_in_the_subscriptions_order) {
    const auto seen = run("all_types", {35, 0, 5}).lines;
    EXPECT_EQ(seen[2], "insert (4d000000, 01000000, 0000c03f)");
    EXPECT_THAT(seen, ::testing::Contains("update (4e000000, 02000000, NULL) -> "
                                          "(58000000, 0c000000, NULL)"));
}

TEST(event_machine, minimal_images_are_overlaid_on_what_was_before) {
    EXPECT_THAT(
        run("minimal", {0, 1, 4}).lines,
        ElementsAre(
            "begin", "table 0: 5 columns", "insert (01000000, absent, 0a000000)",
            "insert (02000000, absent, 14000000)", "committed",  //
            "begin", "table 0: 5 columns",
            "update (01000000, absent, absent) -> (01000000, 6368616e676564, NULL)",
            "committed",  //
            "begin", "table 0: 5 columns",
            "update (02000000, absent, absent) -> (03000000, absent, absent)",
            "committed",  //
            "begin", "table 0: 5 columns", "delete (03000000, absent, absent)",
            "committed",  //
            // NOBLOB from here
            "begin", "table 0: 5 columns", "insert (04000000, NULL, NULL)", "committed", "begin",
            "table 0: 5 columns", "update (04000000, NULL, NULL) -> (04000000, 6e6f626c6f62, NULL)",
            "committed",  //
            "begin", "table 0: 5 columns",
            "update (04000000, 6e6f626c6f62, NULL) -> (05000000, 6e6f626c6f62, NULL)",
            "committed",  //
            "begin", "table 0: 5 columns", "delete (05000000, 6e6f626c6f62, NULL)", "committed"));
}

TEST(event_machine, compressed_transactions_are_like_others) {
    const std::string xid = "X'636f6d70726573736564',X'62',7";
    EXPECT_THAT(run("compressed", {0}).lines,
                ElementsAre("begin", "table 0: 2 columns", "insert (01000000)", "insert (02000000)",
                            "update (01000000) -> (01000000)",
                            "committed",           //
                            "begin", "committed",  // of another table
                            "begin " + xid, "table 0: 2 columns", "insert (03000000)", "prepared",
                            "xa commit " + xid,  //
                            "begin", "table 0: 2 columns", "delete (01000000)", "delete (02000000)",
                            "delete (03000000)", "committed"));
}

TEST(event_machine, a_row_larger_than_the_buffer_is_read_from_a_payload) {
    transcript seen;
    event_machine machine({{"shop", "u", {0, 1}}}, gtid_set{}, seen);
    for (const bytes& event : recorded_events("compressed")) machine.handle(event);
    std::vector<std::size_t> sizes;
    for (const auto& line : seen.lines)
        if (line.starts_with("insert")) sizes.push_back(line.size());
    const std::size_t frame = std::string("insert (01000000, )").size();
    EXPECT_THAT(sizes, ElementsAre(frame + 2 * 240'000, frame + 2 * 280'000,
                                   frame + 2 * std::string("nothing of t").size()));
}

TEST(event_machine, xa_rows_stand_between_start_and_prepare_and_end_by_their_xid) {
    EXPECT_THAT(
        run("xa", {0}).lines,
        ElementsAre("begin X'636f6d6d697473',X'',1", "table 0: 2 columns", "insert (01000000)",
                    "prepared", "xa commit X'636f6d6d697473',X'',1", "begin X'00ff',X'27',99",
                    "table 0: 2 columns", "insert (02000000)", "prepared",
                    "xa rollback X'00ff',X'27',99", "begin X'6f6e65207068617365',X'',1",
                    "table 0: 2 columns", "insert (03000000)", "committed", "begin",
                    "table 0: 2 columns", "insert (04000000)", "committed"));
}

TEST(event_machine, an_xa_transaction_has_one_gtid_to_its_prepare_and_one_for_its_end) {
    const auto boundaries = run("xa", {0}).boundaries;
    const std::string server = boundaries.back().substr(0, 36);
    EXPECT_THAT(boundaries,
                ElementsAre("", "", server + ":4", server + ":4-5", server + ":4-6",
                            server + ":4-7", server + ":4-8", server + ":4-9", server + ":4-9"));
}

TEST(event_machine, statements_are_handed_out_with_the_schemas_they_update) {
    auto seen = run("statements", {0}).lines;
    std::erase_if(seen, [](const std::string& line) {
        return !line.starts_with("definition") && !line.starts_with("data change");
    });
    for (auto& line : seen) line = line.substr(0, 72);
    EXPECT_THAT(
        seen,
        ElementsAre("data change in shop [shop]: INSERT INTO t (a) VALUES (@a := 'first')",
                    "data change in other [shop,other]: UPDATE shop.t, o SET t.a = 'second' W",
                    "data change in other [other]: INSERT INTO o VALUES (RAND() * 1000)",
                    "data change in shop [shop]: LOAD DATA LOCAL INFILE 'load.txt' IGNORE INT",
                    "definition in shop [unknown]: CREATE TABLE `copied` (\n  `id` int NOT NUL",
                    "definition in shop [shop]: /* comment */ ALTER TABLE t ADD COLUMN b INT ",
                    "definition in shop [unknown]: TRUNCATE TABLE t",
                    "definition in shop [shop]: RENAME TABLE copied TO copied2",
                    "definition in shop [unknown]: ANALYZE TABLE t",
                    "definition in shop [shop,mysql]: GRANT SELECT ON `shop`.* TO 'root'@'loc",
                    "definition in shop [shop,other]: DROP TABLE `t`,`other`.`o` /* generated"));
}

TEST(event_machine, a_definition_is_a_transaction_of_its_own_and_the_shape_is_new_behind_it) {
    const auto seen = run("statements", {0}).lines;
    const auto at = std::find_if(seen.begin(), seen.end(), [](const std::string& line) {
        return line.find("ALTER TABLE") != std::string::npos;
    });
    ASSERT_NE(at, seen.end());
    EXPECT_EQ(*(at - 1), "committed");
    EXPECT_EQ(*(at + 1), "begin");
    EXPECT_EQ(*(at + 2), "table 0: 3 columns");
}

TEST(event_machine, rows_taken_back_to_a_savepoint_are_not_in_the_log) {
    const auto seen = run("statements", {1}).lines;
    const auto last = std::vector<std::string>(seen.end() - 5, seen.end() - 1);
    EXPECT_THAT(last, ElementsAre("begin", "table 0: 3 columns", "insert (01000000)", "committed"));
}

TEST(event_machine, rows_of_version_one_are_read) {
    EXPECT_THAT(run("rows_v1", {0, 1}).lines,
                ElementsAre("begin", "table 0: 3 columns", "insert (01000000, 61)",
                            "insert (02000000, 62)", "committed", "begin", "table 0: 3 columns",
                            "update (02000000, 62) -> (03000000, 63)", "committed", "begin",
                            "table 0: 3 columns", "delete (01000000, 61)", "delete (03000000, 63)",
                            "committed", "begin X'78',X'',1", "table 0: 3 columns",
                            "insert (04000000, 61)", "prepared", "xa rollback X'78',X'',1"));
}

TEST(event_machine, virtual_and_invisible_columns_count_and_those_of_functional_indexes_do_not) {
    for (const char* recording : {"hidden_columns", "hidden_columns_8_0"}) {
        const auto seen = run(recording, {0, 1, 2, 3, 5}).lines;
        EXPECT_EQ(seen[1], "table 0: 6 columns");
        EXPECT_EQ(seen[2], "insert (01000000, 02000000, 03000000, 03000000, 64000000)");
    }
}

TEST(event_machine, a_generated_invisible_primary_key_is_the_first_column) {
    transcript seen;
    event_machine machine({{"shop", "g", {0, 1}}}, gtid_set{}, seen);
    for (const bytes& event : recorded_events("hidden_columns")) machine.handle(event);
    EXPECT_THAT(seen.lines, ::testing::Contains("insert (0100000000000000, 2a000000)"));
}

TEST(event_machine, cascades_of_foreign_keys_are_rows_of_the_child_in_new_servers) {
    EXPECT_THAT(
        run("cascades", {0, 1}).lines,
        ElementsAre("begin", "table 0: 2 columns",
                    "update (0a000000, 01000000) -> (0a000000, 03000000)", "committed", "begin",
                    "table 0: 2 columns", "delete (14000000, 02000000)", "committed"));
}

TEST(event_machine, tagged_gtids_are_part_of_the_position) {
    const auto boundaries = run("tagged", {0}).boundaries;
    const std::string server = boundaries.back().substr(0, 36);
    EXPECT_EQ(boundaries.back(), server +
                                     ":4:some_tag:1,aaaaaaaa-ff7f-80aa-bbbb-0123456789ab:"
                                     "long_tag_0123456789:1234567890123456789");
}

TEST(event_machine, without_gtids_positions_are_offsets_behind_transactions) {
    const auto result = run("anonymous", {0}, file_position{"binlog.000002", 4});
    const auto events = recorded_events("anonymous");
    lines expected;
    std::size_t end = 4;
    for (const bytes& event : events) {
        end += event.size();
        const auto type = decode_header(event).type;
        const auto text = wire::as_text(event);
        const bool ends = type == event_type::xid || text.find("COMMIT") != std::string::npos ||
                          text.find("CREATE INDEX") != std::string::npos ||
                          type == event_type::format_description ||
                          type == event_type::previous_gtids;
        if (ends) expected.push_back("binlog.000002:" + std::to_string(end));
    }
    expected.push_back("binlog.000003:4");
    EXPECT_THAT(result.boundaries, ElementsAreArray(expected));
}

TEST(event_machine, anonymous_transactions_cannot_be_counted_in_gtids) {
    EXPECT_THROW(run("anonymous", {0}), error);
}

TEST(event_machine, file_positions_work_in_a_log_with_gtids) {
    EXPECT_EQ(run("xa", {0}, file_position{"binlog.000002", 4}).boundaries.back(),
              "binlog.000003:4");
}

TEST(event_machine, a_damaged_event_is_an_error_that_names_file_position_and_type) {
    const auto events = recorded_events("xa");
    for (std::size_t damaged = 0; damaged < events.size(); ++damaged) {
        transcript seen;
        event_machine machine({{"shop", "t", {0}}}, file_position{"binlog.000002", 4}, seen);
        for (std::size_t i = 0; i < damaged; ++i) machine.handle(events[i]);
        bytes event = events[damaged];
        event[event.size() - 6] ^= std::byte{1};
        try {
            machine.handle(event);
            FAIL() << "accepted";
        } catch (const error& e) {
            const auto header = decode_header(event);
            EXPECT_THAT(e.what(), HasSubstr("binlog.000002"));
            EXPECT_THAT(e.what(), HasSubstr(std::string(name_of(header.type))));
            EXPECT_THAT(e.what(), HasSubstr(std::to_string(header.end_position)));
        }
    }
}

bool is_rows_event(event_type type) {
    switch (type) {
        case event_type::write_rows_v1:
        case event_type::update_rows_v1:
        case event_type::delete_rows_v1:
        case event_type::write_rows:
        case event_type::update_rows:
        case event_type::delete_rows:
        case event_type::partial_update_rows:
            return true;
        default:
            return false;
    }
}

// Every recorded event, cut off at every length: an error, or fewer calls, never a wild read (which
// the address sanitizer would see: each copy has a heap block of its exact size).
class cut_off : public ::testing::TestWithParam<const char*> {};

TEST_P(cut_off, an_event_cut_off_anywhere_is_an_error_or_says_less) {
    const auto events = recorded_events(GetParam());
    const bool checksums = decode_format_description(events[0]).checksums;
    const stream_position from = std::string(GetParam()) == "anonymous"
                                     ? stream_position(file_position{"binlog.000002", 4})
                                     : stream_position(gtid_set{});
    std::vector<unsigned> columns{0, 1, 2};
    const auto replay = [&](std::size_t count, transcript& seen) {
        auto machine = std::make_unique<event_machine>(
            std::vector<table_subscription>{{"shop", "t", columns}}, from, seen);
        for (std::size_t i = 0; i < count; ++i) machine->handle(events[i]);
        return machine;
    };
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto type = decode_header(events[i]).type;
        const std::size_t whole = events[i].size() - (checksums ? checksum_size : 0);
        transcript complete;
        replay(i + 1, complete);
        // Large events in full detail at both ends only.
        for (std::size_t size = 0; size < whole;
             size += (size > 200 && size + 200 < whole ? 7 : 1)) {
            transcript seen;
            const auto machine = replay(i, seen);
            const std::size_t before = seen.lines.size();
            const bytes cut = shortened(events[i], size, checksums);
            const bytes exact(cut.begin(), cut.end());
            try {
                machine->handle(exact);
            } catch (const error&) {
                continue;
            }
            ASSERT_GE(size, event_header::size);
            ASSERT_NE(type, event_type::transaction_payload) << size;
            ASSERT_NE(type, event_type::gtid_tagged) << "cut off at " << size << " of " << whole;
            const bool says_nothing = complete.lines.size() == before;
            if (is_rows_event(type)) {
                ASSERT_TRUE(says_nothing || seen.lines.size() < complete.lines.size())
                    << name_of(type) << " cut off at " << size << " of " << whole;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(recordings, cut_off,
                         ::testing::Values("minimal", "compressed", "xa", "partial_json",
                                           "statements", "tagged", "hidden_columns", "rows_v1",
                                           "no_checksum", "anonymous", "all_types"),
                         [](const auto& each) { return std::string(each.param); });

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

TEST(event_machine, a_table_or_a_column_is_subscribed_once) {
    transcript seen;
    EXPECT_THROW(event_machine({{"s", "t", {0}}, {"s", "t", {1}}}, gtid_set{}, seen),
                 broken_invariant);
    EXPECT_THROW(event_machine({{"s", "t", {0, 1, 0}}}, gtid_set{}, seen), broken_invariant);
}

}  // namespace
}  // namespace segue::binlog::test
