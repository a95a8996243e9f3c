#include "src/wire/password.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"

#include <algorithm>
#include <initializer_list>
#include <memory>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace segue::wire {
namespace {

using bytes = std::vector<std::byte>;

bytes digest(const EVP_MD* algorithm, std::initializer_list<std::span<const std::byte>> parts) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    bytes out(EVP_MAX_MD_SIZE);
    unsigned written = 0;
    bool good = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1;
    for (const auto part : parts)
        good = good && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
    good = good && EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                      &written) == 1;
    if (!good) throw error("OpenSSL cannot compute a digest that the login needs");
    out.resize(written);
    return out;
}

void xor_into(bytes& target, std::span<const std::byte> pad) {
    for (std::size_t i = 0; i < target.size(); ++i) target[i] ^= pad[i % pad.size()];
}

// A key that claims to be encrypted must not make OpenSSL ask at the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

bytes native_password_scramble(std::string_view password, const auth_nonce& nonce) {
    bytes once = digest(EVP_sha1(), {as_bytes(password)});
    const bytes twice = digest(EVP_sha1(), {once});
    xor_into(once, digest(EVP_sha1(), {nonce, twice}));
    return once;
}

bytes caching_sha2_scramble(std::string_view password, const auth_nonce& nonce) {
    bytes once = digest(EVP_sha256(), {as_bytes(password)});
    const bytes twice = digest(EVP_sha256(), {once});
    xor_into(once, digest(EVP_sha256(), {twice, nonce}));
    return once;
}

bytes rsa_encrypted_password(std::string_view password, const auth_nonce& nonce,
                             std::string_view public_key_pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(
        BIO_new_mem_buf(public_key_pem.data(), static_cast<int>(public_key_pem.size())), &BIO_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        source ? PEM_read_bio_PUBKEY(source.get(), nullptr, &no_passphrase, nullptr) : nullptr,
        &EVP_PKEY_free);
    if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
        ERR_clear_error();
        throw error("the server's public key for passwords is not an RSA key in PEM");
    }

    bytes masked(password.size() + 1);
    std::transform(password.begin(), password.end(), masked.begin(),
                   [](char character) { return static_cast<std::byte>(character); });
    xor_into(masked, nonce);

    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new(key.get(), nullptr), &EVP_PKEY_CTX_free);
    const auto* plain = reinterpret_cast<const unsigned char*>(masked.data());
    std::size_t length = 0;
    bool good = context && EVP_PKEY_encrypt_init(context.get()) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
                EVP_PKEY_encrypt(context.get(), nullptr, &length, plain, masked.size()) == 1;
    bytes out(length);
    good = good && EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                    &length, plain, masked.size()) == 1;
    OPENSSL_cleanse(masked.data(), masked.size());
    if (!good) {
        ERR_clear_error();
        throw error("the password cannot be encrypted with the server's RSA key: is it too long?");
    }
    out.resize(length);
    return out;
}

}  // namespace segue::wire
