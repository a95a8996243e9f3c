#include "tests/support/sandbox_server.hpp"

#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

TEST(sandbox_server, gives_sessions_of_its_two_accounts) {
    auto& server = shared_server();
    EXPECT_EQ(server.connect().query_value("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"),
              server.user());
    EXPECT_EQ(server.root().query_value("SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"), "root");
    EXPECT_EQ(server.connect().query_value("SELECT @@port"), std::to_string(server.port()));
}

TEST(sandbox_server, is_shared_where_the_options_agree) {
    EXPECT_EQ(&shared_server(), &shared_server());
    const auto& plain = shared_server({"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"});
    EXPECT_NE(&plain, &shared_server());
    EXPECT_EQ(plain.connect().query_value("SELECT @@gtid_mode"), "OFF");
    EXPECT_EQ(shared_server().connect().query_value("SELECT @@gtid_mode"), "ON");
}

TEST(sandbox_server, a_schema_is_gone_after_the_test) {
    auto& server = shared_server();
    const std::string count =
        "SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name LIKE 'test\\_%'";
    {
        const fresh_schema one(server);
        const fresh_schema two(server);
        EXPECT_NE(one.name(), two.name());
        EXPECT_EQ(server.connect().query_value(count), "2");
    }
    EXPECT_EQ(server.connect().query_value(count), "0");
}

TEST(sandbox_server, committed_rows_are_there_after_a_crash) {
    sandbox_server server;
    const fresh_schema schema(server);
    {
        auto session = server.connect();
        session.execute("CREATE TABLE " + schema.name() + ".t (a INT PRIMARY KEY)");
        session.execute("INSERT INTO " + schema.name() + ".t VALUES (5)");
    }
    server.kill_hard();
    EXPECT_THROW(server.connect(), error);
    server.resume();
    EXPECT_EQ(server.connect().query_value("SELECT a FROM " + schema.name() + ".t"), "5");
}

TEST(sandbox_server, stands_still_while_it_is_stopped) {
    sandbox_server server;
    auto options = server.over_tcp();
    options.connect_timeout = std::chrono::milliseconds(300);
    server.signal(SIGSTOP);
    EXPECT_THROW(application_session{options}, error);
    server.signal(SIGCONT);
    EXPECT_EQ(application_session(server.over_tcp()).query_value("SELECT 1"), "1");
}

TEST(sandbox_server, a_replica_follows) {
    auto& primary = shared_server();
    const fresh_schema schema(primary);
    const sandbox_server replica({.replica_of = &primary});
    primary.connect().execute("CREATE TABLE " + schema.name() + ".t (a INT PRIMARY KEY)");
    eventually("the table is on the replica", [&] {
        return replica.connect().query_value(
                   "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema='" +
                   schema.name() + "'") == "1";
    });
}

TEST(sandbox_server, leaves_nothing_behind) {
    std::filesystem::path data;
    {
        const sandbox_server server;
        data = server.data_folder();
        EXPECT_TRUE(std::filesystem::exists(data));
    }
    EXPECT_FALSE(std::filesystem::exists(data));
}

TEST(sandbox_server, an_option_that_mysqld_refuses_is_an_error_that_says_so) {
    try {
        const sandbox_server server({.mysqld = {"--no-such-option"}});
        FAIL();
    } catch (const error& failed) {
        EXPECT_NE(std::string(failed.what()).find("no-such-option"), std::string::npos)
            << failed.what();
    }
}

}  // namespace
}  // namespace segue::test
