#pragma once

#include <cstdint>
#include <string>

namespace segue::metrics {

/// Where a StatsD server takes datagrams.
struct statsd_address {
    std::string host;        ///< A name or an address; empty: unix_path is set.
    std::uint16_t port = 0;  ///< Of UDP.
    std::string unix_path;   ///< Of a socket for datagrams.
};

/// "host:port", "[::1]:port" or "unix:///path", as --statsd-addr has it. Throws segue::error.
statsd_address parse_statsd_address(const std::string& text);

}  // namespace segue::metrics
