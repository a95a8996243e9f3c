// An engine for itself, without a plan, a new table or a swap: what others build on it.
#include "src/carry/engine.hpp"

#include "src/base/clock.hpp"
#include "src/base/server_errors.hpp"
#include "tests/integration/carry/same_columns.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/workload.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::carry {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t rows = 500;
constexpr std::uint64_t some_transactions = 300;

class an_engine : public testing::Test {
  protected:
    an_engine() {
        test::application_session application(server.over_tcp(), schema.name());
        test::create_and_fill(application, source, spec, rows);
        application.execute(
            fmt::format("CREATE TABLE {} LIKE {}", target.quoted(), source.quoted()));
    }

    void make_equal() {
        session.execute(
            fmt::format("INSERT INTO {} SELECT * FROM {}", target.quoted(), source.quoted()));
    }

    engine_task task() {
        engine_task given;
        given.source = *schema::read_table(session, source);
        given.projection = same_columns(session, source, target);
        given.changelog = {schema.name(), "_t_ghc"};
        given.checkpoint = {schema.name(), "_t_ghk"};
        std::vector<refusal> refusals;
        given.server = servers::read_server(session, schema.name(), refusals);
        EXPECT_TRUE(refusals.empty());
        return given;
    }

    engine& start(engine::contents contents) {
        made = std::make_unique<engine>(task(), engine_settings{},
                                        engine::surroundings{.sessions = sessions,
                                                             .roles = roles,
                                                             .restarts = restarts,
                                                             .threads = threads,
                                                             .clock = machine_clock(),
                                                             .stream = server.over_tcp(),
                                                             .tell = [](const std::string&) {}});
        made->barrier.create(session);
        made->checkpoint.create(session, made->task.server.uuid);
        made->follow(contents, std::nullopt, throw_if_failed);
        return *made;
    }

    // Once nobody writes: all that was committed before has been carried over.
    void wait_until_in_step() {
        const auto until = steady_clock::now() + test::patience;
        const std::uint64_t last = made->barrier.pass(threads.token());
        ASSERT_TRUE(made->stream.wait_for_marker(last, until, threads.token()));
        while (made->changes.backlog() > 0) {
            throw_if_failed();
            ASSERT_LT(steady_clock::now(), until) << made->changes.backlog() << " keys wait";
        }
    }

    const test::sandbox_server& server = test::shared_server();
    const test::fresh_schema schema{server};
    const test::table_spec spec;
    const table_name source{schema.name(), "t"};
    const table_name target{schema.name(), "twin"};
    db::session session = server.connect();
    db::session_factory sessions{server.over_tcp()};
    const servers::server_roles roles =
        servers::server_roles::find(server.over_tcp(), std::nullopt, schema.name());
    servers::durability restarts{[](const std::string&) {}};
    std::unique_ptr<engine> made;  // outlives the threads
    task_group threads;
    const engine::look_after throw_if_failed = [this] {
        if (!threads.failed()) return;
        threads.request_stop();
        threads.join();
    };
};

TEST_F(an_engine, keeps_two_equal_tables_in_step_without_a_copy_until_it_is_stopped) {
    make_equal();
    start(engine::contents::equal);
    test::workload writers(server.over_tcp(), source, spec);
    writers.start();
    for (int i = 0; i < 3; ++i) {
        writers.wait_for_transactions(some_transactions);
        writers.pause();
        wait_until_in_step();
        EXPECT_TRUE(writers.compare(target).equal()) << writers.compare(target).text();
        writers.resume();
    }
    threads.request_stop();
    threads.join();
    writers.wait_for_transactions(some_transactions);
    writers.stop();
    EXPECT_TRUE(writers.compare(source).equal()) << writers.compare(source).text();
    EXPECT_FALSE(writers.compare(target).equal()) << "somebody still writes";
    EXPECT_EQ(writers.report().complaints({er::lock_deadlock}), "");
    EXPECT_EQ(made->copying.rows_copied(), 0U);
}

TEST_F(an_engine, fills_an_empty_table_under_writers) {
    test::workload writers(server.over_tcp(), source, spec);
    writers.start();
    writers.wait_for_transactions(some_transactions);
    start(engine::contents::to_be_copied).copy(throw_if_failed);
    writers.wait_for_transactions(some_transactions);
    writers.stop();
    wait_until_in_step();
    EXPECT_TRUE(writers.compare(target).equal()) << writers.compare(target).text();
    EXPECT_EQ(writers.report().complaints({er::lock_deadlock}), "");
    EXPECT_GT(made->copying.rows_copied(), 0U);
}

}  // namespace
}  // namespace segue::carry
