#pragma once

#include "src/base/clock.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
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

/// An engine from the table `t` to `twin`, which has the same columns and is empty at first.
class an_engine : public testing::Test {
  protected:
    static constexpr std::uint64_t some_transactions = 300;

    explicit an_engine(std::uint64_t rows = 500) {
        test::application_session application(server.over_tcp(), schema.name());
        test::create_and_fill(application, source, spec, rows);
        application.execute(
            fmt::format("CREATE TABLE {} LIKE {}", target.quoted(), source.quoted()));
    }

    engine_task task() {
        engine_task given;
        given.source = *schema::read_table(session, source);
        given.projection = same_columns(session, source, target);
        given.changelog = {schema.name(), "_t_ghc"};
        given.checkpoint = {schema.name(), "_t_ghk"};
        std::vector<refusal> refusals;
        given.server =
            servers::read_server(session, schema.name(), servers::server_kind::primary, refusals);
        EXPECT_TRUE(refusals.empty());
        return given;
    }

    /// Built, with nothing begun.
    engine& make() {
        threads = std::make_unique<task_group>();
        pace = std::make_unique<throttle::live_pace>(with.pace);
        made = std::make_unique<engine>(task(), with,
                                        engine::surroundings{.sessions = sessions,
                                                             .roles = roles,
                                                             .restarts = restarts,
                                                             .threads = *threads,
                                                             .pace = *pace,
                                                             .clock = machine_clock(),
                                                             .stream_from = server.over_tcp(),
                                                             .tell = [](const std::string&) {}});
        return *made;
    }

    engine& start(engine::contents contents) {
        make();
        made->barrier.create(session);
        made->checkpoint.begin(session, made->task.server.uuid, {}, "");
        made->checkpoint.complete(session, {});
        made->follow({.target = contents}, throw_if_failed);
        return *made;
    }

    tables::saved_state state() { return tables::read_state(session, {schema.name(), "_t_ghk"}); }

    /// Goes on where the state says, in the tables of the run before.
    engine& go_on(engine::contents contents) {
        made.reset();
        make();
        auto from = made->checkpoint.take_over_state(session);
        engine::start begin{.target = contents,
                            .from = from.resume_at,
                            .copy = std::nullopt,
                            .evicted = from.evicted};
        if (contents == engine::contents::of_an_earlier_run)
            begin.copy = copy_that_goes_on(from, made->texts.codec());
        const auto until = std::chrono::steady_clock::now() + test::patience;
        made->follow(std::move(begin), [&] {
            throw_if_failed();
            if (std::chrono::steady_clock::now() > until)
                throw error("it does not come to the log's end");
        });
        return *made;
    }

    void stop() {
        threads->request_stop();
        threads->join();
    }

    /// Once nobody writes: all that was committed before has been carried over.
    void wait_until_in_step() {
        const auto until = std::chrono::steady_clock::now() + test::patience;
        const std::uint64_t last = made->barrier.pass(threads->token());
        ASSERT_TRUE(made->router.wait_for_marker(last, until, threads->token()));
        while (made->changes.backlog() > 0) {
            throw_if_failed();
            ASSERT_LT(std::chrono::steady_clock::now(), until)
                << made->changes.backlog() << " keys wait";
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
    engine_settings with;
    std::unique_ptr<throttle::live_pace> pace;
    std::unique_ptr<engine> made;  // outlives the threads
    std::unique_ptr<task_group> threads;
    const engine::look_after throw_if_failed = [this] {
        if (!threads->failed()) return;
        threads->request_stop();
        threads->join();
    };
};

}  // namespace segue::carry
