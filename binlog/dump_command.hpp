#pragma once

#include "binlog/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

/// The payloads of the commands by which a replica asks for the stream.
namespace segue::binlog {

/// Makes this client known to SHOW REPLICAS. Host and port stay empty: nobody is to connect to us.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_register_replica.html
std::vector<std::byte> register_command(std::uint32_t server_id);

/// The stream from `from` on, without end: COM_BINLOG_DUMP_GTID for all but the transactions of a
/// GTID set, COM_BINLOG_DUMP for a place in a file.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_binlog_dump_gtid.html
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_binlog_dump.html
/// Errors: segue::error for an offset beyond 4 GB, which the command has no room for.
std::vector<std::byte> dump_command(std::uint32_t server_id, const stream_position& from);

}  // namespace segue::binlog
