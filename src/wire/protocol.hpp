#pragma once

#include <cstdint>

/// Numbers of the client/server protocol.
namespace segue::wire {

/// What client and server can do, as they tell each other at the login.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html
enum capability : std::uint32_t {
    client_long_password = 1U << 0,
    client_long_flag = 1U << 2,
    client_protocol_41 = 1U << 9,
    client_ssl = 1U << 11,
    client_transactions = 1U << 13,
    client_secure_connection = 1U << 15,
    client_plugin_auth = 1U << 19,
    client_connect_attrs = 1U << 20,
    client_plugin_auth_lenenc_data = 1U << 21
};

/// The first byte of a command's packet.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html
enum class command : std::uint8_t {
    quit = 0x01,
    query = 0x03,
    binlog_dump = 0x12,
    register_replica = 0x15,
    binlog_dump_gtid = 0x1E
};

/// The id of utf8mb4_general_ci, which every supported server has.
inline constexpr std::uint8_t utf8mb4_collation = 45;

}  // namespace segue::wire
