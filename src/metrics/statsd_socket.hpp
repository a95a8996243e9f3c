#pragma once

#include "src/metrics/statsd_address.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace segue::metrics {

/// Sends datagrams to a StatsD server, and never waits for it: what it does not take is lost.
/// Threads: one.
class statsd_socket {
  public:
    /// Of a datagram, so that it fits into one packet of a usual network.
    static constexpr std::size_t bytes_max = 1'432;

    statsd_socket() = default;
    statsd_socket(const statsd_socket&) = delete;
    statsd_socket& operator=(const statsd_socket&) = delete;
    ~statsd_socket();

    /// Looks the name up, for five seconds at most. Throws segue::error where it is not known or no
    /// socket can be had, and `stopped`.
    void open(const statsd_address& at, std::stop_token stop);
    bool is_open() const noexcept { return descriptor_ >= 0; }

    /// Keeps the line to be sent with others.
    void add(std::string_view line);
    /// Sends what was kept.
    void flush() noexcept;

  private:
    int descriptor_ = -1;
    std::string kept_;
};

}  // namespace segue::metrics
