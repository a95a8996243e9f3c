#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/base/table_name.hpp"
#include "src/base/task_group.hpp"
#include "src/db/session_factory.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/sandbox_server.hpp"
#include "throttle/heartbeat_value.hpp"
#include "throttle/signals/load_signal.hpp"
#include "throttle/signals/signal_set.hpp"
#include "throttle/throttler.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::fresh_schema;
using test::sandbox_server;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A server process that is held, as a machine that swaps or a network that drops packets.
class held_server {
  public:
    explicit held_server(const sandbox_server& server)
        : process_(process_of(server)), held_(::kill(process_, SIGSTOP) == 0) {
        if (!held_) throw error("cannot hold the server");
    }
    held_server(const held_server&) = delete;
    held_server& operator=(const held_server&) = delete;
    ~held_server() { let_go(); }

    void let_go() {
        if (std::exchange(held_, false)) ::kill(process_, SIGCONT);
    }

  private:
    static pid_t process_of(const sandbox_server& server) {
        const auto path = server.root().query_value("SELECT @@GLOBAL.pid_file");
        pid_t process = 0;
        if (!(std::ifstream(path.value()) >> process) || process <= 0)
            throw error("cannot read the server's process id");
        return process;
    }

    const pid_t process_;
    bool held_;
};

/// A primary with a replica, a changelog whose heartbeat is written, and a throttler.
class a_throttle : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        primary_ = std::make_unique<sandbox_server>();
        replica_ = std::make_unique<sandbox_server>(
            test::server_options{.mysqld = {}, .replica_of = primary_.get()});
        // The same account on both, since replicas are logged in to with the primary's.
        primary_->root().execute("CREATE USER watcher IDENTIFIED BY 'watches'");
        primary_->root().execute("GRANT SELECT ON *.* TO watcher");
    }
    static void TearDownTestSuite() {
        replica_.reset();
        primary_.reset();
    }

    ~a_throttle() override { threads_.request_stop(); }

    static wire::connection_options watcher() {
        auto options = primary_->over_tcp();
        options.user = "watcher";
        options.password = "watches";
        return options;
    }
    static std::string replica_text() { return replica_->over_tcp().server.text(); }

    static pace by_replica() {
        return {.lag_max = 1s, .control_replicas = {replica_->over_tcp().server}};
    }

    void create_changelog() {
        primary_->connect().execute(
            fmt::format("CREATE TABLE {} (id BIGINT PRIMARY KEY, hint VARCHAR(64) CHARACTER SET "
                        "ascii NOT NULL UNIQUE, value VARCHAR(4096) CHARACTER SET ascii NOT NULL)",
                        changelog_.quoted()));
        threads_.spawn("heartbeat", [this](std::stop_token stop) {
            auto session = primary_->connect();
            for (;;) {
                session.execute(fmt::format(
                    "REPLACE INTO {} (id, hint, value) VALUES (1, 'heartbeat', '{}')",
                    changelog_.quoted(), format_heartbeat(std::chrono::system_clock::now())));
                pause_for(20ms, stop);
            }
        });
    }

    void start(const throttle_settings& settings, pace limits = {.lag_max = 1s}) {
        start_as(watcher(), settings, std::move(limits));
    }
    void start_as(const wire::connection_options& account, const throttle_settings& settings,
                  pace limits) {
        pace_.emplace(std::move(limits));
        throttler_.emplace(make_signals(settings, {.pace = *pace_,
                                                   .primary = account,
                                                   .changelog = changelog_,
                                                   .heartbeat_interval = 100ms,
                                                   .clock = clock_}),
                           clock_);
        throttler_->start(threads_);
    }

    template <typename Matcher>
    bool await_reason(Matcher matcher) {
        const bool came = eventually("the reason", [&] {
            return testing::Matches(testing::Matcher<std::string>(matcher))(
                throttler_->state().reason);
        });
        if (!came) ADD_FAILURE() << "the last reason: " << throttler_->state().reason;
        return came;
    }
    bool await_clear() {
        const bool came = eventually("clear", [&] { return !throttler_->state().throttled; });
        if (!came) ADD_FAILURE() << "the last reason: " << throttler_->state().reason;
        return came;
    }

    static std::unique_ptr<sandbox_server> primary_;
    static std::unique_ptr<sandbox_server> replica_;

    const steady_clock_source clock_;
    fresh_schema schema_{*primary_};
    const table_name changelog_{schema_.name(), "_t_ghc"};
    std::optional<live_pace> pace_;
    std::optional<throttler> throttler_;
    task_group threads_;
};

std::unique_ptr<sandbox_server> a_throttle::primary_;
std::unique_ptr<sandbox_server> a_throttle::replica_;

TEST_F(a_throttle, a_replica_whose_sql_thread_is_stopped_throttles_until_it_has_caught_up) {
    create_changelog();
    start({}, by_replica());
    await_clear();
    replica_->root().execute("STOP REPLICA SQL_THREAD");
    await_reason(StartsWith(replica_text() + " replica-lag="));
    replica_->root().execute("START REPLICA SQL_THREAD");
    await_clear();
    threads_.request_stop();
    EXPECT_NO_THROW(threads_.join());
}

