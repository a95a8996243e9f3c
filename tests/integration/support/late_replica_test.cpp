#include "tests/support/late_replica.hpp"

#include "src/base/error.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/workload.hpp"

#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

const std::vector<std::string> semisync{"--plugin-load-add=semisync_source.so"};

class late_replica_of : public testing::TestWithParam<std::vector<std::string>> {
  protected:
    late_replica_of() : server(shared_server(GetParam())) {
        session.execute("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(40))");
    }

    sandbox_server& server;
    const fresh_schema schema{server};
    application_session session{server.over_tcp(), schema.name()};
};

TEST_P(late_replica_of, a_row_is_in_the_stream_before_anybody_can_select_it) {
    late_replica replica(server.over_tcp(), 1h);
    replica.watch_for("the marked row");
    std::jthread writer([&] {
        application_session other(server.over_tcp(), schema.name());
        other.execute("INSERT INTO t VALUES (1, 'the marked row')");
    });
    replica.wait_seen();
    EXPECT_EQ(session.query_value("SELECT COUNT(*) FROM t"), "0");
    EXPECT_EQ(replica.acknowledged(), 0U);
    replica.set_delay(0ms);
    writer.join();
    EXPECT_EQ(session.query_value("SELECT COUNT(*) FROM t"), "1");
    replica.check();
    eventually("it has counted that", [&] { return replica.acknowledged() >= 1; });
}

TEST_P(late_replica_of, a_commit_returns_after_the_delay) {
    late_replica replica(server.over_tcp(), 500ms);
    const auto begin = steady_clock::now();
    session.execute("INSERT INTO t VALUES (1, 'a')");
    EXPECT_GE(steady_clock::now() - begin, 500ms);
    replica.check();
}

TEST_P(late_replica_of, many_writers_go_on_at_their_pace) {
    const table_name table{schema.name(), "w"};
    create_and_fill(session, table, {}, 3000);
    late_replica replica(server.over_tcp(), 60ms);
    workload writers(server.over_tcp(), table, {}, {.writers = 6});
    const auto begin = steady_clock::now();
    writers.start();
    writers.wait_for_transactions(120);
    writers.stop();
    // Twenty rounds of six, each waiting for one acknowledgement.
    EXPECT_GE(steady_clock::now() - begin, 600ms);
    EXPECT_GE(writers.report().longest.duration, 60ms);
    replica.check();
    const auto found = writers.compare();
    EXPECT_TRUE(found.equal()) << found.text();
}

TEST_P(late_replica_of, follows_to_the_next_file) {
    late_replica replica(server.over_tcp(), 5ms);
    session.execute("INSERT INTO t VALUES (1, 'a')");
    session.execute("FLUSH BINARY LOGS");
    session.execute("INSERT INTO t VALUES (2, 'b')");
    session.execute("FLUSH BINARY LOGS");
    session.execute("INSERT INTO t VALUES (3, 'c')");
    eventually("all three are counted", [&] { return replica.acknowledged() >= 3; });
    replica.check();
}

TEST_P(late_replica_of, lets_go_who_waits_when_it_ends) {
    auto replica = std::make_optional<late_replica>(server.over_tcp(), 1h);
    replica->watch_for("for an hour");
    std::jthread writer([&] {
        application_session(server.over_tcp(), schema.name())
            .execute("INSERT INTO t VALUES (1, 'for an hour')");
    });
    replica->wait_seen();
    replica.reset();
    writer.join();
    EXPECT_EQ(session.query_value("SELECT COUNT(*) FROM t"), "1");
}

INSTANTIATE_TEST_SUITE_P(with_and_without_gtids, late_replica_of,
                         testing::Values(semisync, std::vector<std::string>{
                                                       semisync[0], "--gtid-mode=OFF",
                                                       "--enforce-gtid-consistency=OFF"}));

TEST(late_replica, without_the_plugin_is_an_error) {
    EXPECT_THROW(late_replica(shared_server().over_tcp(), 5ms), error);
}

}  // namespace
}  // namespace segue::test
