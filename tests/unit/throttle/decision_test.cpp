#include "throttle/decision.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;

const clock_source::time_point now(1h);

watched_signal unread(std::string name, signal_rank rank = signal_rank::general) {
    return {.name = std::move(name), .rank = rank, .period = 100ms, .last = std::nullopt};
}

watched_signal fine(std::string name, signal_rank rank = signal_rank::general,
                    clock_source::time_point taken = now) {
    auto signal = unread(std::move(name), rank);
    signal.last = reading{.taken = taken, .reason = std::nullopt};
    return signal;
}

watched_signal throttling(std::string reason, signal_rank rank = signal_rank::general,
                          clock_source::time_point taken = now) {
    auto signal = unread("signal", rank);
    signal.last = reading{.taken = taken, .reason = std::move(reason)};
    return signal;
}

std::string reason_of(const std::vector<watched_signal>& signals) {
    return decide(signals, now).reason;
}

TEST(decision, without_signals_nothing_is_throttled) {
    EXPECT_FALSE(decide({}, now).throttled);
}

TEST(decision, is_clear_when_every_signal_is_fine) {
    const auto clear =
        decide(std::vector{fine("flag-file"), fine("r1:3306", signal_rank::control_replica)}, now);
    EXPECT_FALSE(clear.throttled);
    EXPECT_EQ(clear.reason, "");
}

TEST(decision, a_signal_that_was_not_read_yet_throttles) {
    const auto waiting = decide(std::vector{fine("flag-file"), unread("Threads_running")}, now);
    EXPECT_TRUE(waiting.throttled);
    EXPECT_TRUE(waiting.first_reading_awaited);
    EXPECT_EQ(waiting.reason, "Threads_running not yet read");
}

TEST(decision, a_reason_throttles_and_is_told) {
    const auto throttled = decide(std::vector{fine("x"), throttling("flag-file")}, now);
    EXPECT_TRUE(throttled.throttled);
    EXPECT_FALSE(throttled.first_reading_awaited);
    EXPECT_EQ(throttled.reason, "flag-file");
}

TEST(decision, the_reason_of_the_first_rank_is_told) {
    EXPECT_EQ(reason_of({throttling("replica", signal_rank::control_replica),
                         throttling("own lag", signal_rank::own_lag),
                         throttling("http", signal_rank::http),
                         throttling("load", signal_rank::general)}),
              "load");
    EXPECT_EQ(reason_of({throttling("replica", signal_rank::control_replica),
                         throttling("load", signal_rank::general),
                         throttling("hibernation", signal_rank::hibernation)}),
              "hibernation");
    EXPECT_EQ(reason_of({throttling("replica", signal_rank::control_replica), fine("load")}),
              "replica");
}

TEST(decision, only_a_reason_of_hibernation_makes_all_else_wait) {
    EXPECT_TRUE(
        decide(std::vector{throttling("load"), throttling("hibernation", signal_rank::hibernation)},
               now)
            .hibernating);
    EXPECT_FALSE(decide(std::vector{throttling("load")}, now).hibernating);
    EXPECT_FALSE(decide(std::vector{unread("load", signal_rank::hibernation)}, now).hibernating);
    auto unreadable = throttling("load cannot be read", signal_rank::hibernation);
    unreadable.last->failed = true;
    EXPECT_TRUE(decide(std::vector{unreadable}, now).throttled);
    EXPECT_FALSE(decide(std::vector{unreadable}, now).hibernating);
}

TEST(decision, of_an_operator_is_told_apart_from_what_is_measured) {
    const auto by_operator = [](const std::vector<watched_signal>& signals) {
        return decide(signals, now).by_operator;
    };
    EXPECT_TRUE(by_operator({throttling("load"), throttling("file", signal_rank::operators),
                             throttling("lag", signal_rank::own_lag)}));
    EXPECT_FALSE(by_operator({throttling("load"), fine("file", signal_rank::operators)}));
}

TEST(decision, within_a_rank_the_first_signals_reason_is_told) {
    EXPECT_EQ(reason_of({throttling("flag-file"), throttling("max-load a=2 >= 1")}), "flag-file");
    EXPECT_EQ(reason_of({throttling("r1 lag", signal_rank::control_replica),
                         throttling("r2 lag", signal_rank::control_replica)}),
              "r1 lag");
}

TEST(decision, a_fine_reading_is_good_for_its_period_and_the_grace) {
    const auto taken = now - 100ms - reading_grace;
    EXPECT_FALSE(decide(std::vector{fine("x", signal_rank::general, taken)}, now).throttled);
    const auto stale = decide(std::vector{fine("r1:3306", signal_rank::general, taken - 1ns)}, now);
    EXPECT_TRUE(stale.throttled);
    EXPECT_FALSE(stale.first_reading_awaited);
    EXPECT_EQ(stale.reason, "r1:3306 not read for 1.1s");
}

TEST(decision, a_reason_to_throttle_holds_however_old_it_is) {
    EXPECT_EQ(reason_of({throttling("flag-file", signal_rank::general, now - 50min)}), "flag-file");
}

TEST(decision, a_reading_that_was_published_meanwhile_is_not_stale) {
    EXPECT_FALSE(decide(std::vector{fine("x", signal_rank::general, now + 1s)}, now).throttled);
}

}  // namespace
}  // namespace segue::throttle
