#include "src/db/retry.hpp"
#include "src/wire/server_patience.hpp"
#include "tests/unit/db/no_server.hpp"
#include "tests/unit/support/stepped_clock.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::db {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

/// Each look at it is a minute later than the one before, so that each attempt lasts for long.
class slow_attempts final : public clock_source {
  public:
    time_point now() const override {
        if (at_each_look) at_each_look();
        return now_ += 60s;
    }

    std::function<void()> at_each_look;

  private:
    mutable time_point now_{};
};

/// Operations whose server is not to be found.
class an_operation : public testing::Test {
  protected:
    /// The failure that run() ends with; nullopt: it was stopped.
    std::optional<error> run() {
        const auto patience = std::make_shared<wire::server_patience>(
            30s,
            [this](const std::string& text) {
                told.push_back(text);
                if (when_told) when_told();
            },
            *attempts);
        session_factory sessions(no_server(), patience);
        retrying_session session(sessions, failures_max, lock_conflicts::outlasted,
                                 session_role::beat, stepped);
        std::optional<error> failure;
        try {
            session.run("beat", stop.get_token(), [this](db::session&) { ++runs; });
            ADD_FAILURE() << "there is no server";
        } catch (const error& ended_by) {
            failure = ended_by;
        } catch (const stopped&) {
        }
        EXPECT_FALSE(patience->awaited());
        EXPECT_EQ(runs, 0U) << "without a session";
        return failure;
    }

    test::stepped_clock stepped;
    const clock_source* attempts = &stepped;
    unsigned failures_max = 2;
    std::stop_source stop;
    std::function<void()> when_told;
    std::vector<std::string> told;
    unsigned runs = 0;
};

TEST_F(an_operation, waits_for_the_server_as_long_as_the_patience_lasts) {
    when_told = [this] { stepped.step(31s); };
    const auto failure = run();
    ASSERT_TRUE(failure);
    EXPECT_THAT(failure->what(),
                StartsWith("waited 31 s for the server (--wait-for-server-seconds): beat: "));
    EXPECT_EQ(failure->mysql_errno(), 2002);
}

TEST_F(an_operation, tells_once_that_it_waits_and_for_what) {
    when_told = [this] { stepped.step(31s); };
    run();
    EXPECT_THAT(told, ElementsAre(StartsWith("waiting for the server, for up to 30 s: beat: ")));
}

TEST_F(an_operation, does_not_count_what_it_waits_for_as_failures) {
    failures_max = 0;
    when_told = [this] { stepped.step(31s); };
    const auto failure = run();
    ASSERT_TRUE(failure);
    EXPECT_THAT(failure->what(), StartsWith("waited "));
    EXPECT_FALSE(told.empty()) << "the second try in vain is told";
}

TEST_F(an_operation, that_was_at_work_when_the_connection_was_lost_is_a_failure_that_counts) {
    const slow_attempts slow;
    attempts = &slow;
    const auto failure = run();
    ASSERT_TRUE(failure);
    EXPECT_THAT(failure->what(), StartsWith("beat: logging in to "));
    EXPECT_THAT(told,
                ElementsAre(AllOf(StartsWith("beat: "), EndsWith("; trying again (1 of 2)")),
                            AllOf(StartsWith("beat: "), EndsWith("; trying again (2 of 2)"))));
}

TEST_F(an_operation, is_ended_by_a_stop_while_it_waits) {
    when_told = [this] { stop.request_stop(); };
    EXPECT_FALSE(run()) << "stopped, and no failure";
    EXPECT_EQ(told.size(), 1U);
}

TEST_F(an_operation, is_ended_by_a_stop_and_not_by_the_failure_that_came_after_it) {
    slow_attempts slow;
    slow.at_each_look = [this] { stop.request_stop(); };
    attempts = &slow;
    failures_max = 0;
    EXPECT_FALSE(run());
}

TEST_F(an_operation, is_not_begun_when_a_stop_was_asked_for) {
    slow_attempts slow;
    slow.at_each_look = [] { ADD_FAILURE() << "an attempt"; };
    attempts = &slow;
    stop.request_stop();
    EXPECT_FALSE(run());
    EXPECT_THAT(told, IsEmpty());
}

}  // namespace
}  // namespace segue::db
