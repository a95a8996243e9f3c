#pragma once

#include "src/wire/greeting.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

/// How passwords are proven without being sent. An empty password has an empty proof everywhere,
/// which is not these functions' business.
namespace segue::wire {

/// SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))): 20 bytes.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html
std::vector<std::byte> native_password_scramble(std::string_view password, const auth_nonce& nonce);

/// SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce): 32 bytes.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html
std::vector<std::byte> caching_sha2_scramble(std::string_view password, const auth_nonce& nonce);

/// The password with its ending NUL, XORed with the nonce over and over, encrypted with the
/// server's RSA key (OAEP with SHA-1, as the server expects). Errors: segue::error when
/// `public_key_pem` is no RSA key in PEM, or too short for the password.
std::vector<std::byte> rsa_encrypted_password(std::string_view password, const auth_nonce& nonce,
                                              std::string_view public_key_pem);

}  // namespace segue::wire