TEST_F(a_throttle, a_replica_that_was_killed_throttles_until_it_is_back) {
    create_changelog();
    start({}, by_replica());
    await_clear();
    replica_->kill_hard();
    await_reason(AllOf(StartsWith(replica_text() + " "), HasSubstr("MySQL error 2002")));
    replica_->resume();
    await_clear();
}

TEST_F(a_throttle, a_replica_that_hangs_throttles_and_delays_neither_other_signals_nor_a_stop) {
    create_changelog();
    throttle_settings settings;
    const auto flag = std::filesystem::path(testing::TempDir()) / schema_.name();
    settings.flag_file = flag.string();
    start(settings, by_replica());
    await_clear();
    {
        held_server hung(*replica_);
        await_reason(AllOf(StartsWith(replica_text() + " "), Not(HasSubstr("replica-lag"))));
        std::ofstream(flag).put('\n');
        await_reason("flag-file");
        std::filesystem::remove(flag);
        await_reason(StartsWith(replica_text() + " "));
        hung.let_go();
        await_clear();
    }
    held_server hung(*replica_);
    await_reason(StartsWith(replica_text() + " "));
    threads_.request_stop();
    EXPECT_NO_THROW(threads_.join());
}

TEST_F(a_throttle, a_replica_whose_heartbeat_is_locked_throttles) {
    create_changelog();
    start({}, by_replica());
    await_clear();
    auto locker = replica_->root();
    locker.execute(fmt::format("LOCK TABLES {} WRITE", changelog_.quoted()));
    await_reason(AllOf(StartsWith(replica_text() + " "), Not(HasSubstr("replica-lag"))));
    locker.execute("UNLOCK TABLES");
    await_clear();
}

TEST_F(a_throttle, a_replica_without_a_heartbeat_throttles) {
    start({}, by_replica());
    await_reason(AllOf(StartsWith(replica_text() + " "), HasSubstr("doesn't exist")));
    create_changelog();
    await_clear();
}

TEST_F(a_throttle, of_several_replicas_each_one_that_lags_or_cannot_be_reached_throttles) {
    create_changelog();
    test::fault_proxy network(replica_->over_tcp().server);
    auto limits = by_replica();
    limits.control_replicas.push_back(network.through(replica_->over_tcp()).server);
    const auto second = limits.control_replicas.back().text();
    ASSERT_NE(second, replica_text());
    start({}, limits);
    await_clear();
    network.freeze();
    await_reason(AllOf(StartsWith(second + " "), Not(HasSubstr("replica-lag"))));
    // The first that was given is told, and the other one still counts when it is well again.
    replica_->root().execute("STOP REPLICA SQL_THREAD");
    await_reason(StartsWith(replica_text() + " replica-lag="));
    replica_->root().execute("START REPLICA SQL_THREAD");
    await_reason(AllOf(StartsWith(second + " "), Not(HasSubstr("replica-lag"))));
    network.thaw();
    await_clear();
    // And both by their lag.
    replica_->root().execute("STOP REPLICA SQL_THREAD");
    await_reason(StartsWith(replica_text() + " replica-lag="));
    replica_->root().execute("START REPLICA SQL_THREAD");
    await_clear();
}

TEST_F(a_throttle, a_replica_counts_from_when_it_is_named_until_it_is_not) {
    create_changelog();
    start({}, by_replica());
    await_clear();
    replica_->root().execute("STOP REPLICA SQL_THREAD");
    await_reason(StartsWith(replica_text() + " replica-lag="));
    pace_->change([](pace& now) { now.control_replicas.clear(); });
    await_clear();
    // One that hangs is not waited for, though it be read just now.
    pace_->change([](pace& now) { now.control_replicas = by_replica().control_replicas; });
    await_reason(StartsWith(replica_text() + " replica-lag="));
    {
        held_server hung(*replica_);
        await_reason(AllOf(StartsWith(replica_text() + " "), Not(HasSubstr("replica-lag"))));
        pace_->change([](pace& now) { now.control_replicas.clear(); });
        await_clear();
        hung.let_go();
    }
    replica_->root().execute("START REPLICA SQL_THREAD");
    threads_.request_stop();
    EXPECT_NO_THROW(threads_.join());
}

TEST_F(a_throttle, a_replica_that_stays_named_is_not_read_anew) {
    create_changelog();
    start({}, by_replica());
    await_clear();
    const auto readers = [] {
        return replica_->root().query_value(
            "SELECT COUNT(*) FROM performance_schema.processlist WHERE user='watcher'");
    };
    const auto connections = [] {
        return replica_->root().query_value(
            "SELECT TOTAL_CONNECTIONS FROM performance_schema.users WHERE USER='watcher'");
    };
    const auto before = connections();
    test::fault_proxy network(replica_->over_tcp().server);
    pace_->change([&](pace& now) {
        now.control_replicas.insert(now.control_replicas.begin(),
                                    network.through(replica_->over_tcp()).server);
    });
    eventually("a second session", [&] { return readers() == "2"; });
    await_clear();
    pace_->change([](pace& now) { now.control_replicas = by_replica().control_replicas; });
    eventually("one session", [&] { return readers() == "1"; });
    await_clear();
    EXPECT_EQ(db::to_uint64(connections(), "connections"),
              db::to_uint64(before, "connections") + 1);
}

