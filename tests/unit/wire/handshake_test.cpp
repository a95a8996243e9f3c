#include "src/wire/handshake.hpp"

#include "src/base/error.hpp"
#include "src/wire/password.hpp"
#include "tests/unit/wire/greeting_bytes.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace segue::wire {
namespace {

using namespace std::string_literals;
using action = handshake_step::action;
using testing::HasSubstr;

const auto ok = "\x00\x00\x00\x02\x00\x00\x00"s;
const auto full_authentication = "\x01\x04"s;
const auto fast_success = "\x01\x03"s;

login user(std::string password) {
    return {.user = "u", .password = std::move(password)};
}

std::string switch_to(const std::string& plugin) {
    return "\xFE" + plugin + '\0' + std::string(20, 'n') + '\0';
}

auth_nonce greeted_nonce() {
    return parse_greeting(greeting_bytes{}.payload()).nonce;
}

auth_nonce switched_nonce() {
    auth_nonce nonce{};
    nonce.fill(static_cast<std::byte>('n'));
    return nonce;
}

struct sent_response {
    std::uint32_t capabilities = 0;
    std::string user;
    std::string proof;
    std::string plugin;
};

sent_response parse_response(std::span<const std::byte> payload) {
    byte_reader reader(payload, "handshake response");
    sent_response out;
    out.capabilities = reader.u32("capabilities");
    reader.skip(4 + 1 + 23, "fixed part");
    out.user = reader.nul_terminated("user");
    out.proof = reader.length_encoded_string("proof");
    out.plugin = reader.nul_terminated("plugin");
    return out;
}

TEST(handshake, of_caching_sha2_with_a_warm_cache_takes_one_scramble) {
    handshake login_of(user("p"));
    const auto first = login_of.on_packet(greeting_bytes{}.payload());
    ASSERT_EQ(first.next, action::send);
    const auto sent = parse_response(first.payload);
    EXPECT_EQ(sent.user, "u");
    EXPECT_EQ(sent.plugin, "caching_sha2_password");
    EXPECT_EQ(sent.proof, as_text(caching_sha2_scramble("p", greeted_nonce())));
    EXPECT_EQ(sent.capabilities & client_ssl, 0U);
    EXPECT_EQ(login_of.on_packet(as_bytes(fast_success)).next, action::read);
    EXPECT_EQ(login_of.on_packet(as_bytes(ok)).next, action::done);
    EXPECT_FALSE(login_of.encrypted());
}

TEST(handshake, over_plain_tcp_asks_for_the_key_instead_of_sending_the_password) {
    handshake login_of(user("p-in-clear"));
    login_of.on_packet(greeting_bytes{}.payload());
    const auto asked = login_of.on_packet(as_bytes(full_authentication));
    ASSERT_EQ(asked.next, action::send);
    EXPECT_EQ(as_text(asked.payload), "\x02");

    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PUBKEY(out.get(), key.get());
    char* text = nullptr;
    const long length = BIO_get_mem_data(out.get(), &text);
    const auto sealed =
        login_of.on_packet(as_bytes("\x01" + std::string(text, static_cast<std::size_t>(length))));
    ASSERT_EQ(sealed.next, action::send);
    EXPECT_EQ(sealed.payload.size(), 256U);
    EXPECT_EQ(as_text(sealed.payload).find("p-in-clear"), std::string_view::npos);
    EXPECT_EQ(login_of.on_packet(as_bytes(ok)).next, action::done);
}

TEST(handshake, over_a_unix_socket_sends_the_password_for_full_authentication) {
    auto who = user("p");
    who.local_socket = true;
    handshake login_of(who);
    login_of.on_packet(greeting_bytes{}.payload());
    EXPECT_EQ(as_text(login_of.on_packet(as_bytes(full_authentication)).payload), "p\0"s);
}

TEST(handshake, with_tls_sends_nothing_of_the_account_before_tls_stands) {
    auto who = user("p");
    who.tls = true;
    handshake login_of(who);
    const auto request = login_of.on_packet(greeting_bytes{}.payload());
    ASSERT_EQ(request.next, action::send_then_tls);
    EXPECT_EQ(request.payload.size(), 32U);
    const auto response = login_of.on_tls();
    ASSERT_EQ(response.next, action::send);
    const auto sent = parse_response(response.payload);
    EXPECT_EQ(sent.user, "u");
    EXPECT_NE(sent.capabilities & client_ssl, 0U);
    EXPECT_EQ(as_text(login_of.on_packet(as_bytes(full_authentication)).payload), "p\0"s);
    EXPECT_TRUE(login_of.encrypted());
}

TEST(handshake, is_refused_when_tls_is_wanted_and_not_offered) {
    auto who = user("p");
    who.tls = true;
    handshake login_of(who);
    greeting_bytes plain;
    plain.capabilities &= ~std::uint32_t{client_ssl};
    try {
        login_of.on_packet(plain.payload());
        FAIL();
    } catch (const error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr("TLS"));
        EXPECT_FALSE(refused.retryable());
    }
}

