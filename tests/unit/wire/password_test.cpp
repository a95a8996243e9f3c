#include "src/wire/password.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace segue::wire {
namespace {

auth_nonce counting_nonce() {
    auth_nonce nonce{};
    for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] = static_cast<std::byte>(i + 1);
    return nonce;
}

std::string hex(std::span<const std::byte> bytes) {
    std::string out;
    for (const auto byte : bytes) {
        out += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4U];
        out += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 15U];
    }
    return out;
}

// The digests below were computed with Python's hashlib from the formulas in the manual.
TEST(password, native_scramble_is_as_computed_elsewhere) {
    EXPECT_EQ(hex(native_password_scramble("segue-secret", counting_nonce())),
              "7204fea21760edf1fe43d077b25a817f0ef9bf7b");
}

TEST(password, caching_sha2_scramble_is_as_computed_elsewhere) {
    EXPECT_EQ(hex(caching_sha2_scramble("segue-secret", counting_nonce())),
              "ad77a043cff6b976aa2870c79318aef765241e0d0bec627da3fb72e5bda70101");
}

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string public_pem(EVP_PKEY* key) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PUBKEY(out.get(), key);
    char* text = nullptr;
    const long length = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

// As a server does it: decrypt, then XOR with the nonce.
std::string decrypted(EVP_PKEY* key, const std::vector<std::byte>& sealed) {
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new(key, nullptr), &EVP_PKEY_CTX_free);
    EVP_PKEY_decrypt_init(context.get());
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING);
    std::string plain(4096, '\0');
    std::size_t length = plain.size();
    EXPECT_EQ(
        EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(plain.data()), &length,
                         reinterpret_cast<const unsigned char*>(sealed.data()), sealed.size()),
        1);
    plain.resize(length);
    const auto nonce = counting_nonce();
    for (std::size_t i = 0; i < plain.size(); ++i)
        plain[i] = static_cast<char>(plain[i] ^ std::to_integer<char>(nonce[i % nonce.size()]));
    return plain;
}

TEST(password, the_servers_private_key_opens_what_its_public_key_sealed) {
    const key_ptr key(EVP_RSA_gen(2048), &EVP_PKEY_free);
    ASSERT_TRUE(key);
    for (const std::string& text : {std::string("segue-secret"), std::string(200, 'x')}) {
        const auto sealed = rsa_encrypted_password(text, counting_nonce(), public_pem(key.get()));
        EXPECT_EQ(sealed.size(), 256U);
        EXPECT_EQ(decrypted(key.get(), sealed), text + '\0');
    }
}

TEST(password, too_long_for_the_key_is_an_error) {
    const key_ptr key(EVP_RSA_gen(2048), &EVP_PKEY_free);
    EXPECT_THROW(
        rsa_encrypted_password(std::string(300, 'x'), counting_nonce(), public_pem(key.get())),
        error);
}

TEST(password, a_public_key_that_is_none_is_an_error) {
    const key_ptr elliptic(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    for (const std::string& pem :
         {std::string(), std::string("no key"), public_pem(elliptic.get())})
        EXPECT_THROW(rsa_encrypted_password("p", counting_nonce(), pem), error);
}

}  // namespace
}  // namespace segue::wire
