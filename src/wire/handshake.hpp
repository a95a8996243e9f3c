#pragma once

#include "src/wire/greeting.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace segue::wire {

/// Who logs in, and how far the way there can be trusted.
struct login {
    std::string user;
    std::string password;
    bool tls = false;             ///< Encrypt, or do not log in.
    bool tls_if_offered = false;  ///< With `tls`: log in without where the server offers none.
    bool local_socket = false;    ///< A unix socket: nobody can listen.
};

/// What the driver of a handshake does next.
struct handshake_step {
    enum class action {
        send,           ///< Send `payload` as a packet, then resume with the packet that comes.
        send_then_tls,  ///< Send `payload`, set TLS up, then resume with on_tls().
        read,           ///< Resume with the next packet.
        done            ///< Logged in.
    };
    action next = action::read;
    std::vector<std::byte> payload = {};
};

/// The connection phase: greeting, TLS, authentication. It never sees a socket: resumed with a
/// packet, it answers what to do next.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
/// Plugins: caching_sha2_password and mysql_native_password. A password goes out in clear only over
/// TLS or a unix socket; over plain TCP it is scrambled, or encrypted with the server's RSA key.
/// (Without TLS nobody vouches for that key: a forged server can learn the password. Use TLS.)
/// Errors: segue::error, after which the connection is of no use: the server's own (1045, 1040,
/// 1129, ...), TLS wanted and not offered, a plugin we do not speak, packets that make no sense.
class handshake {
  public:
    explicit handshake(login who) : who_(std::move(who)) {}

    /// Takes the packet that the step before asked for.
    handshake_step on_packet(std::span<const std::byte> payload);
    /// Resumes after send_then_tls, when TLS stands: from here on everything is encrypted.
    handshake_step on_tls();

    /// Valid once the first packet was taken.
    const greeting& server() const noexcept { return server_; }
    bool encrypted() const noexcept { return encrypted_; }

  private:
    enum class state { greeting, tls, answer, public_key, done };

    handshake_step on_greeting(std::span<const std::byte> payload);
    handshake_step on_answer(std::span<const std::byte> payload);
    handshake_step on_switch(std::span<const std::byte> payload);
    handshake_step on_more_data(std::span<const std::byte> payload);
    handshake_step on_public_key(std::span<const std::byte> payload);

    std::vector<std::byte> response() const;
    std::vector<std::byte> proof() const;
    std::uint32_t capabilities() const;

    login who_;
    greeting server_;
    std::string plugin_;
    auth_nonce nonce_{};
    state state_ = state::greeting;
    bool encrypted_ = false;
    bool switched_ = false;
};

}  // namespace segue::wire
