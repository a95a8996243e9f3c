#include "src/tables/saved_state.hpp"

#include "src/base/error.hpp"

#include <gtest/gtest.h>

namespace segue::tables {
namespace {

keys::key_value bytes(std::string_view of) {
    return {std::string(of)};
}

TEST(saved_state, a_chunk_is_its_range_in_hexadecimal_and_its_rows) {
    const chunk_progress written{
        .chunk = 7,
        .done = {.after = std::nullopt, .up_to = bytes(std::string_view("\0\x7F\xFFz", 4))},
        .rows = 12};
    EXPECT_EQ(text_of(written), R"({"after":null,"rows":12,"up_to":"007FFF7A"})");
    const auto read = chunk_in(7, text_of(written));
    EXPECT_EQ(read.chunk, 7U);
    EXPECT_EQ(read.done, written.done);
    EXPECT_EQ(read.rows, 12U);
}

TEST(saved_state, an_empty_key_is_no_open_end) {
    const chunk_progress written{.done = {.after = bytes(""), .up_to = std::nullopt}};
    const auto read = chunk_in(0, text_of(written));
    EXPECT_EQ(read.done.after, bytes(""));
    EXPECT_FALSE(read.done.up_to.has_value());
}

TEST(saved_state, a_watermark_is_read_as_it_was_written) {
    const watermark read =
        watermark_in(text_of(watermark{.chunks_below = 9, .up_to = bytes("\x80"), .rows = 1'000}));
    EXPECT_EQ(read.chunks_below, 9U);
    EXPECT_EQ(read.up_to, bytes("\x80"));
    EXPECT_EQ(read.rows, 1'000U);
}

TEST(saved_state, a_resume_point_is_a_set_of_gtids_or_an_offset_in_a_file) {
    const std::string uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    const resume_point by_gtids{.position = binlog::gtid_set::parse(uuid + ":1-5:9"),
                                .server_uuid = uuid,
                                .settled_xa = {"X'61',X'',1", "X'62',X'63',2"}};
    const auto read = resume_point_in(text_of(by_gtids));
    EXPECT_EQ(read.position, by_gtids.position);
    EXPECT_EQ(read.server_uuid, uuid);
    EXPECT_EQ(read.settled_xa, by_gtids.settled_xa);

    const resume_point by_file{
        .position = binlog::file_position{.file = "binlog.000003", .offset = 4'567},
        .server_uuid = uuid,
        .settled_xa = {}};
    EXPECT_EQ(resume_point_in(text_of(by_file)).position, by_file.position);
}

TEST(saved_state, a_resume_point_tells_by_what_the_log_is_known_there) {
    const std::string uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    resume_point point{
        .position = binlog::gtid_set::parse(uuid + ":1-9"), .server_uuid = uuid, .settled_xa = {}};
    EXPECT_EQ(resume_point_in(text_of(point)).mark, std::nullopt);
    for (const std::string& last : {uuid + ":9", uuid + ":some_tag:9"}) {
        const auto single = binlog::gtid_set::parse(last).single();
        ASSERT_TRUE(single);
        point.mark = {.source = single->first, .number = 9, .moment = 1'764'320'000'123'456};
        EXPECT_EQ(resume_point_in(text_of(point)).mark, point.mark);
    }
    point.position = binlog::file_position{.file = "binlog.000004", .offset = 4};
    point.mark = {.file = "binlog.000003", .moment = 1'764'320'000};
    EXPECT_EQ(resume_point_in(text_of(point)).mark, point.mark);
    EXPECT_FALSE(binlog::gtid_set::parse(uuid + ":1-2").single());
    EXPECT_FALSE(binlog::gtid_set::parse(uuid + ":1," + uuid + ":a:1").single());
    EXPECT_THROW(
        resume_point_in(
            R"({"server":"u","settled_xa":[],"gtids":"u:1","moment":1,"last_gtid":"no set"})"),
        error);
}

TEST(saved_state, the_end_of_a_copy_may_be_open) {
    EXPECT_EQ(extent_in(text_of(copy_extent{.end = bytes("a")})).end, bytes("a"));
    EXPECT_FALSE(extent_in(text_of(copy_extent{})).end.has_value());
}

TEST(saved_state, evicted_rows_are_a_list_of_keys) {
    const std::vector<keys::key_value> keys = {bytes("\x80\x01"), bytes("")};
    EXPECT_EQ(text_of(keys), R"({"keys":["8001",""]})");
    EXPECT_EQ(evicted_in(text_of(keys)), keys);
}

TEST(saved_state, how_far_a_verification_is_is_read_as_it_was_written) {
    const verified_point written{.so_far = {.up_to = bytes("\x80\x01"),
                                            .done = true,
                                            .rows = 1,
                                            .rows_in_target = 2,
                                            .ranges = 3,
                                            .skipped = 4,
                                            .ranges_looked_into = 5,
                                            .changed_meanwhile = 6},
                                 .percent = 7,
                                 .seed = 1ULL << 40U,
                                 .server = {.server_uuid = "3e11fa47", .up_since = "1700000000"}};
    EXPECT_EQ(verified_in(text_of(written)), written);
    EXPECT_EQ(verified_in(text_of(verified_point{})), verified_point{});
    std::string other = text_of(written);
    EXPECT_THROW(verified_in(other.replace(other.find("7,"), 1, "101")), error);
    EXPECT_THROW(verified_in("{}"), error);
}

TEST(saved_state, what_is_not_of_the_format_is_an_error_and_never_misread) {
    for (const char* const text :
         {"", "after 1 up to 2, 3 rows", "[]", "{}", R"({"after":null,"up_to":null})",
          R"({"after":null,"up_to":null,"rows":-1})", R"({"after":null,"up_to":null,"rows":"1"})",
          R"({"after":null,"up_to":"0","rows":1})", R"({"after":null,"up_to":"0g","rows":1})",
          R"({"after":null,"up_to":7,"rows":1})"}) {
        SCOPED_TRACE(text);
        EXPECT_THROW(chunk_in(1, text), error);
        EXPECT_THROW(watermark_in(text), error);
    }
    EXPECT_THROW(resume_point_in(R"({"server":"u","settled_xa":[]})"), error);
    EXPECT_THROW(resume_point_in(R"({"server":"u","settled_xa":[1],"gtids":"u:1"})"), error);
    EXPECT_THROW(resume_point_in(R"({"server":"u","settled_xa":[],"gtids":""})"), error)
        << "all that ever was would be read";
    EXPECT_THROW(resume_point_in(R"({"server":"u","settled_xa":[],"gtids":"no set"})"), error);
    EXPECT_THROW(resume_point_in(R"({"server":"u","settled_xa":[],"file":"f","offset":"4"})"),
                 error);
    EXPECT_THROW(extent_in("{}"), error);
    for (const char* const text :
         {"{}", R"({"keys":"80"})", R"({"keys":[null]})", R"({"keys":["8"]})", R"({"keys":{}})"}) {
        SCOPED_TRACE(text);
        EXPECT_THROW(evicted_in(text), error);
    }
}

}  // namespace
}  // namespace segue::tables
