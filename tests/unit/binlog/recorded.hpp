#pragma once

#include "binlog/event_machine.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::binlog::test {

using bytes = std::vector<std::byte>;

/// Bytes from hexadecimal digits; white space and lines that begin with # are left out.
bytes from_hex(std::string_view text);

/// The events of data/NAME.hex, a binary log file of a real server, recorded from data/NAME.sql.
std::vector<bytes> recorded_events(const std::string& name);

/// The event with its end taken off, and length and checksum made to fit again.
bytes shortened(const bytes& event, std::size_t size, bool checksum);
/// Sets the last four bytes to the CRC-32 of those before.
void renew_checksum(bytes& event);

/// Writes down what it is told, a line for each call.
class transcript final : public stream_handler {
  public:
    void on_begin(const std::optional<std::string>& xid) override;
    void on_table(const table_shape& shape) override;
    void on_row(const row_change& change) override;
    void on_statement(const statement& seen) override;
    void on_end(ending how) override;
    void on_xa_commit(const std::string& xid) override;
    void on_xa_rollback(const std::string& xid) override;
    void on_boundary(const stream_position& position) override;
    void on_reconnect() override;

    std::vector<std::string> lines;
    std::vector<std::string> boundaries;
};

/// The value as the test compares it: "NULL", "absent", or its bytes in hexadecimal digits.
std::string text_of(const column_image& image);

/// What the machine makes of a recorded file, subscribed to the table shop.t.
struct run_result {
    std::vector<std::string> lines;
    std::vector<std::string> boundaries;
};
run_result run(const std::string& recording, std::vector<unsigned> columns,
               const stream_position& from = gtid_set{});

}  // namespace segue::binlog::test
