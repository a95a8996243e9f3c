#pragma once

#include "src/wire/connection_options.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

namespace segue::wire {

using time_point = std::chrono::steady_clock::time_point;

/// A stream of bytes to a server, in plain or through TLS. All that this folder knows of sockets.
/// Threads, blocking: as wire::connection, whose part it is. Any error, and a stop request, close
/// it.
class transport {
  public:
    /// Connects to a unix socket, or over TCP (keepalive on, no delay) to the first of the host's
    /// addresses that answers. No byte is exchanged.
    transport(const endpoint& server, time_point deadline, std::stop_token stop);
    ~transport();

    /// Sets TLS up, as a client. The certificate is checked as `options.mode` asks.
    void start_tls(const tls_options& options, time_point deadline, std::stop_token stop);

    /// Reads at least one byte; returns how many. Throws segue::error at the stream's end.
    std::size_t read_some(std::span<std::byte> room, time_point deadline, std::stop_token stop);
    void write(std::span<const std::byte> bytes, time_point deadline, std::stop_token stop);

    /// As wire::connection::peer_fingerprint().
    std::string peer_fingerprint() const;

    bool open() const noexcept;
    void close() noexcept;

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

}  // namespace segue::wire
