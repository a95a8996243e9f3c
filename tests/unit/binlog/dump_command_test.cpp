#include "binlog/dump_command.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue::binlog {
namespace {

using namespace std::string_literals;

TEST(dump_command, of_a_file_position_holds_offset_server_id_and_file) {
    const auto sent = dump_command(0x01020304, file_position{"binlog.000007", 0x11223344});
    EXPECT_EQ(wire::as_text(sent),
              "\x12\x44\x33\x22\x11\x00\x00\x04\x03\x02\x01"s + "binlog.000007");
}

TEST(dump_command, of_an_offset_beyond_4_gigabytes_is_refused) {
    EXPECT_NO_THROW(dump_command(1, file_position{"b", 0xFFFFFFFF}));
    EXPECT_THROW(dump_command(1, file_position{"b", 0x1'0000'0000}), error);
}

TEST(dump_command, of_a_gtid_set_holds_the_encoded_set_and_no_file) {
    const auto set = gtid_set::parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:8");
    const auto encoded = set.encoded();
    const auto sent = dump_command(7, set);
    wire::byte_reader reader(sent, "command");
    EXPECT_EQ(reader.u8("command"), 0x1E);
    EXPECT_EQ(reader.u16("flags"), 4);
    EXPECT_EQ(reader.u32("server id"), 7U);
    EXPECT_EQ(reader.u32("length of the name"), 0U);
    EXPECT_EQ(reader.u64("offset"), 4U);
    EXPECT_EQ(reader.u32("length of the set"), encoded.size());
    EXPECT_EQ(wire::as_text(reader.rest()), wire::as_text(encoded));
}

TEST(dump_command, of_an_empty_gtid_set_asks_for_everything) {
    EXPECT_EQ(dump_command(7, gtid_set{}).size(), 1U + 2 + 4 + 4 + 8 + 4 + 8);
}

TEST(dump_command, registers_without_a_host) {
    EXPECT_EQ(wire::as_text(register_command(9)),
              "\x15\x09\x00\x00\x00"s + std::string(3 + 2 + 4 + 4, '\0'));
}

}  // namespace
}  // namespace segue::binlog
