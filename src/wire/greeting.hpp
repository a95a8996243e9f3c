#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace segue::wire {

/// Random bytes of the server that a password is scrambled with.
using auth_nonce = std::array<std::byte, 20>;

/// What a server says of itself before anybody has logged in.
struct greeting {
    std::string version;  ///< As it is sent: "9.7.4", "5.5.5-10.11.6-MariaDB", ...
    bool is_mariadb = false;
    std::uint32_t connection_id = 0;
    std::uint32_t capabilities = 0;
    std::string auth_plugin;  ///< The server's default; empty where it names none.
    auth_nonce nonce{};

    bool offers_tls() const noexcept;
};

/// Reads the first packet that a server sends.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html
/// Errors: segue::error for a packet that is no greeting of protocol 10; for an ERR packet in its
/// place (too many connections, host blocked) the server's error; a server too old to take part.
greeting parse_greeting(std::span<const std::byte> payload);

}  // namespace segue::wire
