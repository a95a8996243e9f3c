#include "src/wire/handshake.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/base/utf8.hpp"
#include "src/wire/answer.hpp"
#include "src/wire/byte_reader.hpp"
#include "src/wire/byte_writer.hpp"
#include "src/wire/packet_framing.hpp"
#include "src/wire/password.hpp"
#include "src/wire/protocol.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::wire {
namespace {

using action = handshake_step::action;

constexpr std::string_view caching_sha2 = "caching_sha2_password";
constexpr std::string_view native = "mysql_native_password";

// First bytes of what a server may answer.
constexpr std::uint8_t ok_marker = 0x00;
constexpr std::uint8_t more_data_marker = 0x01;
constexpr std::uint8_t switch_marker = 0xFE;

// https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
constexpr std::uint8_t request_public_key = 0x02;
constexpr std::uint8_t fast_auth_success = 0x03;
constexpr std::uint8_t perform_full_authentication = 0x04;

constexpr std::uint32_t base_capabilities =
    client_long_password | client_long_flag | client_protocol_41 | client_transactions |
    client_secure_connection | client_plugin_auth | client_plugin_auth_lenenc_data;

bool spoken(std::string_view plugin) {
    return plugin == caching_sha2 || plugin == native;
}

}  // namespace

std::uint32_t handshake::capabilities() const {
    return base_capabilities | (server_.capabilities & client_connect_attrs) |
           (who_.tls ? client_ssl : 0U);
}

handshake_step handshake::on_packet(std::span<const std::byte> payload) {
    if (payload.empty()) throw error("the server sent an empty packet while logging in");
    switch (state_) {
        case state::greeting:
            return on_greeting(payload);
        case state::answer:
            return on_answer(payload);
        case state::public_key:
            return on_public_key(payload);
        case state::tls:
        case state::done:
            break;
    }
    throw broken_invariant("a handshake is resumed with a packet only when it asked");
}

handshake_step handshake::on_greeting(std::span<const std::byte> payload) {
    server_ = parse_greeting(payload);
    nonce_ = server_.nonce;
    // Where the server's default is foreign to us the account's own plugin may still be not: the
    // server then asks to switch.
    plugin_ = spoken(server_.auth_plugin) ? server_.auth_plugin : std::string(caching_sha2);
    if (who_.tls_if_offered && !server_.offers_tls()) who_.tls = false;
    if (!who_.tls) {
        state_ = state::answer;
        return {action::send, response()};
    }
    if (!server_.offers_tls())
        throw error(
            "TLS is asked for, but the server does not offer it: nothing was sent to it. Turn "
            "TLS on in the server, or ask for no TLS");
    state_ = state::tls;
    byte_writer request;
    request.u32(capabilities()).u32(std::uint32_t{1} << 30U).u8(utf8mb4_collation).zeros(23);
    return {action::send_then_tls, request.take()};
}

handshake_step handshake::on_tls() {
    require(state_ == state::tls, "TLS is set up when the handshake asked for it");
    encrypted_ = true;
    state_ = state::answer;
    return {action::send, response()};
}

// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html
std::vector<std::byte> handshake::response() const {
    if (who_.user.find('\0') != std::string::npos) throw error("a user name holds no NUL byte");
    byte_writer out;
    out.u32(capabilities()).u32(std::uint32_t{1} << 30U).u8(utf8mb4_collation).zeros(23);
    out.nul_terminated(who_.user).length_encoded_bytes(proof()).nul_terminated(plugin_);
    if ((capabilities() & client_connect_attrs) != 0) {
        byte_writer attributes;
        attributes.length_encoded_string("program_name").length_encoded_string("segue");
        out.length_encoded_bytes(attributes.take());
    }
    return out.take();
}

std::vector<std::byte> handshake::proof() const {
    if (who_.password.empty()) return {};
    return plugin_ == native ? native_password_scramble(who_.password, nonce_)
                             : caching_sha2_scramble(who_.password, nonce_);
}

handshake_step handshake::on_answer(std::span<const std::byte> payload) {
    if (is_error_packet(payload)) throw server_error(payload);
    switch (std::to_integer<std::uint8_t>(payload[0])) {
        case ok_marker:
            parse_ok(payload);
            state_ = state::done;
            return {action::done};
        case switch_marker:
            return on_switch(payload);
        case more_data_marker:
            return on_more_data(payload);
        default:
            throw error(
                fmt::format("the server answers the login with a packet of unknown kind "
                            "0x{:02X}",
                            std::to_integer<unsigned>(payload[0])));
    }
}

// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_auth_switch_request.html
handshake_step handshake::on_switch(std::span<const std::byte> payload) {
    byte_reader reader(payload, "authentication switch request");
    reader.skip(1, "marker");
    if (reader.at_end())
        throw error(
            "the server asks for the password format from before MySQL 4.1, which is not "
            "spoken here");
    plugin_ = reader.nul_terminated("plugin");
    if (!spoken(plugin_))
        throw error(fmt::format("the server wants '{}' to log in by {}, which is not spoken here",
                                who_.user, printable(plugin_)),
                    {.mysql_errno = cr::auth_plugin_cannot_load});
    if (std::exchange(switched_, true))
        throw error("the server asks to switch the authentication twice");
    const auto nonce = reader.bytes(nonce_.size(), "nonce");
    std::copy(nonce.begin(), nonce.end(), nonce_.begin());
    auto answer = proof();
    // An empty packet is an empty password to one plugin, a lone NUL byte to the other.
    if (answer.empty() && plugin_ == caching_sha2) answer.push_back(std::byte{0});
    return {action::send, std::move(answer)};
}

handshake_step handshake::on_more_data(std::span<const std::byte> payload) {
    byte_reader reader(payload, "authentication data");
    reader.skip(1, "marker");
    const auto code = reader.u8("code");
    if (plugin_ != caching_sha2 || !reader.at_end())
        reader.fail("code", fmt::format("nothing of the kind is due with {}", plugin_));
    if (code == fast_auth_success) return {action::read};
    if (code != perform_full_authentication)
        reader.fail("code", fmt::format("{} is unknown", code));
    if (encrypted_ || who_.local_socket)
        return {action::send, byte_writer().nul_terminated(who_.password).take()};
    state_ = state::public_key;
    return {action::send, byte_writer().u8(request_public_key).take()};
}

handshake_step handshake::on_public_key(std::span<const std::byte> payload) {
    if (is_error_packet(payload)) throw server_error(payload);
    byte_reader reader(payload, "public key");
    if (reader.u8("marker") != more_data_marker) reader.fail("marker", "a public key was due");
    state_ = state::answer;
    return {action::send, rsa_encrypted_password(who_.password, nonce_, as_text(reader.rest()))};
}

}  // namespace segue::wire
