// docs/hazards.md, 23 and 37: the server is killed and started again while a table is migrated.
#include "src/base/error.hpp"
#include "src/changes/barrier.hpp"
#include "src/db/session_factory.hpp"
#include "src/servers/durability.hpp"
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

/// Of these tests alone, as it is killed.
sandbox_server& mortal_server() {
    return shared_server({"--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1"});
}

void restart(sandbox_server& server) {
    server.kill_hard();
    server.resume();
}

const std::vector<int> lost_with_the_server{1053, 2002, 2003, 2006, 2013};

TEST(a_restart_of_the_server, that_answers_for_good_is_outlasted) {
    sandbox_server& server = mortal_server();
    live_run run(server, {.rows = 4'000, .writing = {.rate_per_second = 50}});
    run.writers().start();
    fault_points faults;
    run.hold_copy(faults);
    run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true});
    faults.wait_reached("copier.chunk_ended");
    server.kill_hard();
    faults.go("copier.chunk_ended");
    run.segue().wait_for_output("waiting for the server, for up to ");
    // So often that a marker would be told to wait if the server was not.
    eventually("markers and heartbeats are tried for some seconds", [&] {
        return run.times_told("write a marker: ") + run.times_told("write the heartbeat: ") > 9;
    });
    server.resume();
    run.segue().wait_for_output("the server was restarted");
    EXPECT_EQ(run.times_told("a COMMIT of one row takes long"), 0U);
    run.segue().wait_for_output("phase: postponed");
    run.writers().wait_for_transactions(50);
    restart(server);
    run.writers().wait_for_transactions(50);
    run.writers().pause();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
    run.expect_nothing_lost(lost_with_the_server);
    EXPECT_GE(run.times_told("the server is back, after "), 1U);
    EXPECT_THAT(run.segue().err(),
                ContainsRegex("the server was restarted \\(it is up since [0-9-]+ [0-9:]+\\)\\. As "
                              "[^.]*: the migration goes on, unless its own last heartbeat is "
                              "gone\\.\n"));
}

class a_restart_of_a_server : public testing::TestWithParam<std::string> {};

