// A listener in place of a server that offers no TLS gets no byte of the password.
#include "src/base/error.hpp"
#include "src/db/session_factory.hpp"
#include "src/wire/connection.hpp"
#include "tests/support/plain_server.hpp"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::db {
namespace {

using namespace std::chrono_literals;
using test::plain_server;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;
using wire::tls_mode;

const std::string password = "Jb7 secret";

using client = std::function<void(const wire::connection_options&)>;

/// The sessions by the connector, and the client of our own that reads the binary log.
const std::vector<std::pair<std::string, client>>& clients() {
    static const std::vector<std::pair<std::string, client>> both{
        {"connector",
         [](const wire::connection_options& with) { session_factory(with).connect(); }},
        {"wire", [](const wire::connection_options& with) {
             wire::connection::connect(with, std::stop_token());
         }}};
    return both;
}

wire::connection_options to(const plain_server& server, tls_mode mode) {
    wire::connection_options made;
    made.server.port = server.port();
    made.user = "somebody";
    made.password = password;
    made.tls.mode = mode;
    made.connect_timeout = 60s;
    return made;
}

TEST(a_listener_without_tls, is_sent_nothing_where_tls_is_asked_for) {
    for (const auto& [name, connect] : clients())
        for (const auto mode :
             {tls_mode::required, tls_mode::verify_ca, tls_mode::verify_identity}) {
            const plain_server server(plain_server::trick::clear_text);
            EXPECT_THROW(connect(to(server, mode)), error) << name;
            EXPECT_EQ(server.received(), "") << name;
            EXPECT_GE(server.connections(), 1U) << name;
        }
}

// Not in clear text, nor in one of the scrambles that can be undone.
TEST(a_listener_without_tls, gets_no_password_where_none_is_asked_for) {
    for (const auto& [name, connect] : clients())
        for (const auto mode : {tls_mode::disabled, tls_mode::preferred})
            for (const auto how : plain_server::tricks) {
                const plain_server server(how);
                EXPECT_THROW(connect(to(server, mode)), error) << name;
                EXPECT_THAT(server.received(), Not(HasSubstr(password))) << name;
                EXPECT_THAT(server.received(), Not(HasSubstr(password.substr(0, 4)))) << name;
                for (const auto& answer : server.answers())
                    // The server's public key is asked for.
                    EXPECT_THAT(answer, AnyOf("", "\x02")) << name << " " << static_cast<int>(how);
            }
}

}  // namespace
}  // namespace segue::db
