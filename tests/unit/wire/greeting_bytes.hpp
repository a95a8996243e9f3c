#pragma once

#include "src/wire/byte_writer.hpp"
#include "src/wire/protocol.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace segue::wire {

/// A greeting as a server would send it; its nonce is the bytes 1 to 20.
struct greeting_bytes {
    std::string version = "9.7.4";
    std::uint32_t connection_id = 0x01020304;
    std::uint32_t capabilities = client_protocol_41 | client_secure_connection |
                                 client_plugin_auth | client_plugin_auth_lenenc_data | client_ssl;
    std::string plugin = "caching_sha2_password";

    std::vector<std::byte> payload() const {
        byte_writer out;
        out.u8(10).nul_terminated(version).u32(connection_id);
        for (std::uint8_t i = 1; i <= 8; ++i) out.u8(i);
        out.u8(0).u16(static_cast<std::uint16_t>(capabilities)).u8(45).u16(2);
        out.u16(static_cast<std::uint16_t>(capabilities >> 16U)).u8(21).zeros(10);
        for (std::uint8_t i = 9; i <= 20; ++i) out.u8(i);
        out.u8(0).nul_terminated(plugin);
        return out.take();
    }
};

}  // namespace segue::wire
