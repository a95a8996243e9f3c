#include "src/wire/greeting.hpp"

#include "src/base/error.hpp"
#include "src/wire/answer.hpp"
#include "src/wire/byte_reader.hpp"
#include "src/wire/protocol.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace segue::wire {
namespace {

constexpr std::uint8_t protocol_version = 10;
constexpr std::size_t nonce_head_bytes = 8;

// MariaDB puts 5.5.5- before its own version, so that old replicas accept it.
bool names_mariadb(std::string_view version) {
    return version.starts_with("5.5.5-") || version.find("MariaDB") != std::string_view::npos;
}

}  // namespace

bool greeting::offers_tls() const noexcept {
    return (capabilities & client_ssl) != 0;
}

greeting parse_greeting(std::span<const std::byte> payload) {
    if (is_error_packet(payload)) throw server_error(payload);
    byte_reader reader(payload, "server greeting");
    if (const auto version = reader.u8("protocol version"); version != protocol_version)
        throw error(
            fmt::format("protocol version {} is not MySQL's (it is {}): is this the port of "
                        "a MySQL server?",
                        version, protocol_version));
    greeting seen;
    seen.version = reader.nul_terminated("server version");
    seen.is_mariadb = names_mariadb(seen.version);
    seen.connection_id = reader.u32("connection id");
    const auto head = reader.bytes(nonce_head_bytes, "nonce, first part");
    std::copy(head.begin(), head.end(), seen.nonce.begin());
    reader.skip(1, "filler");
    seen.capabilities = reader.u16("capabilities, lower half");
    reader.skip(1 + 2, "collation and status");
    seen.capabilities |= std::uint32_t{reader.u16("capabilities, upper half")} << 16U;
    constexpr std::uint32_t needed =
        client_protocol_41 | client_secure_connection | client_plugin_auth;
    if ((seen.capabilities & needed) != needed)
        throw error(fmt::format("server version {} is too old: it lacks pluggable authentication",
                                seen.version));
    const std::size_t nonce_bytes = reader.u8("nonce length");
    reader.skip(10, "reserved bytes");
    // At least 13 bytes follow whatever the length says; the last one is NUL.
    const std::size_t tail_bytes = std::max<std::size_t>(
        13, nonce_bytes > nonce_head_bytes ? nonce_bytes - nonce_head_bytes : 0);
    const auto tail = reader.bytes(tail_bytes, "nonce, second part");
    std::copy_n(tail.begin(), seen.nonce.size() - nonce_head_bytes,
                seen.nonce.begin() + nonce_head_bytes);
    if (!reader.at_end()) seen.auth_plugin = reader.nul_terminated("authentication plugin");
    return seen;
}

}  // namespace segue::wire
