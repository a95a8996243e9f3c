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

// What is written down of the same log, with who wrote the table alone.
class writers_of_a_table final : public stream_handler {
  public:
    void on_begin(const std::optional<std::string>&) override {}
    void on_table(const table_shape&) override { ADD_FAILURE() << "its rows are not wanted"; }
    void on_row(const row_change&) override { ADD_FAILURE() << "its rows are not wanted"; }
    void on_written(std::size_t subscription, std::uint64_t connection) override {
        EXPECT_EQ(subscription, 0U);
        connections.push_back(connection);
    }
    void on_statement(const statement&) override {}
    void on_end(ending) override {}
    void on_xa_commit(const std::string&) override {}
    void on_xa_rollback(const std::string&) override {}
    void on_boundary(const stream_position&) override {}
    void on_reconnect() override {}

    std::vector<std::uint64_t> connections;
};

TEST(event_machine, who_writes_a_table_is_told_once_for_each_transaction) {
    for (const char* const recording : {"compressed", "all_types", "xa"}) {
        SCOPED_TRACE(recording);
        const auto told = run(recording, {0}).lines;
        const auto writes = std::ranges::count_if(
            told, [](const std::string& line) { return line.starts_with("table 0"); });
        writers_of_a_table seen;
        event_machine machine(
            {{.schema = "shop", .table = "t", .columns = {}, .only_who_writes = true}}, gtid_set{},
            seen);
        for (const bytes& event : recorded_events(recording)) machine.handle(event);
        ASSERT_EQ(seen.connections.size(), static_cast<std::size_t>(writes));
        EXPECT_GT(writes, 0);
        // The files were recorded by one session.
        EXPECT_THAT(seen.connections, testing::Each(seen.connections.front()));
        EXPECT_NE(seen.connections.front(), 0U);
    }
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

TEST(event_machine, a_table_or_a_column_is_subscribed_once) {
    transcript seen;
    EXPECT_THROW(event_machine({{"s", "t", {0}}, {"s", "t", {1}}}, gtid_set{}, seen),
                 broken_invariant);
    EXPECT_THROW(event_machine({{"s", "t", {0, 1, 0}}}, gtid_set{}, seen), broken_invariant);
}

}  // namespace
}  // namespace segue::binlog::test