TEST(handshake, follows_a_switch_to_the_native_password) {
    handshake login_of(user("p"));
    login_of.on_packet(greeting_bytes{}.payload());
    const auto answer = login_of.on_packet(as_bytes(switch_to("mysql_native_password")));
    ASSERT_EQ(answer.next, action::send);
    EXPECT_EQ(answer.payload, native_password_scramble("p", switched_nonce()));
    EXPECT_EQ(login_of.on_packet(as_bytes(ok)).next, action::done);
}

TEST(handshake, follows_a_switch_from_the_native_password_to_caching_sha2) {
    handshake login_of(user("p"));
    const auto first =
        login_of.on_packet(greeting_bytes{.plugin = "mysql_native_password"}.payload());
    EXPECT_EQ(parse_response(first.payload).proof,
              as_text(native_password_scramble("p", greeted_nonce())));
    EXPECT_EQ(login_of.on_packet(as_bytes(switch_to("caching_sha2_password"))).payload,
              caching_sha2_scramble("p", switched_nonce()));
}

TEST(handshake, never_answers_a_plugin_that_wants_the_password_in_clear) {
    for (const auto* plugin : {"mysql_clear_password", "sha256_password", "dialog"}) {
        handshake login_of(user("p"));
        login_of.on_packet(greeting_bytes{.plugin = plugin}.payload());
        try {
            login_of.on_packet(as_bytes(switch_to(plugin)));
            FAIL();
        } catch (const error& refused) {
            EXPECT_THAT(refused.what(), HasSubstr(plugin));
        }
    }
}

TEST(handshake, asked_for_the_key_by_the_native_password_is_refused) {
    handshake login_of(user("p"));
    login_of.on_packet(greeting_bytes{}.payload());
    login_of.on_packet(as_bytes(switch_to("mysql_native_password")));
    EXPECT_THROW(login_of.on_packet(as_bytes(full_authentication)), error);
}

TEST(handshake, follows_one_switch_only) {
    handshake login_of(user("p"));
    login_of.on_packet(greeting_bytes{}.payload());
    login_of.on_packet(as_bytes(switch_to("mysql_native_password")));
    EXPECT_THROW(login_of.on_packet(as_bytes(switch_to("caching_sha2_password"))), error);
}

TEST(handshake, of_an_empty_password_sends_an_empty_proof) {
    handshake login_of(user(""));
    EXPECT_EQ(parse_response(login_of.on_packet(greeting_bytes{}.payload()).payload).proof, "");
    handshake other(user(""));
    other.on_packet(greeting_bytes{}.payload());
    EXPECT_EQ(as_text(other.on_packet(as_bytes(switch_to("mysql_native_password"))).payload), "");
    handshake third(user(""));
    third.on_packet(greeting_bytes{.plugin = "mysql_native_password"}.payload());
    EXPECT_EQ(as_text(third.on_packet(as_bytes(switch_to("caching_sha2_password"))).payload),
              "\0"s);
}

TEST(handshake, hands_on_the_servers_refusal) {
    handshake login_of(user("p"));
    login_of.on_packet(greeting_bytes{}.payload());
    try {
        login_of.on_packet(as_bytes("\xFF\x15\x04#28000Access denied for user 'u'"s));
        FAIL();
    } catch (const error& refused) {
        EXPECT_EQ(refused.mysql_errno(), 1045);
        EXPECT_EQ(refused.sqlstate(), "28000");
        EXPECT_THAT(refused.what(), HasSubstr("Access denied for user 'u'"));
        EXPECT_FALSE(refused.connection_lost());
    }
}

TEST(handshake, answers_cut_short_anywhere_are_refused) {
    for (const auto& whole : {ok, switch_to("mysql_native_password").substr(0, 43),
                              full_authentication, "\xFF\x15\x04#28000"s})
        for (std::size_t length = 0; length < whole.size(); ++length) {
            handshake login_of(user("p"));
            login_of.on_packet(greeting_bytes{}.payload());
            EXPECT_THROW(login_of.on_packet(as_bytes(whole.substr(0, length))), error)
                << testing::PrintToString(whole) << length;
        }
}

TEST(handshake, of_a_user_name_with_a_nul_byte_is_refused) {
    handshake login_of({.user = "a\0b"s, .password = "p"});
    EXPECT_THROW(login_of.on_packet(greeting_bytes{}.payload()), error);
}

}  // namespace
}  // namespace segue::wire
