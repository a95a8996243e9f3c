// Connections of Segue's own that may be cut without a word, or that somebody ends.
#include "src/db/retry.hpp"
#include "src/db/session_factory.hpp"
#include "src/swap/lost_connection.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/unit/support/stepped_clock.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace segue::migration {
namespace {

using namespace std::chrono_literals;
using db::session_role;

TEST(a_session, that_has_been_idle_for_long_is_not_used_again) {
    db::session_factory sessions(test::shared_server().over_tcp());
    test::stepped_clock clock;
    db::retrying_session tried(sessions, 0, db::lock_conflicts::failures, session_role::work,
                               clock);
    std::uint64_t id = 0;
    const auto look = [&] {
        tried.run("look", {}, [&](db::session& on) { id = on.connection_id(); });
        return id;
    };
    const auto first = look();
    clock.step(db::retrying_session::idle_max);
    EXPECT_EQ(look(), first);
    clock.step(db::retrying_session::idle_max + 1ms);
    EXPECT_NE(look(), first);
}

TEST(a_session, whose_client_is_gone_holds_its_locks_for_minutes_at_most) {
    db::session_factory sessions(test::shared_server().over_tcp());
    const auto timeout = [&](session_role role) {
        db::session made = sessions.connect(role);
        return std::chrono::seconds(
            db::to_uint64(made.query_value("SELECT @@SESSION.wait_timeout"), "wait_timeout"));
    };
    for (const session_role role : {session_role::work, session_role::beat}) {
        EXPECT_LE(timeout(role), 5min);
        // One that rests between two operations is not ended.
        EXPECT_GT(timeout(role), db::retrying_session::idle_max + 30s);
    }
}

TEST(a_session, waits_for_an_answer_as_long_as_its_role_may_take) {
    wire::connection_options options;
    options.read_timeout = 2s;
    EXPECT_EQ(db::answer_timeout(session_role::control, options), 2s);
    EXPECT_EQ(db::answer_timeout(session_role::beat, options), 1min);
    EXPECT_EQ(db::answer_timeout(session_role::work, options), 10min);
    EXPECT_EQ(db::answer_timeout(session_role::patient, options), 1h);
    options.read_timeout = 90s;
    EXPECT_EQ(db::answer_timeout(session_role::beat, options), 90s);
}

TEST(a_server, that_was_started_later_gives_numbers_of_connections_out_again) {
    db::session_factory sessions(test::shared_server().over_tcp());
    db::session session = sessions.connect();
    const auto now = std::chrono::steady_clock::now();
    EXPECT_FALSE(swap::restarted_since(session, now + 1h));
    EXPECT_TRUE(swap::restarted_since(session, now - 24h * 365));
}

}  // namespace
}  // namespace segue::migration
