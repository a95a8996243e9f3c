#include "binlog/dump_command.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_writer.hpp"
#include "src/wire/protocol.hpp"

#include <limits>

#include <fmt/format.h>

namespace segue::binlog {
namespace {

constexpr std::uint16_t through_gtid = 0x04;  // the GTID set counts, not file and offset
constexpr std::uint64_t first_event_offset = 4;

std::uint8_t number(wire::command command) {
    return static_cast<std::uint8_t>(command);
}

std::vector<std::byte> dump_of(std::uint32_t server_id, const gtid_set& set) {
    const auto encoded = set.encoded();
    wire::byte_writer out;
    out.u8(number(wire::command::binlog_dump_gtid)).u16(through_gtid).u32(server_id);
    out.u32(0).u64(first_event_offset);  // no file name
    out.u32(static_cast<std::uint32_t>(encoded.size())).bytes(encoded);
    return out.take();
}

std::vector<std::byte> dump_of(std::uint32_t server_id, const file_position& at) {
    if (at.offset > std::numeric_limits<std::uint32_t>::max())
        throw error(
            fmt::format("the stream cannot be asked for from {} offset {}: the protocol has "
                        "no offsets beyond 4 GB. Use a server with gtid_mode=ON, or begin "
                        "again behind that transaction",
                        at.file, at.offset));
    wire::byte_writer out;
    out.u8(number(wire::command::binlog_dump)).u32(static_cast<std::uint32_t>(at.offset));
    out.u16(0).u32(server_id).text(at.file);
    return out.take();
}

}  // namespace

std::vector<std::byte> register_command(std::uint32_t server_id) {
    wire::byte_writer out;
    out.u8(number(wire::command::register_replica)).u32(server_id);
    out.u8(0).u8(0).u8(0);     // host, user and password, each with its length
    out.u16(0).u32(0).u32(0);  // port, recovery rank, source id
    return out.take();
}

std::vector<std::byte> dump_command(std::uint32_t server_id, const stream_position& from) {
    return std::visit([&](const auto& at) { return dump_of(server_id, at); }, from);
}

}  // namespace segue::binlog