TEST_P(a_restart_of_a_server, that_may_take_back_what_it_answered_goes_on_from_what_is_there) {
    sandbox_server& server = mortal_server();
    live_run run(server, {.rows = 4'000, .writing = {.rate_per_second = 50}});
    run.writers().start();
    run.start({.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    // Without one it would have to begin afresh.
    run.wait_for_resume_point();
    run.new_session().execute("SET GLOBAL " + GetParam());
    run.segue().wait_for_output(GetParam());
    run.writers().wait_for_transactions(50);
    restart(server);
    run.segue().wait_for_output("Going on with what the database says of it now");
    run.segue().wait_for_output("going on with what an earlier run left");
    run.writers().wait_for_transactions(50);
    run.writers().pause();
    run.let_cut_over();
    run.expect_swapped();
    // What was acknowledged before the crash the server itself may have lost.
    run.expect_as_native_alter();
    EXPECT_EQ(run.times_told("now: a crash of the server could take back"), 1U);
    EXPECT_GE(run.times_told("the server was restarted (it is up"), 1U);
}

INSTANTIATE_TEST_SUITE_P(with, a_restart_of_a_server,
                         testing::Values("innodb_flush_log_at_trx_commit=0", "sync_binlog=0"),
                         [](const auto& of) { return of.param.substr(0, of.param.find('=')); });

// Its own taking over is lost with what else was: that makes the earlier run no other one.
TEST(a_restart_of_the_server, that_takes_a_taking_over_back_is_told_from_another_run) {
    sandbox_server& server = mortal_server();
    const global_setting weak(server, "sync_binlog", "0");
    quiet_run run(server);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    const auto owner = [&] {
        return run.session().query_value("SELECT value FROM _t_ghk WHERE kind='owner'").value();
    };
    const auto start = [&] {
        run.start("ADD COLUMN b INT", {.postponed = true});
        run.segue().wait_for_output("phase: postponed");
    };
    start();
    EXPECT_EQ(run.segue().err().find("this migration ends"), std::string::npos);
    run.segue().wait_for_output("goes on from what the database says of it then");
    run.wait_for_resume_point();
    const auto before = owner();
    run.segue().signal(SIGKILL);
    EXPECT_EQ(run.segue().wait(), 128 + SIGKILL);
    start();
    EXPECT_NE(owner(), before);
    // As it comes of a crash that takes back all since then.
    run.segue().signal(SIGSTOP);
    run.session().execute("UPDATE _t_ghk SET value=" + quoted_literal(before) +
                          " WHERE kind='owner'");
    restart(server);
    run.segue().signal(SIGCONT);
    run.segue().wait_for_output("Going on with what the database says of it now");
    run.segue().wait_for_output("going on with what an earlier run left");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

// What was set again before the crash was set wrong for a while.
TEST(a_restart_of_the_server, whose_settings_are_back_at_one_counts_as_well) {
    sandbox_server& server = mortal_server();
    quiet_run run(server);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    run.wait_for_resume_point();
    run.session().execute("SET GLOBAL innodb_flush_log_at_trx_commit=2");
    run.segue().wait_for_output("innodb_flush_log_at_trx_commit=2 and sync_binlog=1 now");
    run.session().execute("SET GLOBAL innodb_flush_log_at_trx_commit=1");
    run.segue().wait_for_output("They were not 1 all the time");
    restart(server);
    run.segue().wait_for_output("innodb_flush_log_at_trx_commit=2 and sync_binlog=1 was seen");
    run.segue().wait_for_output("going on with what an earlier run left");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST(a_server_that_is_away, is_waited_for_as_long_as_asked_and_until_a_signal) {
    sandbox_server& server = mortal_server();
    quiet_run shortly(server);
    quiet_run stopped(server);
    for (quiet_run* run : {&shortly, &stopped})
        run->session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    shortly.start("ADD COLUMN b INT", {.postponed = true, .more = {"--wait-for-server-seconds=2"}});
    stopped.start("ADD COLUMN b INT", {.postponed = true});
    for (quiet_run* run : {&shortly, &stopped}) run->segue().wait_for_output("phase: postponed");
    server.kill_hard();
    shortly.expect_failed(
        {"waiting for the server, for up to 2 s", "s for the server (--wait-for-server-seconds)"});
    EXPECT_EQ(shortly.segue().err().find("the server is back"), std::string::npos);
    EXPECT_EQ(shortly.segue().err().find("no longer waiting"), std::string::npos);
    stopped.segue().wait_for_output("waiting for the server, for up to 600 s");
    stopped.segue().signal(SIGTERM);
    stopped.expect_failed({"stopped by a signal"});
    server.resume();
}

/// The engine's own parts beside a server that forgets.
class heartbeat_of_a_restarted_server : public testing::Test {
  protected:
    heartbeat_of_a_restarted_server() {
        sessions.look_at_each([this](db::session& made) { restarts.look_at_new(made); });
        db::session session = sessions.connect();
        beat.create(session);
    }
    db::value written_heartbeat() {
        return server.connect().query_value("SELECT value FROM " + changelog.quoted() +
                                            " WHERE id=1");
    }
    /// Runs until a marker has passed and a heartbeat is written, or it ended by itself.
    void pass_marker() {
        const db::value before = written_heartbeat();
        std::exception_ptr ended;
        std::stop_source stop;
        {
            std::jthread thread([&] {
                try {
                    beat.run(stop.get_token());
                } catch (const stopped&) {
                    // Between two tries: the marker has passed.
                } catch (...) {
                    ended = std::current_exception();
                    stop.request_stop();
                }
            });
            try {
                beat.pass(stop.get_token());
                eventually("a heartbeat is written",
                           [&] { return stop.stop_requested() || written_heartbeat() != before; });
            } catch (const stopped&) {
                // It ended.
            }
            stop.request_stop();
        }
        if (ended) std::rethrow_exception(ended);
    }

    sandbox_server& server = mortal_server();
    const fresh_schema schema{server};
    const table_name changelog{schema.name(), "_t_ghc"};
    db::session_factory sessions{server.over_tcp()};
    servers::durability restarts{[](const std::string&) {}};
    changes::barrier beat{sessions,
                          {.changelog = changelog, .run_token = "run", .restarts = &restarts}};
};

TEST_F(heartbeat_of_a_restarted_server, goes_on_where_nothing_was_lost) {
    pass_marker();
    restart(server);
    pass_marker();
    EXPECT_EQ(restarts.restarts(), 1U);
    pass_marker();
    EXPECT_EQ(restarts.restarts(), 1U);
}

TEST_F(heartbeat_of_a_restarted_server, ends_where_an_answered_marker_was_lost) {
    pass_marker();
    pass_marker();
    restart(server);
    server.connect().execute("UPDATE " + changelog.quoted() + " SET value='run:1' WHERE id=2");
    try {
        pass_marker();
        FAIL() << "it went on";
    } catch (const error& lost) {
        EXPECT_THAT(lost.what(), HasSubstr("holds an older marker than it answered"));
    }
}

TEST_F(heartbeat_of_a_restarted_server, ends_where_an_answered_heartbeat_was_lost) {
    pass_marker();
    restart(server);
    server.connect().execute("UPDATE " + changelog.quoted() +
                             " SET value='2020-01-01T00:00:00.000000000Z' WHERE id=1");
    try {
        pass_marker();
        FAIL() << "it went on";
    } catch (const error& lost) {
        EXPECT_THAT(lost.what(), HasSubstr("holds an older heartbeat than it answered"));
    }
}

// Who waited for the server behind a heartbeat does not wait for a COMMIT once that is written.
TEST_F(heartbeat_of_a_restarted_server, is_no_wait_for_a_marker) {
    const auto lock_row = [&](int id) {
        auto session = std::make_unique<application_session>(server.over_tcp());
        session->execute("START TRANSACTION");
        session->query_value(
            fmt::format("SELECT id FROM {} WHERE id={} FOR UPDATE", changelog.quoted(), id));
        return session;
    };
    auto heartbeats_lock = lock_row(1);
    auto markers_lock = lock_row(2);
    std::jthread thread([&](std::stop_token stop) {
        try {
            beat.run(stop);
        } catch (const stopped&) {
            // Between two tries.
        }
    });
    std::jthread waiting([&](std::stop_token stop) {
        // The thread is at its heartbeat, which comes first where no marker is wanted.
        eventually("the heartbeat waits for its row", [&] {
            return server.root().query_value(
                       "SELECT COUNT(*) FROM performance_schema.data_lock_waits") == "1";
        });
        try {
            beat.pass(stop);
        } catch (const stopped&) {
            // Enough.
        }
    });
    // Not later than it was.
    const auto waits_since = [&] {
        const auto now = std::chrono::steady_clock::now();
        return now - beat.marker_waits();
    };
    eventually("a marker waits", [&] { return beat.marker_waits() > std::chrono::seconds(0); });
    const auto released = std::chrono::steady_clock::now();
    EXPECT_LT(waits_since(), released);
    heartbeats_lock.reset();
    eventually("it has begun to wait anew", [&] { return waits_since() > released; });
    EXPECT_GT(beat.marker_waits(), std::chrono::seconds(0));
    markers_lock.reset();
    eventually("the marker has passed",
               [&] { return beat.marker_waits() == std::chrono::seconds(0); });
}

TEST(a_session_on_a_restarted_server, is_not_handed_out_where_answers_may_be_lost) {
    sandbox_server& server = mortal_server();
    db::session_factory sessions(server.over_tcp());
    servers::durability restarts([](const std::string&) {});
    sessions.look_at_each([&](db::session& made) { restarts.look_at_new(made); });
    sessions.connect().execute("SET GLOBAL sync_binlog=100");
    EXPECT_NO_THROW(sessions.connect()) << "nothing was restarted";
    restart(server);
    // The settings are back, and who comes second is not told less.
    for (int i = 0; i < 2; ++i) EXPECT_THROW(sessions.connect(), error);
    EXPECT_NO_THROW(sessions.unwatched().connect());
}

}  // namespace
}  // namespace segue::test
