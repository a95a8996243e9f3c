#include "binlog/events.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"

#include <algorithm>
#include <bit>
#include <zlib.h>

#include <fmt/format.h>

namespace segue::binlog {

namespace {

using wire::byte_reader;

constexpr std::size_t query_post_header = 13;
constexpr std::size_t execute_load_query_post_header = query_post_header + 13;

bool checksum_holds(std::span<const std::byte> event, bool without_in_use_flag) {
    if (event.size() < event_header::size + checksum_size) return false;
    constexpr std::size_t flags_at = 17;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(event.data());
    const std::size_t covered = event.size() - checksum_size;
    uLong crc = 0;
    std::size_t done = 0;
    if (without_in_use_flag) {
        const auto flags = static_cast<unsigned char>(bytes[flags_at] & 0xfeU);
        crc = crc32_z(crc32_z(0, bytes, flags_at), &flags, 1);
        done = flags_at + 1;
    }
    crc = crc32_z(crc, bytes + done, covered - done);
    const auto stored = byte_reader(event.last(checksum_size), "checksum").u32("CRC-32");
    return stored == static_cast<std::uint32_t>(crc);
}

/// The integers of the tagged GTID event: as many further bytes as the first one has trailing ones.
std::uint64_t read_varlen(byte_reader& in, std::string_view field) {
    const std::uint8_t first = in.u8(field);
    const auto more = static_cast<unsigned>(std::countr_one(first));
    std::uint64_t rest = 0;
    const auto bytes = in.bytes(more, field);
    for (unsigned i = 0; i < more; ++i) rest |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
    if (more >= 7) return rest;  // the first byte holds no bit of the number
    return rest << (7 - more) | static_cast<std::uint64_t>(first >> (more + 1));
}

std::int64_t read_varlen_signed(byte_reader& in, std::string_view field) {
    const std::uint64_t coded = read_varlen(in, field);
    const auto magnitude = static_cast<std::int64_t>(coded >> 1U);
    return (coded & 1U) != 0 ? -magnitude - 1 : magnitude;
}

std::uint64_t checked_number(byte_reader& in, std::int64_t number) {
    if (number <= 0 || static_cast<std::uint64_t>(number) > gtid_set::number_max)
        in.fail("the number", fmt::format("{} is not a transaction's number", number));
    return static_cast<std::uint64_t>(number);
}

std::uint64_t read_count(byte_reader& in, std::string_view field) {
    const std::uint64_t count = in.length_encoded_int(field);
    if (count > in.remaining() * 8) in.fail(field, fmt::format("{} is too many", count));
    return count;
}

/// How a status variable of a query event goes on after its code.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Query__event.html
bool skip_status_variable(byte_reader& in, std::uint8_t code) {
    const auto skip_counted = [&in](std::size_t more) {
        in.skip(in.u8("length of a status variable") + more, "status variable");
    };
    switch (code) {
        case 0:  // flags2
            in.skip(4, "flags2");
            return true;
        case 1:  // sql_mode
            in.skip(8, "sql_mode");
            return true;
        case 2:  // catalog, with a NUL byte
            skip_counted(1);
            return true;
        case 3:  // auto_increment_increment and _offset
            in.skip(4, "auto_increment");
            return true;
        case 4:  // character sets
            in.skip(6, "character sets");
            return true;
        case 5:  // time zone
        case 6:  // catalog
            skip_counted(0);
            return true;
        case 7:  // lc_time_names
        case 8:  // collation of the database
            in.skip(2, "collation");
            return true;
        case 9:  // tables of a multi-table update
            in.skip(8, "table map for update");
            return true;
        case 10:  // length of the original event
            in.skip(4, "length of the original");
            return true;
        case 11:  // invoker: user and host
            skip_counted(0);
            skip_counted(0);
            return true;
        case 13:  // microseconds
            in.skip(3, "microseconds");
            return true;
        case 16:  // explicit_defaults_for_timestamp
            in.skip(1, "explicit_defaults_for_timestamp");
            return true;
        case 17:  // xid of an atomic definition
            in.skip(8, "xid");
            return true;
        case 18:  // default_collation_for_utf8mb4
            in.skip(2, "default_collation_for_utf8mb4");
            return true;
        case 19:  // sql_require_primary_key
        case 20:  // default_table_encryption
        case 21:  // triggers fired by cascades
            in.skip(1, "status variable");
            return true;
        default:
            return false;
    }
}

bool is_update(event_type type) {
    return type == event_type::update_rows || type == event_type::update_rows_v1 ||
           type == event_type::partial_update_rows;
}

}  // namespace

std::string_view name_of(event_type type) {
    switch (type) {
        case event_type::query:
            return "QUERY";
        case event_type::stop:
            return "STOP";
        case event_type::rotate:
            return "ROTATE";
        case event_type::intvar:
            return "INTVAR";
        case event_type::append_block:
            return "APPEND_BLOCK";
        case event_type::delete_file:
            return "DELETE_FILE";
        case event_type::rand:
            return "RAND";
        case event_type::user_var:
            return "USER_VAR";
        case event_type::format_description:
            return "FORMAT_DESCRIPTION";
        case event_type::xid:
            return "XID";
        case event_type::begin_load_query:
            return "BEGIN_LOAD_QUERY";
        case event_type::execute_load_query:
            return "EXECUTE_LOAD_QUERY";
        case event_type::table_map:
            return "TABLE_MAP";
        case event_type::write_rows_v1:
            return "WRITE_ROWS_V1";
        case event_type::update_rows_v1:
            return "UPDATE_ROWS_V1";
        case event_type::delete_rows_v1:
            return "DELETE_ROWS_V1";
        case event_type::incident:
            return "INCIDENT";
        case event_type::heartbeat:
            return "HEARTBEAT";
        case event_type::ignorable:
            return "IGNORABLE";
        case event_type::rows_query:
            return "ROWS_QUERY";
        case event_type::write_rows:
            return "WRITE_ROWS";
        case event_type::update_rows:
            return "UPDATE_ROWS";
        case event_type::delete_rows:
            return "DELETE_ROWS";
        case event_type::gtid:
            return "GTID";
        case event_type::anonymous_gtid:
            return "ANONYMOUS_GTID";
        case event_type::previous_gtids:
            return "PREVIOUS_GTIDS";
        case event_type::transaction_context:
            return "TRANSACTION_CONTEXT";
        case event_type::view_change:
            return "VIEW_CHANGE";
        case event_type::xa_prepare:
            return "XA_PREPARE";
        case event_type::partial_update_rows:
            return "PARTIAL_UPDATE_ROWS";
        case event_type::transaction_payload:
            return "TRANSACTION_PAYLOAD";
        case event_type::heartbeat_v2:
            return "HEARTBEAT_V2";
        case event_type::gtid_tagged:
            return "GTID_TAGGED";
    }
    return "unknown event";
}

event_header decode_header(std::span<const std::byte> event) {
    byte_reader in(event, "event header");
    event_header header;
    header.timestamp = in.u32("timestamp");
    header.type = static_cast<event_type>(in.u8("type"));
    header.server_id = in.u32("server id");
    header.length = in.u32("length");
    header.end_position = in.u32("end position");
    header.flags = in.u16("flags");
    if (header.length < event_header::size)
        in.fail("length", fmt::format("{} is less than the header", header.length));
    return header;
}

bool crc32_matches(std::span<const std::byte> event) {
    return checksum_holds(event, 0);
}

std::optional<std::size_t> format_description::post_header_length(event_type type) const {
    const auto index = static_cast<std::size_t>(type) - 1;
    if (index >= post_header_lengths.size()) return std::nullopt;
    return post_header_lengths[index];
}

// u16 version, 50 bytes server version, u32 created, u8 common header length, u8 post-header length
// of each type, u8 checksum algorithm, 4 bytes checksum (always there).
format_description decode_format_description(std::span<const std::byte> event) {
    byte_reader in(event, "event");
    in.skip(event_header::size, "header");
    if (const auto version = in.u16("format version"); version != 4)
        in.fail("format version", fmt::format("{} is not the known version 4", version));
    format_description described;
    const std::string_view padded = in.text(50, "server version");
    described.server_version = padded.substr(0, padded.find('\0'));
    described.created = in.u32("time of creation");
    if (const auto length = in.u8("header length"); length != event_header::size)
        in.fail("header length", fmt::format("events have headers of {} bytes", length));
    if (in.remaining() < 1 + checksum_size) in.fail("checksum algorithm", "the event ends before");
    const auto lengths = in.bytes(in.remaining() - 1 - checksum_size, "post-header lengths");
    for (const std::byte length : lengths)
        described.post_header_lengths.push_back(std::to_integer<std::uint8_t>(length));
    const auto algorithm = in.u8("checksum algorithm");
    if (algorithm > 1) in.fail("checksum algorithm", fmt::format("{} is not known", algorithm));
    described.checksums = algorithm == 1;
    // The server sets and clears the in-use flag in a file without renewing the checksum.
    if (described.checksums && !checksum_holds(event, true))
        in.fail("checksum", "the event is damaged: its CRC-32 is another one");

    const auto expect = [&](event_type type, std::size_t length) {
        const auto said = described.post_header_length(type);
        if (said && *said != length)
            in.fail("post-header lengths",
                    fmt::format("{} has {} bytes, not the known {}", name_of(type), *said, length));
    };
    if (!described.post_header_length(event_type::delete_rows))
        in.fail("post-header lengths", "row events of MySQL 5.6 and later are missing");
    expect(event_type::query, query_post_header);
    expect(event_type::execute_load_query, execute_load_query_post_header);
    expect(event_type::rotate, 8);
    expect(event_type::table_map, 8);
    for (const auto type : {event_type::write_rows, event_type::update_rows,
                            event_type::delete_rows, event_type::partial_update_rows})
        expect(type, 10);
    return described;
}

rotate_event decode_rotate(std::span<const std::byte> body) {
    byte_reader in(body, "event");
    rotate_event rotate;
    rotate.offset = in.u64("position");
    rotate.next_file = wire::as_text(in.rest());
    if (rotate.next_file.empty()) in.fail("name of the next file", "it is empty");
    return rotate;
}

query_event decode_query(std::span<const std::byte> body, std::size_t post_header_length) {
    byte_reader in(body, "event");
    query_event query;
    query.connection = in.u32("thread id");
    in.skip(4, "execution time");
    const std::size_t schema_length = in.u8("length of the schema's name");
    in.skip(2, "error code");
    const std::size_t status_length = in.u16("length of the status variables");
    if (post_header_length < query_post_header) in.fail("post-header", "it is too short");
    in.skip(post_header_length - query_post_header, "rest of the post-header");
    query.status = in.bytes(status_length, "status variables");
    query.default_schema = in.text(schema_length, "schema");
    in.skip(1, "end of the schema's name");
    query.text = wire::as_text(in.rest());
    return query;
}

std::optional<std::vector<std::string>> updated_schemas(const query_event& query) {
    constexpr std::uint8_t updated_db_names = 12;
    constexpr std::uint8_t too_many = 254;
    byte_reader in(query.status, "status variables");
    while (!in.at_end()) {
        const std::uint8_t code = in.u8("code");
        if (code != updated_db_names) {
            if (!skip_status_variable(in, code)) return std::nullopt;
            continue;
        }
        const std::uint8_t count = in.u8("count of databases");
        if (count == too_many) return std::nullopt;
        std::vector<std::string> schemas;
        for (unsigned i = 0; i < count; ++i) {
            schemas.emplace_back(in.nul_terminated("name of a database"));
            if (schemas.back().empty()) return std::nullopt;
        }
        if (schemas.empty()) return std::nullopt;
        return schemas;
    }
    return std::nullopt;
}

text_settings text_settings_of(const query_event& query) {
    constexpr std::uint8_t sql_mode = 1;
    constexpr std::uint8_t character_sets = 4;
    text_settings found;
    byte_reader in(query.status, "status variables");
    while (!in.at_end() && !(found.sql_mode && found.client_collation)) {
        const std::uint8_t code = in.u8("code");
        if (code == sql_mode) {
            found.sql_mode = in.u64("sql_mode");
        } else if (code == character_sets) {
            found.client_collation = in.u16("character_set_client");
            in.skip(4, "collations of the connection and the server");
        } else if (!skip_status_variable(in, code)) {
            break;
        }
    }
    return found;
}

// u8 flags, 16 bytes UUID, i64 number, u8 2, i64 last committed, i64 sequence number, u56 moment on
// this server, whose highest bit says that the moment on the first one follows, u56.
// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Gtid__event.html
gtid_event decode_gtid(std::span<const std::byte> body) {
    constexpr std::size_t before_moments = 1 + 8 + 8;
    constexpr std::size_t moment_size = 7;
    byte_reader in(body, "event");
    gtid_event event;
    in.skip(1, "flags");
    for (auto& byte : event.source.uuid) byte = in.u8("UUID");
    event.number = checked_number(in, static_cast<std::int64_t>(in.u64("number")));
    if (in.remaining() < before_moments + moment_size) return event;
    in.skip(before_moments, "commit order");
    const auto moment = [&in] {
        const std::uint64_t low = in.u48("moment of the commit");
        return low | std::uint64_t{in.u8("moment of the commit")} << 48U;
    };
    constexpr std::uint64_t original_follows = std::uint64_t{1} << 55U;
    event.committed = moment();
    if ((event.committed & original_follows) != 0) event.committed = moment();
    return event;
}

// Version, size of the whole, number of the last field that must be known, then fields in ascending
// order, each with its number: 0 flags, 1 UUID, 2 number, 3 tag, 4 to 11 commit order, time and
// versions.
gtid_event decode_gtid_tagged(std::span<const std::byte> body) {
    constexpr std::uint64_t last_known_field = 11;
    byte_reader in(body, "event");
    if (const auto version = read_varlen(in, "version of the format"); version != 1)
        in.fail("version of the format", fmt::format("{} is not the known version 1", version));
    if (const auto size = read_varlen(in, "size"); size != body.size())
        in.fail("size", fmt::format("it is {}, {} bytes are there", size, body.size()));
    if (const auto needed = read_varlen(in, "last field that must be known");
        needed > last_known_field)
        in.fail("fields", fmt::format("field {} is not known and must be", needed));
    const auto expect_field = [&in](std::uint64_t number, std::string_view field) {
        if (read_varlen(in, field) != number) in.fail(field, "another field stands in its place");
    };
    gtid_event event;
    expect_field(0, "flags");
    read_varlen(in, "flags");
    expect_field(1, "UUID");
    for (auto& byte : event.source.uuid) {
        const std::uint64_t value = read_varlen(in, "UUID");
        if (value > 0xff) in.fail("UUID", "a byte of it is too great");
        byte = static_cast<std::uint8_t>(value);
    }
    expect_field(2, "number");
    event.number = checked_number(in, read_varlen_signed(in, "number"));
    expect_field(3, "tag");
    const std::uint64_t length = read_varlen(in, "length of the tag");
    if (length > 32) in.fail("tag", "it is longer than 32 characters");
    event.source.tag = in.text(static_cast<std::size_t>(length), "tag");
    // 4 and 5 are the commit order, 6 the moment on this server, 7 that on the first one, if
    // another.
    while (in.remaining() > 0) {
        const std::uint64_t field = read_varlen(in, "field");
        if (field == 4 || field == 5)
            read_varlen_signed(in, "commit order");
        else if (field == 6 || field == 7)
            event.committed = read_varlen(in, "moment of the commit");
        else
            break;
    }
    return event;
}

// u48 id, u16 flags, u8 length, schema, NUL, u8 length, table, NUL, count, types, length, metadata,
// null bits, optional metadata.
// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Table__map__event.html
table_map_event decode_table_map(std::span<const std::byte> body) {
    byte_reader in(body, "event");
    table_map_event map;
    map.table_id = in.u48("table id");
    in.skip(2, "flags");
    map.schema = in.length_encoded_string("schema");
    in.skip(1, "end of the schema's name");
    map.table = in.length_encoded_string("table");
    in.skip(1, "end of the table's name");
    const std::string_view types = in.length_encoded_string("types of the columns");
    map.column_types = {reinterpret_cast<const std::uint8_t*>(types.data()), types.size()};
    map.metadata = wire::as_bytes(in.length_encoded_string("metadata of the columns"));
    in.skip((types.size() + 7) / 8, "null bits");
    return map;
}

rows_event decode_rows_start(std::span<const std::byte> body) {
    byte_reader in(body, "event");
    rows_event rows;
    rows.table_id = in.u48("table id");
    rows.ends_statement = (in.u16("flags") & 1U) != 0;
    return rows;
}

// u48 id, u16 flags, version 2: u16 length and extra data, count, bitmaps, rows.
// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Rows__event.html
rows_event decode_rows(event_type type, std::span<const std::byte> body) {
    rows_event rows = decode_rows_start(body);
    byte_reader in(body, "event");
    in.skip(8, "table id and flags");
    if (type >= event_type::write_rows) {
        const std::size_t extra = in.u16("length of the extra data");
        if (extra < 2) in.fail("extra data", "its length does not count itself");
        in.skip(extra - 2, "extra data");
    }
    rows.column_count = read_count(in, "count of columns");
    const auto bitmap_size = static_cast<std::size_t>((rows.column_count + 7) / 8);
    rows.before_columns = in.bytes(bitmap_size, "bitmap of the columns");
    if (is_update(type)) rows.after_columns = in.bytes(bitmap_size, "bitmap of the columns after");
    rows.rows = in.rest();
    return rows;
}

// u8 one phase, u32 format id, u32 length of gtrid, u32 length of bqual, both.
xa_prepare_event decode_xa_prepare(std::span<const std::byte> body) {
    byte_reader in(body, "event");
    xa_prepare_event event;
    event.one_phase = in.u8("one phase") != 0;
    const std::uint32_t format_id = in.u32("format id");
    const std::uint32_t gtrid_length = in.u32("length of the gtrid");
    const std::uint32_t bqual_length = in.u32("length of the bqual");
    if (gtrid_length > 64 || bqual_length > 64) in.fail("xid", "a part is longer than 64 bytes");
    const auto append = [&](std::uint32_t length) {
        event.xid += "X'";
        for (const std::byte b : in.bytes(length, "xid"))
            event.xid += fmt::format("{:02x}", std::to_integer<unsigned>(b));
        event.xid += "',";
    };
    append(gtrid_length);
    append(bqual_length);
    event.xid += std::to_string(format_id);
    return event;
}

// Fields of number, length and value, all length-encoded integers, up to the number 0; then the
// payload.
// https://dev.mysql.com/doc/dev/mysql-server/latest/classmysql_1_1binlog_1_1event_1_1Transaction__payload__event.html
transaction_payload_event decode_transaction_payload(std::span<const std::byte> body) {
    constexpr std::uint64_t end_mark = 0, payload_size = 1, compression_type = 2;
    constexpr std::uint64_t zstd = 0, none = 255;
    byte_reader in(body, "event");
    std::optional<std::uint64_t> size, how;
    for (;;) {
        const std::uint64_t field = in.length_encoded_int("number of a field");
        if (field == end_mark) break;
        const std::string_view value = in.length_encoded_string("field");
        byte_reader value_in(wire::as_bytes(value), "event");
        if (field == payload_size) size = value_in.length_encoded_int("size of the payload");
        if (field == compression_type) how = value_in.length_encoded_int("kind of compression");
    }
    if (!size || !how) in.fail("payload", "its size or the kind of compression is missing");
    if (*size != in.remaining())
        in.fail("payload",
                fmt::format("its size is {}, {} bytes are there", *size, in.remaining()));
    if (*how != zstd && *how != none)
        in.fail("payload", fmt::format("it is compressed in the unknown way {}", *how));
    transaction_payload_event event;
    event.how = *how == zstd ? transaction_payload_event::compression::zstd
                             : transaction_payload_event::compression::none;
    event.payload = in.rest();
    return event;
}

std::string decode_incident(std::span<const std::byte> body) {
    byte_reader in(body, "event");
    const std::uint16_t number = in.u16("number");
    const std::size_t length = in.u8("length of the message");
    return fmt::format("incident {}: {}", number, in.text(length, "message"));
}

}  // namespace segue::binlog
