// docs/hazards.md, 21: whether what an XA COMMIT by another session than the one that prepared
// commits is visible behind a barrier, as other transactions are. A replica that acknowledges late
// gathers many of them, and the barrier behind them; then all become visible at once, and whoever
// would be late is overtaken.
#include "binlog/stream.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/late_replica.hpp"
#include "tests/support/sandbox_server.hpp"

#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::binlog {
namespace {

using namespace std::chrono_literals;
using test::application_session;
using test::late_replica;
using test::sandbox_server;

constexpr unsigned committers = 60;
constexpr unsigned rounds = 20;

/// Counts what stands in the log.
class counter final : public stream_handler {
  public:
    void on_begin(const std::optional<std::string>&) override {}
    void on_table(const table_shape&) override {}
    void on_row(const row_change&) override { ++barriers; }
    void on_statement(const statement&) override {}
    void on_end(ending) override {}
    void on_xa_commit(const std::string&) override { ++commits; }
    void on_xa_rollback(const std::string&) override {}
    void on_boundary(const stream_position&) override {}
    void on_reconnect() override {}

    std::atomic<unsigned> commits{0};
    std::atomic<unsigned> barriers{0};
};

class detached_xa_commits : public testing::TestWithParam<std::string> {
  protected:
    detached_xa_commits() {
        auto session = connect();
        session->execute("CREATE DATABASE probe");
        session->execute("CREATE TABLE probe.t (id INT PRIMARY KEY, v INT NOT NULL)");
        session->execute("CREATE TABLE probe.barrier (n INT NOT NULL)");
        session->execute("INSERT INTO probe.barrier VALUES (0)");
        for (unsigned i = 0; i < committers; ++i)
            session->execute(fmt::format("INSERT INTO probe.t VALUES ({}, 0)", i));
        from = gtid_set::parse(session->query_value("SELECT @@GLOBAL.gtid_executed").value());
        for (unsigned i = 0; i < committers; ++i) sessions.push_back(connect());
    }
    std::unique_ptr<application_session> connect() const {
        return std::make_unique<application_session>(server.over_tcp());
    }
    static std::string xid(unsigned round, unsigned number) {
        return fmt::format("'{}-{}'", round, number);
    }
    void prepare(unsigned round) {
        for (unsigned i = 0; i < committers; ++i) {
            sessions[i]->execute("XA START " + xid(round, i));
            sessions[i]->execute(fmt::format("UPDATE probe.t SET v={} WHERE id={}", round, i));
            sessions[i]->execute("XA END " + xid(round, i));
            sessions[i]->execute("XA PREPARE " + xid(round, i));
        }
    }
    /// How many are not visible behind the barrier.
    unsigned commit_all(unsigned round, late_replica& late, const counter& log) {
        std::vector<std::jthread> threads;
        late.set_delay(1h);
        for (unsigned i = 0; i < committers; ++i)
            threads.emplace_back(
                [&, i] { sessions[i]->execute("XA COMMIT " + xid(round, (i + 1) % committers)); });
        test::eventually("all XA COMMITs stand in the log",
                         [&] { return log.commits == round * committers; });
        unsigned unseen = 0;
        std::jthread barrier([&] {
            auto session = connect();
            session->execute("UPDATE probe.barrier SET n=n+1");
            unseen = static_cast<unsigned>(std::stoul(
                session->query_value(fmt::format("SELECT COUNT(*) FROM probe.t WHERE v<>{}", round))
                    .value()));
        });
        test::eventually("the barrier stands behind them", [&] { return log.barriers == round; });
        late.set_delay(0ms);
        threads.clear();
        barrier.join();
        return unseen;
    }

    const sandbox_server server{
        {.mysqld = {"--plugin-load-add=semisync_source.so"}, .version = GetParam()}};
    stream_position from;
    std::vector<std::unique_ptr<application_session>> sessions;
};

TEST_P(detached_xa_commits, are_visible_behind_a_barrier) {
    counter log;
    std::jthread reader([&](const std::stop_token& stop) {
        read_stream({.connection = server.over_tcp(),
                     .subscriptions = {{.schema = "probe", .table = "barrier", .columns = {0}}},
                     .server_id = 4711,
                     .replica_uuid = "11111111-2222-4333-8444-555555555555",
                     .expected_server_uuid = {}},
                    from, log, stop);
    });
    late_replica late(server.over_tcp(), 0ms);
    unsigned unseen = 0;
    for (unsigned round = 1; round <= rounds; ++round) {
        prepare(round);
        unseen += commit_all(round, late, log);
        late.set_delay(0ms);
    }
    late.check();
    EXPECT_EQ(unseen, 0U) << "of " << rounds * committers;
}

INSTANTIATE_TEST_SUITE_P(of, detached_xa_commits, testing::Values("8.0"),
                         [](const auto&) { return "mysql_8_0"; });
INSTANTIATE_TEST_SUITE_P(long_of, detached_xa_commits, testing::Values(""),
                         [](const auto&) { return "any_version"; });

}  // namespace
}  // namespace segue::binlog
