#pragma once

#include "src/wire/answer.hpp"
#include "src/wire/connection_options.hpp"
#include "src/wire/greeting.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace segue::wire {

/// A session of MySQL's client protocol over TCP or a unix socket, with or without TLS. For those
/// who need the protocol itself, such as a replication client; everything else uses db::session.
/// Lifecycle: connect(), commands, then quit() or just the destructor, which closes the socket
/// without a word. An error other than the server's answer to a command closes it, too.
/// Threads: one at a time. It owns none; its io_context runs inside the calls.
/// Blocking: every call ends by its time bound, and at once when `stop` is requested: then it
/// throws segue::stopped, and the connection is closed. Errors: segue::error; connection_lost()
/// where the session is gone (network, time bound, shutdown, KILL), retryable() where connecting
/// again may help.
class connection {
  public:
    /// Connects and logs in. `options.connect_timeout` bounds the whole of it.
    /// TLS: see tls_mode; over a unix socket verify_identity is refused, as there is no host to
    /// check. Errors also: the server's refusal (1045, 1040, 1129, ...), a certificate that does
    /// not pass.
    static connection connect(const connection_options& options, std::stop_token stop);

    connection(connection&&) noexcept;
    connection& operator=(connection&&) noexcept;
    ~connection();

    const greeting& server() const noexcept;
    bool encrypted() const noexcept;
    /// SHA-1 of the server's certificate, in hexadecimal digits; empty where nothing is encrypted.
    std::string peer_fingerprint() const;
    bool open() const noexcept;

    /// Starts a command: sends `payload`, the command's byte first. Its answer is to be read before
    /// the next one. Bound: options.read_timeout.
    void send_command(std::span<const std::byte> payload, std::stop_token stop);

    /// The payload of the next packet, valid until the next call. `silence_max` is the longest time
    /// without a byte; a large packet may take longer. ERR packets are handed out like any other.
    std::span<const std::byte> read_packet(std::chrono::milliseconds silence_max,
                                           std::stop_token stop);

    /// Runs one statement, and collects what it answers; meant for small answers. Each wait for a
    /// packet is bounded by options.read_timeout. The server's error leaves the connection open.
    text_result query(std::string_view sql, std::stop_token stop);

    /// Throws unless CONNECTION_ID() is the id of the greeting. Where they differ, a proxy answers
    /// in the server's place and may give each statement to another one.
    void require_direct(std::stop_token stop);

    /// Says COM_QUIT, waiting a moment at most, and closes. Does nothing when it is closed already.
    void quit() noexcept;

  private:
    class impl;
    explicit connection(std::unique_ptr<impl> made);
    std::unique_ptr<impl> impl_;
};

}  // namespace segue::wire
