#include "src/wire/connection.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_writer.hpp"
#include "src/wire/probe.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <poll.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace segue::wire {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::sandbox_server;
using testing::AnyOf;
using testing::HasSubstr;

const std::stop_token never;

// The error that `work` throws; the test fails when it throws none.
error failure_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const error& failed) {
        return failed;
    }
    ADD_FAILURE() << "no error was thrown";
    return error("none");
}

int listener_on_loopback(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    EXPECT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::listen(listener, 5), 0);
    EXPECT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port = ntohs(address.sin_port);
    return listener;
}

/// Between one client and a server, greeting with a connection id of its own, as proxies do.
class renumbering_proxy {
  public:
    explicit renumbering_proxy(std::uint16_t server_port) : listener_(listener_on_loopback(port_)) {
        thread_ = std::jthread([this, server_port](std::stop_token stop) {
            const int client = ::accept(listener_, nullptr, nullptr);
            const int server = ::socket(AF_INET, SOCK_STREAM, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(server_port);
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            EXPECT_EQ(::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
            relay(client, server, stop);
            ::close(client);
            ::close(server);
        });
    }
    ~renumbering_proxy() {
        thread_.request_stop();
        thread_.join();
        ::close(listener_);
    }
    std::uint16_t port() const { return port_; }

  private:
    static void relay(int client, int server, const std::stop_token& stop) {
        bool greeted = false;
        std::array<char, 65536> block{};
        while (!stop.stop_requested()) {
            std::array<pollfd, 2> ready{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
            if (::poll(ready.data(), ready.size(), 50) <= 0) continue;
            for (const auto& side : ready) {
                if (side.revents == 0) continue;
                const auto count = ::read(side.fd, block.data(), block.size());
                if (count <= 0) return;
                if (side.fd == server && !std::exchange(greeted, true)) {
                    // Behind the header, the protocol version and the server's version.
                    auto* id = std::find(block.begin() + 5, block.end(), '\0') + 1;
                    *id = static_cast<char>(*id + 1);
                }
                EXPECT_EQ(::write(side.fd == server ? client : server, block.data(),
                                  static_cast<std::size_t>(count)),
                          count);
            }
        }
    }

    std::uint16_t port_ = 0;
    int listener_;
    std::jthread thread_;
};

class wire_connection : public testing::Test {
  protected:
    static void SetUpTestSuite() { server_ = std::make_unique<sandbox_server>(); }
    static void TearDownTestSuite() { server_.reset(); }

    static sandbox_server& server() { return *server_; }

    static void run(const std::string& sql) {
        connection::connect(server().over_socket(), never).query(sql, never);
    }

    static std::string first_value(connection& session, const std::string& sql) {
        return session.query(sql, never).single(sql).value_or("NULL");
    }

    static std::string cipher(connection& session) {
        return session.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", never).rows[0][1].value();
    }

    // An account whose password the server does not have in its cache.
    static connection_options fresh_account(connection_options options) {
        static int count = 0;
        options.user = "fresh" + std::to_string(++count);
        options.password = "pass-" + std::to_string(count);
        run("CREATE USER " + options.user + " IDENTIFIED BY '" + options.password + "'");
        run("FLUSH PRIVILEGES");
        return options;
    }

    static connection_options with_tls(tls_mode mode) {
        auto options = server().over_tcp();
        options.tls.mode = mode;
        return options;
    }

    /// Holds a lock for which a query waits until this session ends.
    struct holding {
        explicit holding(const std::string& lock)
            : session(connection::connect(server().over_socket(), never)),
              query_that_waits("SELECT GET_LOCK('" + lock + "', 3600)"),
              look("SELECT IS_USED_LOCK('" + lock + "') = CONNECTION_ID()") {
            EXPECT_EQ(first_value(session, "SELECT GET_LOCK('" + lock + "', 0)"), "1");
        }
        bool still() { return first_value(session, look) == "1"; }

        connection session;
        const std::string query_that_waits;
        const std::string look;
    };

    static std::string data_file(const std::string& name) {
        return (server().data_folder() / name).string();
    }

  private:
    static inline std::unique_ptr<sandbox_server> server_;
};

TEST_F(wire_connection, over_a_unix_socket_logs_in_with_a_cold_and_a_warm_cache) {
    const auto options = fresh_account(server().over_socket());
    for (int i = 0; i < 2; ++i) {
        auto session = connection::connect(options, never);
        EXPECT_THAT(first_value(session, "SELECT CURRENT_USER()"), HasSubstr(options.user));
        EXPECT_FALSE(session.encrypted());
        session.quit();
    }
}

TEST_F(wire_connection, over_plain_tcp_logs_in_by_rsa_and_then_by_the_cache) {
    const auto options = fresh_account(server().over_tcp());
    for (int i = 0; i < 2; ++i) {
        auto session = connection::connect(options, never);
        EXPECT_THAT(first_value(session, "SELECT CURRENT_USER()"), HasSubstr(options.user));
        EXPECT_EQ(cipher(session), "");
    }
}

TEST_F(wire_connection, over_tls_logs_in_with_a_cold_and_a_warm_cache) {
    auto options = fresh_account(server().over_tcp());
    options.tls.mode = tls_mode::required;
    for (int i = 0; i < 2; ++i) {
        auto session = connection::connect(options, never);
        EXPECT_TRUE(session.encrypted());
        EXPECT_NE(cipher(session), "");
    }
}

TEST_F(wire_connection, over_a_unix_socket_can_be_encrypted_too) {
    auto options = server().over_socket();
    options.tls.mode = tls_mode::required;
    auto session = connection::connect(options, never);
    EXPECT_NE(cipher(session), "");
}

TEST_F(wire_connection, logs_in_without_a_password) {
    run("CREATE USER nobody IDENTIFIED BY ''");
    for (auto options : {server().over_socket(), server().over_tcp()}) {
        options.user = "nobody";
        options.password = "";
        auto session = connection::connect(options, never);
        EXPECT_THAT(first_value(session, "SELECT CURRENT_USER()"), HasSubstr("nobody"));
    }
}

TEST_F(wire_connection, is_refused_with_a_wrong_password_in_the_servers_words) {
    for (auto options : {fresh_account(server().over_socket()), fresh_account(server().over_tcp()),
                         fresh_account(with_tls(tls_mode::required))})
        for (const std::string& wrong : {std::string("wrong"), std::string()}) {
            options.password = wrong;
            const auto refused = failure_of([&] { connection::connect(options, never); });
            EXPECT_EQ(refused.mysql_errno(), 1045);
            EXPECT_EQ(refused.sqlstate(), "28000");
            EXPECT_THAT(refused.what(), HasSubstr("Access denied for user '" + options.user));
            EXPECT_FALSE(refused.retryable());
        }
}

TEST_F(wire_connection, accepts_a_certificate_of_the_ca_it_was_given) {
    auto options = with_tls(tls_mode::verify_ca);
    options.tls.ca_file = data_file("ca.pem");
    EXPECT_TRUE(connection::connect(options, never).encrypted());
}

TEST_F(wire_connection, refuses_a_certificate_that_the_system_does_not_trust) {
    const auto refused =
        failure_of([] { connection::connect(with_tls(tls_mode::verify_ca), never); });
    EXPECT_THAT(refused.what(), HasSubstr("certificate"));
    EXPECT_FALSE(refused.retryable());
}

TEST_F(wire_connection, refuses_a_certificate_for_another_host) {
    auto options = with_tls(tls_mode::verify_identity);
    options.tls.ca_file = data_file("ca.pem");
    for (const auto* host : {"127.0.0.1", "localhost"}) {
        options.server.host = host;
        const auto refused = failure_of([&] { connection::connect(options, never); });
        EXPECT_THAT(refused.what(),
                    AnyOf(HasSubstr("IP address mismatch"), HasSubstr("hostname mismatch")));
    }
}

TEST_F(wire_connection, refuses_to_verify_an_identity_over_a_unix_socket) {
    auto options = server().over_socket();
    options.tls.mode = tls_mode::verify_identity;
    options.tls.ca_file = data_file("ca.pem");
    EXPECT_THAT(failure_of([&] { connection::connect(options, never); }).what(),
                HasSubstr("unix socket"));
}

TEST_F(wire_connection, names_a_ca_file_that_cannot_be_read) {
    auto options = with_tls(tls_mode::verify_ca);
    options.tls.ca_file = "/nonexistent/ca.pem";
    EXPECT_THAT(failure_of([&] { connection::connect(options, never); }).what(),
                HasSubstr("/nonexistent/ca.pem"));
}

TEST_F(wire_connection, logs_in_with_a_certificate_of_its_own) {
    run("CREATE USER certified IDENTIFIED BY 'p' REQUIRE X509");
    auto options = with_tls(tls_mode::required);
    options.user = "certified";
    options.password = "p";
    EXPECT_EQ(failure_of([&] { connection::connect(options, never); }).mysql_errno(), 1045);
    options.tls.cert_file = data_file("client-cert.pem");
    options.tls.key_file = data_file("client-key.pem");
    EXPECT_TRUE(connection::connect(options, never).encrypted());
}

TEST_F(wire_connection, sends_nothing_to_a_server_without_tls_when_tls_is_asked_for) {
    const sandbox_server plain({.mysqld = {"--tls-version="}});
    auto options = plain.over_tcp();
    EXPECT_FALSE(probe(options, never).offers_tls);
    auto session = connection::connect(plain.over_socket(), never);
    EXPECT_EQ(session.query("SHOW GLOBAL STATUS LIKE 'Aborted_%'", never).rows,
              (decltype(text_result::rows){{"Aborted_clients", "0"}, {"Aborted_connects", "0"}}));
    options.tls.mode = tls_mode::required;
    const auto refused = failure_of([&] { connection::connect(options, never); });
    EXPECT_THAT(refused.what(), HasSubstr("does not offer it"));
    EXPECT_FALSE(refused.retryable());
}

TEST_F(wire_connection, to_an_older_server_logs_in_by_the_native_password) {
    if (const auto why = test::why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
    const sandbox_server old({.version = "8.0"});
    connection::connect(old.over_socket(), never)
        .query("CREATE USER n IDENTIFIED WITH mysql_native_password BY 'p'", never);
    connection::connect(old.over_socket(), never)
        .query("CREATE USER e IDENTIFIED WITH mysql_native_password BY ''", never);
    for (auto options : {old.over_socket(), old.over_tcp()})
        for (const auto& [user, password] : {std::pair{"n", "p"}, std::pair{"e", ""}}) {
            options.user = user;
            options.password = password;
            auto session = connection::connect(options, never);
            EXPECT_THAT(session.server().version, HasSubstr("8.0."));
            EXPECT_THAT(first_value(session, "SELECT CURRENT_USER()"), HasSubstr(user));
            options.password = "wrong";
            EXPECT_EQ(failure_of([&] { connection::connect(options, never); }).mysql_errno(), 1045);
        }
}

TEST_F(wire_connection, probe_tells_what_the_server_offers_and_logs_out) {
    const auto seen = probe(server().over_tcp(), never);
    EXPECT_EQ(seen.version.substr(0, 3), server().version().substr(0, 3));
    EXPECT_FALSE(seen.is_mariadb);
    EXPECT_TRUE(seen.offers_tls);
    EXPECT_FALSE(seen.encrypted);
    EXPECT_TRUE(probe(with_tls(tls_mode::required), never).encrypted);
    auto session = connection::connect(server().over_socket(), never);
    EXPECT_GT(session.server().connection_id, seen.connection_id);
}

TEST_F(wire_connection, query_gives_rows_and_keeps_the_session_over_an_error) {
    auto session = connection::connect(server().over_socket(), never);
    session.require_direct(never);
    const auto result = session.query("SELECT 1 AS a, NULL AS b, '' AS c", never);
    EXPECT_EQ(result.columns, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(result.rows[0][0], "1");
    EXPECT_EQ(result.rows[0][1], std::nullopt);
    EXPECT_EQ(result.rows[0][2], "");
    const auto failed = failure_of([&] { session.query("SELECT nonsense", never); });
    EXPECT_EQ(failed.mysql_errno(), 1054);
    EXPECT_EQ(failed.sqlstate(), "42S22");
    EXPECT_FALSE(failed.connection_lost());
    EXPECT_TRUE(session.open());
    EXPECT_EQ(first_value(session, "SELECT 2"), "2");
}

TEST_F(wire_connection, notices_a_proxy_by_the_connection_id) {
    const renumbering_proxy proxy(server().over_tcp().server.port);
    auto options = server().over_tcp();
    options.server.port = proxy.port();
    auto session = connection::connect(options, never);
    EXPECT_EQ(first_value(session, "SELECT 1"), "1");
    EXPECT_THAT(failure_of([&] { session.require_direct(never); }).what(), HasSubstr("a proxy"));
    EXPECT_FALSE(session.open());
}

TEST_F(wire_connection, values_over_16_megabytes_come_whole_through_tls_and_without) {
    for (auto mode : {tls_mode::disabled, tls_mode::required}) {
        auto session = connection::connect(with_tls(mode), never);
        for (const int megabytes : {1, 16, 20, 33}) {
            const auto sql =
                "SELECT REPEAT('abcdefgh', 131072 * " + std::to_string(megabytes) + ")";
            const auto value = session.query(sql, never).single("it").value();
            EXPECT_EQ(value.size(), static_cast<std::size_t>(megabytes) << 20U);
            EXPECT_TRUE(value.ends_with("abcdefgh"));
        }
        EXPECT_EQ(first_value(session, "SELECT 3"), "3");
    }
}

TEST_F(wire_connection, statements_over_16_megabytes_go_whole) {
    auto session = connection::connect(server().over_socket(), never);
    EXPECT_EQ(first_value(session, "SELECT LENGTH('" + std::string(20'000'000, 'x') + "')"),
              "20000000");
}

TEST_F(wire_connection, killed_by_an_operator_is_lost) {
    auto session = connection::connect(server().over_socket(), never);
    run("KILL " + std::to_string(session.server().connection_id));
    const auto failed = failure_of([&] { session.query("SELECT 1", never); });
    EXPECT_TRUE(failed.connection_lost());
    EXPECT_TRUE(failed.retryable());
    EXPECT_FALSE(session.open());
}

TEST_F(wire_connection, a_wait_ends_by_its_time_bound) {
    holding held("longer than a time bound");
    auto options = server().over_socket();
    options.read_timeout = 200ms;
    for (auto mode : {tls_mode::disabled, tls_mode::required}) {
        options.tls.mode = mode;
        auto session = connection::connect(options, never);
        const auto failed = failure_of([&] { session.query(held.query_that_waits, never); });
        EXPECT_TRUE(failed.connection_lost());
        EXPECT_FALSE(session.open());
        EXPECT_TRUE(held.still());
    }
}

TEST_F(wire_connection, a_wait_ends_at_once_when_asked_to_stop) {
    holding held("until asked to stop");
    for (auto mode : {tls_mode::disabled, tls_mode::required}) {
        auto options = with_tls(mode);
        options.read_timeout = 1h;
        auto session = connection::connect(options, never);
        const auto waiting = "SELECT COUNT(*) FROM performance_schema.processlist WHERE id=" +
                             std::to_string(session.server().connection_id) +
                             " AND state='User lock'";
        std::stop_source stop;
        std::jthread asker([&] {
            eventually("the session waits",
                       [&] { return first_value(held.session, waiting) == "1"; });
            stop.request_stop();
        });
        EXPECT_THROW(session.query(held.query_that_waits, stop.get_token()), stopped);
        asker.join();
        EXPECT_FALSE(session.open());
        EXPECT_TRUE(held.still());
    }
}

TEST_F(wire_connection, connecting_where_nobody_listens_is_an_error_to_retry) {
    auto options = server().over_tcp();
    options.server.port = 1;
    const auto refused = failure_of([&] { connection::connect(options, never); });
    EXPECT_EQ(refused.mysql_errno(), 2003);
    EXPECT_TRUE(refused.retryable());
    options.server.socket = "/nonexistent/mysqld.sock";
    EXPECT_EQ(failure_of([&] { connection::connect(options, never); }).mysql_errno(), 2002);
}

TEST_F(wire_connection, connecting_to_an_unknown_host_is_an_error) {
    auto options = server().over_tcp();
    options.server.host = "no-such-host.invalid";
    options.connect_timeout = 120s;  // a resolver may try for long
    EXPECT_EQ(failure_of([&] { connection::connect(options, never); }).mysql_errno(), 2005);
}

TEST_F(wire_connection, to_a_listener_that_never_speaks_ends_by_timeout_or_stop) {
    auto options = server().over_tcp();
    const int listener = listener_on_loopback(options.server.port);
    options.connect_timeout = 200ms;
    EXPECT_TRUE(failure_of([&] { connection::connect(options, never); }).connection_lost());
    ::close(::accept(listener, nullptr, nullptr));

    options.connect_timeout = 1h;
    std::stop_source stop;
    int accepted = -1;
    std::jthread asker([&] {
        accepted = ::accept(listener, nullptr, nullptr);
        stop.request_stop();
    });
    EXPECT_THROW(connection::connect(options, stop.get_token()), stopped);
    asker.join();
    ::close(accepted);
    ::close(listener);
}

}  // namespace
}  // namespace segue::wire
