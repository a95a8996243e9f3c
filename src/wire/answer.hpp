#pragma once

#include "src/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What a server answers to a command.
namespace segue::wire {

/// True for an ERR packet: one that begins with 0xFF.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html
bool is_error_packet(std::span<const std::byte> payload) noexcept;
/// True for an EOF packet: 0xFE in a packet too short to be a row or an event.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_eof_packet.html
bool is_eof_packet(std::span<const std::byte> payload) noexcept;

/// The error that an ERR packet holds, with or without an SQL state (there is none before the
/// handshake). Its properties say connection_lost where the server ends the session with it, and
/// retryable where the same may work later (shutting down, too many connections, ...).
error server_error(std::span<const std::byte> payload);

/// What an OK packet says.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_ok_packet.html
struct ok_answer {
    std::uint64_t affected_rows = 0;
    std::uint64_t last_insert_id = 0;
    std::uint16_t status_flags = 0;
    std::uint16_t warnings = 0;
};
ok_answer parse_ok(std::span<const std::byte> payload);

/// Rows of a text query, every value as the server prints it; nullopt is NULL.
struct text_result {
    std::vector<std::string> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::uint64_t affected_rows = 0;  ///< Of a statement without rows.

    /// The value of a result of one row and one column or more: its first.
    /// Throws segue::error when there is no row; `what` names the question.
    const std::optional<std::string>& single(std::string_view what) const;
};

/// Collects the answer to COM_QUERY, packet by packet.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response.html
/// Errors: on_packet() throws server_error() for an ERR packet, and segue::error for packets that
/// do not make sense, for LOCAL INFILE requests (never granted), for several results, and when the
/// result holds more than `bytes_max`.
class text_result_parser {
  public:
    explicit text_result_parser(std::size_t bytes_max = std::size_t{64} << 20)
        : bytes_left_(bytes_max) {}

    /// Takes the next packet of the answer. True when the answer is complete.
    bool on_packet(std::span<const std::byte> payload);
    text_result take() { return std::move(result_); }

  private:
    enum class state { head, columns, columns_end, rows, done };

    void on_head(std::span<const std::byte> payload);
    void on_column(std::span<const std::byte> payload);
    void on_row(std::span<const std::byte> payload);

    state state_ = state::head;
    std::uint64_t column_count_ = 0;
    std::size_t bytes_left_;
    text_result result_;
};

}  // namespace segue::wire
