#pragma once

#include "binlog/gtid_set.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Decoders of single events of a binary log of format version 4, MySQL 8.0 to 9.7.
/// All are pure functions over the bytes of one event. What they return points into those bytes.
/// Errors: segue::error for an event that ends early or cannot be; the caller adds where it stood.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_replication_binlog_event.html
namespace segue::binlog {

/// The types of events, by the numbers that the header of one has.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/namespacemysql_1_1binlog_1_1event.html
enum class event_type : std::uint8_t {
    query = 2,
    stop = 3,
    rotate = 4,
    intvar = 5,
    append_block = 9,
    delete_file = 11,
    rand = 13,
    user_var = 14,
    format_description = 15,
    xid = 16,
    begin_load_query = 17,
    execute_load_query = 18,
    table_map = 19,
    write_rows_v1 = 23,
    update_rows_v1 = 24,
    delete_rows_v1 = 25,
    incident = 26,
    heartbeat = 27,
    ignorable = 28,
    rows_query = 29,
    write_rows = 30,
    update_rows = 31,
    delete_rows = 32,
    gtid = 33,
    anonymous_gtid = 34,
    previous_gtids = 35,
    transaction_context = 36,
    view_change = 37,
    xa_prepare = 38,
    partial_update_rows = 39,
    transaction_payload = 40,
    heartbeat_v2 = 41,
    gtid_tagged = 42
};

/// The name of a type in MySQL's manual, "TABLE_MAP"; "unknown event" for a number without one.
std::string_view name_of(event_type type);

struct event_header {
    static constexpr std::size_t size = 19;  ///< Bytes.

    std::uint32_t timestamp = 0;  ///< Seconds since 1970.
    event_type type{};
    std::uint32_t server_id = 0;
    std::uint32_t length = 0;        ///< Of the whole event, with header and checksum, in bytes.
    std::uint32_t end_position = 0;  ///< In its file, modulo 2^32; 0: not from the file.
    std::uint16_t flags = 0;

    /// LOG_EVENT_BINLOG_IN_USE_F: the file was not closed.
    bool binlog_in_use() const { return (flags & 0x01U) != 0; }
    /// LOG_EVENT_ARTIFICIAL_F: made by the dump, and not in the file.
    bool artificial() const { return (flags & 0x20U) != 0; }
    /// LOG_EVENT_IGNORABLE_F: who does not know the type may pass it over.
    bool ignorable() const { return (flags & 0x80U) != 0; }
};

event_header decode_header(std::span<const std::byte> event);

/// Whether the last four bytes of `event` are the CRC-32 of those before.
bool crc32_matches(std::span<const std::byte> event);
constexpr std::size_t checksum_size = 4;  ///< Bytes.

struct format_description {
    std::string server_version;
    std::uint32_t created = 0;                      ///< Not 0: the server started with this file.
    bool checksums = false;                         ///< Each following event ends with a CRC-32.
    std::vector<std::uint8_t> post_header_lengths;  ///< By type number - 1.

    std::optional<std::size_t> post_header_length(event_type type) const;
};
/// Decodes the whole event, with its header: its own checksum is told by itself, and verified here
/// when it is in use. Throws when an event that Segue decodes has an unfamiliar post-header.
format_description decode_format_description(std::span<const std::byte> event);

struct rotate_event {
    std::uint64_t offset = 0;
    std::string_view next_file;
};
rotate_event decode_rotate(std::span<const std::byte> body);

struct query_event {
    std::uint32_t connection = 0;  ///< pseudo_thread_id of the session: its connection's id.
    std::string_view default_schema;
    std::string_view text;
    std::span<const std::byte> status;  ///< The status variables.
};
/// `post_header_length` is that of the format description for QUERY or EXECUTE_LOAD_QUERY.
query_event decode_query(std::span<const std::byte> body, std::size_t post_header_length);

/// The databases that a statement updates; nullopt when the event does not tell, tells that there
/// were too many, names one with an empty name (the server's sign for "any"), or holds a status
/// variable before them that is not known.
std::optional<std::vector<std::string>> updated_schemas(const query_event& query);

/// How the session that ran the statement read its text; nullopt: the event does not tell, or holds
/// a status variable before it that is not known.
struct text_settings {
    std::optional<std::uint64_t> sql_mode;          ///< The server's bits.
    std::optional<std::uint16_t> client_collation;  ///< character_set_client, by a collation's id.
};
text_settings text_settings_of(const query_event& query);

struct gtid_event {
    gtid_source source;
    std::uint64_t number = 0;
    /// When it was committed on the server that it comes from, in microseconds since 1970; 0: the
    /// event does not tell.
    std::uint64_t committed = 0;
};
gtid_event decode_gtid(std::span<const std::byte> body);
/// Decodes a GTID_TAGGED event, which has a format of its own: numbered fields of varying length.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/PageLibsMysqlSerialization.html
gtid_event decode_gtid_tagged(std::span<const std::byte> body);

struct table_map_event {
    std::uint64_t table_id = 0;
    std::string_view schema;
    std::string_view table;
    std::span<const std::uint8_t> column_types;
    std::span<const std::byte> metadata;  ///< Of all columns, one after the other.
};
/// Optional metadata after the null bits is not looked at.
table_map_event decode_table_map(std::span<const std::byte> body);

struct rows_event {
    std::uint64_t table_id = 0;
    bool ends_statement = false;
    std::uint64_t column_count = 0;
    std::span<const std::byte> before_columns;  ///< Bitmap; of the only image if there is one.
    std::span<const std::byte> after_columns;   ///< Bitmap; updates only.
    std::span<const std::byte> rows;
};
/// Decodes only the table's id and the flags, which is all that is needed to pass an event over.
rows_event decode_rows_start(std::span<const std::byte> body);
rows_event decode_rows(event_type type, std::span<const std::byte> body);

/// The table id of a rows event that only ends its statement.
constexpr std::uint64_t dummy_table_id = 0xff'ffff;

struct xa_prepare_event {
    bool one_phase = false;  ///< Committed at once.
    std::string xid;         ///< X'gtrid',X'bqual',formatID
};
xa_prepare_event decode_xa_prepare(std::span<const std::byte> body);

struct transaction_payload_event {
    enum class compression { zstd, none };
    compression how = compression::none;
    std::span<const std::byte> payload;
};
transaction_payload_event decode_transaction_payload(std::span<const std::byte> body);

/// What the server says of events that it lost.
std::string decode_incident(std::span<const std::byte> body);

}  // namespace segue::binlog
