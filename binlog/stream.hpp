#pragma once

#include "binlog/gtid_set.hpp"
#include "src/wire/connection_options.hpp"
#include "src/wire/server_patience.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// A replication client: from a server's binary log to row changes of the tables asked for.
/// It knows nothing of migrations.
namespace segue::binlog {

/// A place between two transactions in the binary log files of one server.
struct file_position {
    std::string file;
    std::uint64_t offset = 4;  ///< Bytes from the start of the file.
    bool operator==(const file_position&) const = default;
};

/// A place between two transactions: a GTID set where gtid_mode is ON, else file and offset.
using stream_position = std::variant<gtid_set, file_position>;

/// "binlog.000004:1234", or a GTID set.
inline std::string text_of(const stream_position& position) {
    if (const auto* file = std::get_if<file_position>(&position))
        return file->file + ":" + std::to_string(file->offset);
    return std::get<gtid_set>(position).text();
}

/// By what a log is known again at a place: the last transaction before it, by GTID and the moment
/// at which it was committed on the server that it comes from (microseconds since 1970); or, where
/// positions are counted in files, the file and the moment at which it was made (seconds). A log
/// that was reset and has grown again numbers other transactions, and has other files, the same.
/// https://dev.mysql.com/doc/refman/8.4/en/reset-binary-logs-and-gtids.html
struct log_mark {
    gtid_source source = {};
    std::uint64_t number = 0;  ///< 0: it is a file.
    std::string file = {};
    std::uint64_t moment = 0;
    bool operator==(const log_mark&) const = default;
};

/// A table whose rows are wanted, by the names as the server stores them, and which of its columns.
struct table_subscription {
    std::string schema;
    std::string table;
    std::vector<unsigned> columns;  ///< Ordinals from 0, ascending order is not required.
    bool only_who_writes = false;   ///< No row is handed out: on_written() tells who has written.
};

/// One column's value in a row image. `bytes` is only valid during the call that hands it out.
struct column_image {
    enum class state { absent, null, present };
    state is = state::absent;
    std::uint8_t type = 0;  ///< MYSQL_TYPE_* as in the table map event, real type for STRING.
    /// What the table map says beside the type: the greatest length in bytes of CHAR, VARCHAR and
    /// BINARY kinds, precision * 256 + scale of DECIMAL, digits of a second of the temporal types,
    /// whole bytes * 256 + further bits of BIT, bytes of a value of ENUM, SET and FLOAT kinds,
    /// bytes of the length before BLOB kinds; else 0.
    std::uint16_t metadata = 0;
    std::span<const std::byte> bytes;  ///< The value as the row image holds it, without a length.
};

enum class row_change_kind { insert, update, erase };

struct row_change {
    std::size_t subscription = 0;  ///< Index into the subscriptions the reader was made with.
    row_change_kind kind = row_change_kind::insert;
    /// The columns asked for, in the subscription's order. `before` is empty for an insert, `after`
    /// for an erase. Columns that an update's after-image leaves out (binlog_row_image=MINIMAL) are
    /// filled in from its before-image; a JSON value of which the log holds only what changed stays
    /// absent.
    std::span<const column_image> before;
    std::span<const column_image> after;
};

/// What a table map event says of a subscribed table.
struct table_shape {
    std::size_t subscription = 0;
    std::uint64_t table_id = 0;
    std::span<const std::uint8_t> column_types;  ///< One MYSQL_TYPE_* for each column of the table.
};

/// A query event that is not transaction control, or a statement in another event (LOAD DATA).
struct statement {
    enum class kind {
        definition,  ///< DDL and administration: CREATE, ALTER, DROP, RENAME, TRUNCATE, GRANT, ...
        data_change  ///< Everything else: rows may change without a row event.
    };
    kind is = kind::data_change;
    std::string_view default_schema;
    std::string_view text;
    /// The databases the statement updates, when the event tells (Q_UPDATED_DB_NAMES); nullopt when
    /// it does not, or there were too many to list.
    std::optional<std::vector<std::string>> updated_schemas = {};
    /// Settings of the session that ran it, when the event tells: the bits of its sql_mode, and its
    /// character_set_client by the id of a collation.
    std::optional<std::uint64_t> sql_mode = {};
    std::optional<std::uint16_t> client_collation = {};
};

/// Receives what the stream holds, in the order of the log, on the reader's thread.
/// A call may block (that is the back-pressure), and may throw: the reader stops and rethrows.
class stream_handler {
  public:
    virtual ~stream_handler() = default;

