// Several targets from one stream: a router with a feed for each of them.
#include "src/changes/router.hpp"

#include "binlog/stream.hpp"
#include "src/base/clock.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/conflict_resolver.hpp"
#include "src/carry/flusher.hpp"
#include "src/carry/wording.hpp"
#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/table_feed.hpp"
#include "src/rows/row_writer.hpp"
#include "src/rows/statements.hpp"
#include "src/servers/binary_log_status.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "tests/integration/carry/same_columns.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/workload.hpp"
#include "throttle/signals/signal_set.hpp"
#include "throttle/throttler.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::carry {
namespace {

using std::chrono::steady_clock;

constexpr std::uint64_t rows_at_first = 500;
constexpr std::uint64_t some_transactions = 300;
constexpr std::size_t batch_keys = 200;

class targets_of_one_stream : public testing::Test {
  protected:
    /// What carries the changes of one table over to one target.
    struct kept_target {
        kept_target(targets_of_one_stream& of, const table_name& source, const table_name& target)
            : texts(same_columns(of.session, source, target), /*locking_reads=*/false),
              checkpoint({target.schema, "_" + target.name + "_ghk"}, "this run"),
              writer(texts, checkpoint, batch_keys),
              feed({.original = source,
                    .columns = schema::read_table(of.session, source)->columns.size()},
                   texts.codec(), changes, of.threads.token()),
              conflicts(writer, of.barrier, changes, of.words,
                        {.batch_keys = batch_keys, .turn_keys = batch_keys}),
              flushing({.sessions = of.sessions,
                        .writer = writer,
                        .conflicts = conflicts,
                        .barrier = of.barrier,
                        .changes = changes,
                        .throttler = of.throttler,
                        .pace = of.pace,
                        .words = of.words,
                        .batch_keys = batch_keys}) {}

        const rows::statements texts;
        const tables::checkpoint_table checkpoint;  ///< A target each.
        const rows::row_writer writer;
        changes::change_set changes{100'000};
        changes::table_feed feed;
        conflict_resolver conflicts;
        flusher flushing;
    };

    table_name make_source(const std::string& name) {
        const table_name made{schema.name(), name};
        test::application_session application(server.over_tcp(), schema.name());
        test::create_and_fill(application, made, spec, rows_at_first);
        return made;
    }
    /// Equal to the source; nobody writes yet.
    table_name make_target(const table_name& source, const std::string& name) {
        const table_name made{schema.name(), name};
        session.execute(fmt::format("CREATE TABLE {} LIKE {}", made.quoted(), source.quoted()));
        session.execute(
            fmt::format("INSERT INTO {} SELECT * FROM {}", made.quoted(), source.quoted()));
        targets.push_back(std::make_unique<kept_target>(*this, source, made));
        return made;
    }

    void follow() {
        barrier.create(session);
        std::vector<changes::table_feed*> feeds;
        for (const auto& one : targets) {
            one->checkpoint.begin(session, "", {}, "");
            feeds.push_back(&one->feed);
        }
        stream = std::make_unique<changes::router>(barrier, changelog, feeds);
        threads.spawn("heartbeat", [this](std::stop_token end) { barrier.run(end); });
        const auto from = servers::read_end_of_log(session, /*gtids=*/true);
        barrier.pass(threads.token());
        const binlog::reader_options reading{.connection = server.over_tcp(),
                                             .subscriptions = stream->subscriptions(),
                                             .server_id = 4'711,
                                             .replica_uuid = "11111111-2222-4333-8444-555555555555",
                                             .expected_server_uuid = {}};
        threads.spawn("stream", [this, reading, from](std::stop_token end) {
            binlog::read_stream(reading, from, *stream, end);
        });
        for (const auto& one : targets)
            threads.spawn("flush", [&one](std::stop_token end) { one->flushing.run(end); });
    }

    // Once nobody writes.
    void wait_until_in_step() {
        const auto until = steady_clock::now() + test::patience;
        const std::uint64_t last = barrier.pass(threads.token());
        ASSERT_TRUE(stream->wait_for_marker(last, until, threads.token()));
        for (const auto& one : targets)
            while (one->changes.backlog() > 0) {
                ASSERT_FALSE(threads.failed());
                ASSERT_LT(steady_clock::now(), until);
            }
    }

    const test::sandbox_server& server = test::shared_server();
    const test::fresh_schema schema{server};
    const test::table_spec spec;
    const table_name changelog{schema.name(), "_ghc"};
    const wording words;
    db::session session = server.connect();
    db::session_factory sessions{server.over_tcp()};
    changes::barrier barrier{sessions, {.changelog = changelog, .run_token = "a run"}};
    const throttle::live_pace pace{throttle::pace()};
    throttle::throttler throttler{{}, machine_clock()};
    std::vector<std::unique_ptr<kept_target>> targets;  // outlive the threads
    std::unique_ptr<changes::router> stream;
    task_group threads;
};

TEST_F(targets_of_one_stream, are_kept_in_step_with_their_one_source) {
    const table_name source = make_source("t");
    const table_name one = make_target(source, "one");
    const table_name other = make_target(source, "other");
    follow();
    test::workload writers(server.over_tcp(), source, spec);
    writers.start();
    writers.wait_for_transactions(some_transactions);
    writers.stop();
    wait_until_in_step();
    EXPECT_TRUE(writers.compare(one).equal()) << writers.compare(one).text();
    EXPECT_TRUE(writers.compare(other).equal()) << writers.compare(other).text();
    threads.request_stop();
    threads.join();
}

TEST_F(targets_of_one_stream, are_kept_in_step_with_a_source_each) {
    const table_name first = make_source("t");
    const table_name second = make_source("u");
    const table_name of_first = make_target(first, "of_t");
    const table_name of_second = make_target(second, "of_u");
    follow();
    test::workload writers(server.over_tcp(), first, spec);
    test::workload others(server.over_tcp(), second, spec);
    writers.start();
    others.start();
    writers.wait_for_transactions(some_transactions);
    others.wait_for_transactions(some_transactions);
    writers.stop();
    others.stop();
    wait_until_in_step();
    EXPECT_TRUE(writers.compare(of_first).equal()) << writers.compare(of_first).text();
    EXPECT_TRUE(others.compare(of_second).equal()) << others.compare(of_second).text();
    threads.request_stop();
    threads.join();
}

}  // namespace
}  // namespace segue::carry
