#pragma once

#include "binlog/events.hpp"
#include "binlog/payload_reader.hpp"
#include "binlog/row_image.hpp"
#include "binlog/statement_kind.hpp"
#include "binlog/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace segue::binlog {

/// From the events of a binary log, one after the other, to the calls of a stream_handler. It sees
/// no socket: whoever reads the stream feeds it.
/// Lifecycle: feed handle() every event from a transaction boundary on. After an exception the
/// machine is of no more use. Lifetime: `handler` outlives it. Threads: one at a time.
/// Errors: segue::error with file, position and type of the event, for what stream.hpp says must
/// end the migration. What the handler throws passes through unchanged.
class event_machine {
  public:
    /// `from` says by its alternative how positions are counted. Throws when a table or a column
    /// is subscribed twice.
    /// `mark`: by what the log is known at `from`.
    event_machine(std::vector<table_subscription> subscriptions, stream_position from,
                  stream_handler& handler, std::optional<log_mark> mark = std::nullopt);

    /// Takes one whole event, without the OK byte that stands before it in a packet of the dump.
    void handle(std::span<const std::byte> event);

    /// The stream breaks off and begins again at position(). Forgets an unfinished transaction,
    /// and tells the handler (on_reconnect).
    void reconnected();

    /// The last boundary: where to ask the server to begin again.
    const stream_position& position() const { return position_; }
    /// By what the log is known there; unset: by nothing.
    const std::optional<log_mark>& mark() const { return mark_; }
    /// The file being read, as ROTATE events told; empty before the first.
    const std::string& file() const { return file_; }
    /// A group has begun and not ended.
    bool in_transaction() const { return group_ != group_state::none; }

  private:
    // clang-format off
    // Where it stands in the stream, whose grammar this is, in capitals the events:
    //
    //   stream       = (housekeeping | group)*
    //   housekeeping = ROTATE | FORMAT_DESCRIPTION | PREVIOUS_GTIDS | HEARTBEAT | STOP | ignorable
    //   group        = GTID? (transaction | alone)            also ANONYMOUS_GTID, GTID_TAGGED
    //   alone        = QUERY(definition | data change | XA COMMIT | XA ROLLBACK)
    //   transaction  = QUERY(BEGIN | XA START) statement* ending
    //                | TRANSACTION_PAYLOAD                    which holds all of it, compressed
    //   statement    = TABLE_MAP+ rows+ | QUERY(data change | SAVEPOINT | XA END)
    //   rows         = WRITE_ROWS | UPDATE_ROWS | PARTIAL_UPDATE_ROWS | DELETE_ROWS, the last marked
    //   ending       = XID | XA_PREPARE
    //                | QUERY(COMMIT | ROLLBACK | XA PREPARE | XA COMMIT ONE PHASE)
    //
    // A group that a server which started anew left without its ending is ended by the next
    // FORMAT_DESCRIPTION, as rolled back.
    // clang-format on
    enum class group_state {
        none,       // before a group: housekeeping, or the next one's first event
        announced,  // its GTID was seen, nothing of it yet
        open        // in a transaction, behind its beginning
    };

    /// A subscription and the table map that was last seen for it.
    struct table {
        table_subscription wanted;
        std::uint64_t table_id = 0;
        bool mapped = false;              // in the present statement
        bool announced = false;           // on_table was called in the present transaction
        std::vector<std::byte> map_body;  // what `layout` was made from
        std::optional<row_layout> layout;
        std::vector<column_image> before, after;
        std::unique_ptr<bool[]> partial;  // one for each wanted column
    };

    void dispatch(const event_header& header, std::span<const std::byte> body, bool inner);
    std::span<const std::byte> checked_body(const event_header& header,
                                            std::span<const std::byte> event);

    void on_format_description(const event_header& header, std::span<const std::byte> event);
    void look_at_file(const event_header& header);
    void set_mark(log_mark mark);
    void on_rotate(std::span<const std::byte> body);
    void on_gtid(const event_header& header, std::span<const std::byte> body);
    void on_query(const event_header& header, std::span<const std::byte> body);
    void on_other_statement(const query_event& query, statement::kind kind);
    void on_table_map(std::span<const std::byte> body);
    void on_rows(const event_header& header, std::span<const std::byte> body);
    void on_payload(std::span<const std::byte> body);

    void read_rows(table& of, event_type type, const rows_event& rows);
    bool table_is_wanted(const rows_event& rows);
    void end_statement();
    void require_begin_possible() const;
    void begin(std::optional<std::string> xid, std::uint64_t connection);
    void end(stream_handler::ending how);
    void finish_alone();
    void require_open(const event_header& header) const;
    void advance(const event_header& header);
    void forget_transaction();
    bool by_gtid() const { return std::holds_alternative<gtid_set>(position_); }
    std::string where(const event_header& header) const;
    table* mapped_table(std::uint64_t table_id);

    /// Calls the handler so that its exceptions are told from the machine's own.
    template <typename Call>
    void tell(Call call) {
        in_handler_ = true;
        call(*handler_);
        in_handler_ = false;
    }

    stream_handler* handler_;
    std::vector<table> tables_;
    stream_position position_;
    std::optional<log_mark> mark_;
    std::string file_;
    std::uint64_t offset_ = 0;  // of the end of the last event from the file, in bytes
    std::optional<format_description> format_;
    payload_reader payload_;

    group_state group_ = group_state::none;
    std::optional<gtid_event> gtid_;        // of the present transaction
    std::uint64_t connection_ = 0;          // that made the present transaction
    std::vector<std::uint64_t> other_ids_;  // mapped in this statement, and not subscribed
    bool in_handler_ = false;
};

}  // namespace segue::binlog
