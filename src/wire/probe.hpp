#pragma once

#include "src/wire/connection_options.hpp"

#include <cstdint>
#include <stop_token>
#include <string>

namespace segue::wire {

/// What a server offers, looked at before another client library connects to it.
struct server_offer {
    std::string version;  ///< As the server's greeting has it.
    bool is_mariadb = false;
    bool offers_tls = false;
    bool encrypted = false;           ///< The probe's own session was encrypted.
    std::string fingerprint = {};     ///< As wire::connection::peer_fingerprint().
    std::uint32_t connection_id = 0;  ///< Of the probe's session, now gone.
};

/// Logs in as `options` say, and out again. Blocks for `options.connect_timeout` at the longest.
/// It does not stop at the greeting: a client that leaves without logging in is an interrupted
/// handshake to the server, and max_connect_errors of these in a row make it block the client's
/// host (error 1129) until a login succeeds or the host cache is flushed. Loopback and unix sockets
/// are not counted. https://dev.mysql.com/doc/refman/8.4/en/host-cache.html Where TLS is asked for
/// and not offered it must leave at the greeting, and counts as such; so do not try that again in a
/// loop. Errors: as wire::connection::connect().
server_offer probe(const connection_options& options, std::stop_token stop);

}  // namespace segue::wire
