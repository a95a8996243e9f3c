#include "tests/support/fault_proxy.hpp"

#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

class fault_proxy_before_a_server : public testing::Test {
  protected:
    fault_proxy_before_a_server() { direct.execute("CREATE TABLE t (id INT PRIMARY KEY)"); }

    value rows() { return direct.query_value("SELECT COUNT(*) FROM t"); }
    application_session connect() {
        return application_session(proxy.through(server.over_tcp()), schema.name());
    }
    // The way a statement fails whose connection is lost.
    static void expect_lost(application_session& session, const std::string& sql) {
        try {
            session.execute(sql);
            ADD_FAILURE() << "this was answered: " << sql;
        } catch (const error& failed) {
            EXPECT_TRUE(failed.connection_lost()) << failed.what();
        }
    }

    sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    application_session direct{server.over_tcp(), schema.name()};
    fault_proxy proxy{server.over_tcp().server};
};

TEST_F(fault_proxy_before_a_server, passes_on_what_no_rule_is_for) {
    auto session = connect();
    session.execute("INSERT INTO t VALUES (1), (2)");
    EXPECT_EQ(rows(), "2");
    const std::string long_text(20'000'000, 'x');
    EXPECT_EQ(session.query_value("SELECT LENGTH('" + long_text + "')"), "20000000");
    EXPECT_EQ(session.query_value("SELECT REPEAT('y', 20000000)")->size(), 20'000'000U);
    EXPECT_EQ(proxy.hits(), 0U);
    EXPECT_EQ(proxy.connections(), 1U);
}

TEST_F(fault_proxy_before_a_server, passes_on_connections_with_tls) {
    auto options = proxy.through(server.over_tcp());
    options.tls.mode = wire::tls_mode::required;
    proxy.when("SELECT", network_fault::close_before);
    EXPECT_EQ(application_session(options).query_value("SELECT 1"), "1");
}

TEST_F(fault_proxy_before_a_server, passes_on_sessions_of_the_connector) {
    proxy.when("INSERT", network_fault::lose_answer);
    db::session_factory factory(proxy.through(server.over_tcp()));
    auto session = factory.connect();
    try {
        session.execute("INSERT INTO " + schema.name() + ".t VALUES (1)");
        FAIL();
    } catch (const error& failed) {
        EXPECT_TRUE(failed.connection_lost());
        EXPECT_TRUE(failed.outcome_unknown());
    }
    EXPECT_EQ(rows(), "1");
}

// libmariadb says CR_SSL_CONNECTION_ERROR of these, in place of CR_SERVER_LOST.
TEST_F(fault_proxy_before_a_server, closes_sessions_of_the_connector_that_use_tls) {
    auto options = proxy.through(server.over_tcp());
    options.tls.mode = wire::tls_mode::required;
    db::session_factory factory(options);
    auto session = factory.connect();
    ASSERT_EQ(session.query_row("SHOW STATUS LIKE 'Ssl_version'").size(), 2U);
    proxy.close_all();
    try {
        session.query_value("SELECT 1");
        FAIL();
    } catch (const error& failed) {
        EXPECT_TRUE(failed.connection_lost()) << failed.what();
        EXPECT_TRUE(failed.retryable());
    }
}

TEST_F(fault_proxy_before_a_server, an_insert_whose_answer_is_lost_did_happen) {
    proxy.when("INSERT INTO t", network_fault::lose_answer);
    auto session = connect();
    expect_lost(session, "INSERT INTO t VALUES (1)");
    EXPECT_EQ(rows(), "1");
    auto again = connect();
    again.execute("INSERT INTO t VALUES (2)");
    EXPECT_EQ(proxy.hits(), 1U);
}

TEST_F(fault_proxy_before_a_server, a_query_it_closes_before_did_not_happen) {
    proxy.when("INSERT INTO t", network_fault::close_before, /*once=*/false);
    for (int i = 0; i < 3; ++i) {
        auto session = connect();
        expect_lost(session, "INSERT INTO t VALUES (1)");
    }
    EXPECT_EQ(rows(), "0");
    EXPECT_EQ(proxy.hits(), 3U);
    proxy.forget_rules();
    connect().execute("INSERT INTO t VALUES (1)");
    EXPECT_EQ(rows(), "1");
}

TEST_F(fault_proxy_before_a_server, a_frozen_query_arrives_when_it_is_let_go) {
    proxy.when("INSERT INTO t", network_fault::freeze);
    auto session = connect();
    std::jthread writer([&] { session.execute("INSERT INTO t VALUES (1)"); });
    proxy.wait_hits(1);
    EXPECT_EQ(rows(), "0");
    // Others go on.
    connect().execute("INSERT INTO t VALUES (2)");
    EXPECT_EQ(rows(), "1");
    proxy.thaw();
    writer.join();
    EXPECT_EQ(rows(), "2");
}

TEST_F(fault_proxy_before_a_server, a_query_whose_answer_is_held_did_happen) {
    proxy.when("INSERT INTO t", network_fault::hold_answer);
    auto session = connect();
    std::atomic<bool> answered = false;
    std::jthread writer([&] {
        session.execute("INSERT INTO t VALUES (1)");
        answered = true;
    });
    eventually("the row is there", [&] { return rows() == "1"; });
    EXPECT_FALSE(answered);
    proxy.thaw();
    writer.join();
    EXPECT_TRUE(answered);
}

TEST_F(fault_proxy_before_a_server, a_client_that_dies_frozen_leaves_its_locks_on_the_server) {
    {
        auto session = connect();
        session.execute("LOCK TABLES t WRITE");
        proxy.freeze();
    }
    direct.execute("SET SESSION lock_wait_timeout=1");
    EXPECT_THROW(rows(), error);
    proxy.close_all();
    EXPECT_EQ(proxy.connections(), 0U);
    eventually("the lock is gone", [&] {
        try {
            return rows() == "0";
        } catch (const error&) {
            return false;
        }
    });
}

TEST_F(fault_proxy_before_a_server, new_connections_get_no_answer_while_it_is_frozen) {
    proxy.freeze();
    auto options = proxy.through(server.over_tcp());
    options.connect_timeout = 200ms;
    EXPECT_THROW(application_session{options}, error);
    proxy.thaw();
    EXPECT_EQ(connect().query_value("SELECT 1"), "1");
}

TEST_F(fault_proxy_before_a_server, severs_a_connection_in_the_middle_of_an_answer) {
    auto session = connect();
    auto other = connect();
    proxy.sever_after(5'000);
    expect_lost(session, "SELECT REPEAT('y', 20000)");
    // Once, and no other connection.
    EXPECT_EQ(other.query_value("SELECT REPEAT('y', 20000)")->size(), 20'000U);
}

TEST_F(fault_proxy_before_a_server, severs_a_connection_in_the_middle_of_a_statement) {
    auto session = connect();
    const std::string long_text(20'000, 'x');
    proxy.sever_after(5'000);
    expect_lost(session, "INSERT INTO t SELECT LENGTH('" + long_text + "')");
    EXPECT_EQ(rows(), "0");
}

TEST_F(fault_proxy_before_a_server, severs_none_once_it_was_told_to_forget) {
    auto session = connect();
    proxy.sever_after(5'000);
    proxy.forget_rules();
    EXPECT_EQ(session.query_value("SELECT REPEAT('y', 20000)")->size(), 20'000U);
}

TEST_F(fault_proxy_before_a_server, counts_queries) {
    auto session = connect();
    const auto before = proxy.queries();
    session.execute("DO 1");
    session.execute("DO 2");
    EXPECT_EQ(proxy.queries(), before + 2);
}

}  // namespace
}  // namespace segue::test