    /// A transaction begins. `xid` is set for an XA transaction, in the server's own form
    /// X'gtrid',X'bqual',formatID.
    virtual void on_begin(const std::optional<std::string>& xid) = 0;
    /// Rows follow for a subscribed table whose map is new in this transaction.
    virtual void on_table(const table_shape& shape) = 0;
    virtual void on_row(const row_change& change) = 0;
    /// The transaction changes rows of a table that was subscribed with only_who_writes; told once
    /// in a transaction. `connection`: its id on the server whose log it is; in a replica's that of
    /// the applier.
    virtual void on_written([[maybe_unused]] std::size_t subscription,
                            [[maybe_unused]] std::uint64_t connection) {}
    /// A statement, in a transaction or outside: then it is alone, without on_begin and on_end.
    virtual void on_statement(const statement& seen) = 0;

    enum class ending {
        committed,    ///< Includes XA COMMIT ... ONE PHASE.
        xa_prepared,  ///< The rows become visible at the XA COMMIT, if ever.
        rolled_back
    };
    /// The transaction begun last has ended.
    virtual void on_end(ending how) = 0;
    /// The XA COMMIT of a transaction prepared earlier; stands outside of transactions.
    virtual void on_xa_commit(const std::string& xid) = 0;
    virtual void on_xa_rollback(const std::string& xid) = 0;  ///< As on_xa_commit().

    /// By what the log will be known again at the boundary that is told next.
    virtual void on_mark([[maybe_unused]] const log_mark& mark) {}
    /// Everything up to `position` has been handed out. Called after each transaction, and after
    /// each event outside of one; also moves on over transactions that held nothing of interest.
    virtual void on_boundary(const stream_position& position) = 0;
    /// The connection was lost. The transaction begun last, if it has not ended, is handed out
    /// again from its start; so are all since the last boundary.
    virtual void on_reconnect() = 0;
};

struct reader_options {
    wire::connection_options connection;
    std::vector<table_subscription> subscriptions;
    std::uint32_t server_id = 0;  ///< Of this client as a replica; not 0, unique among replicas.
    /// What SHOW REPLICAS calls us; random for each run, so that two runs with one server id do not
    /// cut each other off. Text of a UUID.
    std::string replica_uuid;
    /// The server must be this one (@@server_uuid) at each connect; empty: any.
    std::string expected_server_uuid;
    std::chrono::milliseconds heartbeat_period{1'000};  ///< Silence of several of these: reconnect.
    unsigned reconnects_max = 0;  ///< In a row without an event between them; 0: no limit.
    /// By what the log is known again at the place to begin at; unset: it is not looked at.
    std::optional<log_mark> mark = std::nullopt;
    /// Silence of so long, but for the server's heartbeats, and the place is looked at again: that
    /// the log was reset no server tells who reads it. Longer each time. 0: never.
    std::chrono::milliseconds place_looked_at_after{0};
    /// Where it is set, failures that pass by themselves are waited for, and do not count for
    /// reconnects_max. Outlives the call.
    wire::server_patience* patience = nullptr;
};

/// Reads the stream on the calling thread until asked to stop, reconnecting from the last boundary.
/// Errors: throws segue::error for what must end the migration: events that cannot be decoded,
/// positions no longer on the server, a log that was reset, INCIDENT events, unknown events without
/// the ignorable flag, another server than expected. Returns when `stop` is requested (within a
/// second). Lifetime: `handler` outlives the call.
void read_stream(const reader_options& options, const stream_position& from,
                 stream_handler& handler, std::stop_token stop);

}  // namespace segue::binlog
