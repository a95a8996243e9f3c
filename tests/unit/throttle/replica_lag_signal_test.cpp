#include "throttle/signals/replica_lag_signal.hpp"

#include "src/base/error.hpp"
#include "throttle/heartbeat_value.hpp"

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;

const auto written = std::chrono::sys_days(2026y / 8 / 7) + 12h;
const auto heartbeat = format_heartbeat(written);

std::string failure_of(const db::value& value) {
    try {
        lag_reason("r1:3306", value, written, 1500ms);
    } catch (const error& failure) {
        return failure.what();
    }
    return "none";
}

TEST(lag_reason, a_lag_over_the_limit_throttles_in_the_words_of_ghost) {
    EXPECT_EQ(lag_reason("r1:3306", heartbeat, written + 2345678us, 1500ms),
              "r1:3306 replica-lag=2.345678s");
}

TEST(lag_reason, of_the_server_that_the_stream_comes_from_names_no_replica) {
    EXPECT_EQ(lag_reason("", heartbeat, written + 2345678us, 1500ms), "lag=2.345678s");
}

TEST(lag_reason, a_lag_up_to_the_limit_is_fine) {
    EXPECT_EQ(lag_reason("r1:3306", heartbeat, written + 1500ms, 1500ms), std::nullopt);
    EXPECT_NE(lag_reason("r1:3306", heartbeat, written + 1500ms + 1ns, 1500ms), std::nullopt);
}

TEST(lag_reason, a_heartbeat_that_does_not_move_lags_more_and_more) {
    EXPECT_EQ(lag_reason("r1:3306", heartbeat, written + 1h, 1500ms),
              "r1:3306 replica-lag=3600.000000s");
}

TEST(lag_reason, a_heartbeat_that_cannot_be_read_is_an_error) {
    EXPECT_EQ(failure_of(std::nullopt), "the heartbeat is NULL");
    EXPECT_EQ(failure_of(""), "the heartbeat is not a time as Segue writes it");
    EXPECT_EQ(failure_of("2026-08-07 12:00:00"), "the heartbeat is not a time as Segue writes it");
}

TEST(lag_reason, a_heartbeat_from_the_future_tells_of_a_clock_that_was_set_back) {
    EXPECT_EQ(failure_of(format_heartbeat(written + 1s)), "none");
    EXPECT_EQ(failure_of(format_heartbeat(written + 1h)),
              "the heartbeat is 3600.000000s ahead: this machine's clock was set back");
}

TEST(replica_lag_signal, is_read_at_the_heartbeats_pace_but_ten_times_a_second_at_most) {
    const auto period_at = [](std::chrono::milliseconds interval) {
        const live_pace any{pace{}};
        return replica_lag_signal({}, any, {.changelog = {}, .heartbeat_interval = interval})
            .period();
    };
    EXPECT_EQ(period_at(10ms), 100ms);
    EXPECT_EQ(period_at(100ms), 100ms);
    EXPECT_EQ(period_at(400ms), 400ms);
}

}  // namespace
}  // namespace segue::throttle
