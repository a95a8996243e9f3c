#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace segue::wire {

/// How much of TLS a connection asks for.
enum class tls_mode {
    disabled,   ///< Plain text; passwords are still never sent in clear (RSA or a scramble).
    preferred,  ///< Encrypted where the server offers it, else as `disabled`; nothing is checked.
    required,   ///< Encrypted, or no connection; the certificate is not looked at.
    verify_ca,  ///< Encrypted; the CA given, or one that the system trusts, signed it.
    verify_identity  ///< As verify_ca, and issued for the host that was asked for.
};

struct tls_options {
    tls_mode mode = tls_mode::disabled;
    std::string ca_file;    ///< PEM; empty: the system's.
    std::string cert_file;  ///< PEM of the client's own certificate; empty: none.
    std::string key_file;   ///< PEM of that certificate's key.
};

/// Where a server listens: a unix socket if `socket` is set, else host and port.
struct endpoint {
    std::string host = "127.0.0.1";
    std::uint16_t port = 3306;
    std::string socket;

    /// "host:port", "[address]:port" or the socket's path, as messages name the server.
    std::string text() const {
        if (!socket.empty()) return socket;
        const bool of_colons = host.find(':') != host.npos;
        return (of_colons ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }
};

/// All that is needed to log in. Const after parsing. Never log `password`.
struct connection_options {
    endpoint server;
    std::string user;
    std::string password;
    tls_options tls;
    std::chrono::milliseconds connect_timeout{10'000};
    /// The longest wait for an answer where a call has no bound of its own.
    std::chrono::milliseconds read_timeout{60'000};
};

}  // namespace segue::wire