TEST_F(a_throttle, a_critical_load_ends_the_run) {
    auto session = primary_->root();
    session.execute("PREPARE one FROM 'SELECT 1'");
    start({}, {.critical_load = {{"Prepared_stmt_count", 2}}});
    await_clear();
    session.execute("PREPARE two FROM 'SELECT 1'");
    eventually("the end", [&] { return threads_.failed(); });
    try {
        threads_.join();
        FAIL() << "nothing was thrown";
    } catch (const must_end& end) {
        EXPECT_STREQ(end.what(), "critical-load met: Prepared_stmt_count=2, >=2");
    }
}

TEST_F(a_throttle, a_critical_load_that_cannot_be_read_throttles_and_ends_nothing) {
    start({}, {.critical_load = {{"Prepared_stmt_count", 1000}, {"Treads_running", 1}}});
    await_reason(HasSubstr("the server has no status variable Treads_running"));
    EXPECT_FALSE(throttler_->hibernating());
    EXPECT_FALSE(threads_.failed());
}

TEST_F(a_throttle, a_running_thread_too_many_throttles) {
    constexpr std::size_t sleepers = 12;
    db::session_factory factory(primary_->over_tcp());
    std::vector<db::session> sessions;
    std::vector<std::uint64_t> ids;
    for (std::size_t i = 0; i < sleepers; ++i) {
        sessions.push_back(factory.connect());
        ids.push_back(sessions.back().connection_id());
    }
    start({}, {.max_load = {{"Threads_running", sleepers}}});
    await_clear();
    for (auto& session : sessions)
        threads_.spawn("sleeper",
                       [&session](std::stop_token) { session.query("SELECT SLEEP(600)"); });
    await_reason(AllOf(StartsWith("max-load Threads_running="), HasSubstr(" >= 12")));
    // A query that has not begun cannot be killed.
    eventually("all of them sleep", [] {
        return primary_->root().query_value(
                   "SELECT COUNT(*) FROM performance_schema.processlist WHERE state='User "
                   "sleep'") == std::to_string(sleepers);
    });
    for (const auto id : ids) factory.kill_query(id);
    await_clear();
    threads_.request_stop();
    EXPECT_NO_THROW(threads_.join());
}

TEST_F(a_throttle, a_status_variable_that_does_not_exist_throttles) {
    start({}, {.max_load = {{"Threads_running", 1000}, {"Treads_running", 1}}});
    await_reason(HasSubstr("the server has no status variable Treads_running"));
}

TEST_F(a_throttle, a_limit_that_is_changed_meanwhile_counts) {
    auto session = primary_->root();
    session.execute("PREPARE one FROM 'SELECT 1'");
    start({});
    await_clear();
    pace_->change([](pace& now) { now.max_load = {{"Prepared_stmt_count", 1}}; });
    await_reason(StartsWith("max-load Prepared_stmt_count="));
    pace_->change([](pace& now) { now.max_load = {{"Prepared_stmt_count", 1'000}}; });
    await_clear();
}

TEST_F(a_throttle, a_flag_file_throttles_while_it_exists) {
    const auto flag = std::filesystem::path(testing::TempDir()) / schema_.name();
    start({.additional_flag_file = flag.string()});
    await_clear();
    std::ofstream(flag).put('\n');
    await_reason("flag-file");
    std::filesystem::remove(flag);
    await_clear();
}

TEST_F(a_throttle, an_account_that_is_refused_throttles) {
    auto wrong = watcher();
    wrong.password = "guessed";
    start_as(wrong, {}, by_replica());
    await_reason(AllOf(StartsWith(replica_text() + " "), HasSubstr("MySQL error 1045"),
                       Not(HasSubstr("guessed"))));
}

TEST_F(a_throttle, a_load_signal_connects_again_after_its_connection_was_killed) {
    const live_pace limited({.max_load = {{"Threads_running", 1000}}});
    load_signal signal(watcher(), limited);
    EXPECT_EQ(signal.evaluate(), std::nullopt);
    const auto connections = [] {
        return primary_->root().query(
            "SELECT ID FROM performance_schema.processlist WHERE USER = 'watcher'");
    };
    // Those of tests before this one may still be on their way out.
    eventually("one connection", [&] { return connections().size() == 1; });
    const auto killed = connections().at(0).at(0).value();
    primary_->root().execute("KILL " + killed);
    eventually("no connection", [&] { return connections().empty(); });
    EXPECT_THROW(signal.evaluate(), error);
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

}  // namespace
}  // namespace segue::throttle
