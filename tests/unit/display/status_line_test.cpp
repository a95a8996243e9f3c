#include "cli/display/status_line.hpp"

#include "tests/demo/swap_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::display {
namespace {

using namespace std::chrono_literals;
using migration::phase;
using migration::progress;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// A quarter copied in ten seconds.
progress copying() {
    progress at;
    at.at = phase::copy;
    at.rows_copied = 250;
    at.rows_estimate = 1'000;
    at.keys_flushed = 7;
    at.backlog = 3;
    at.backlog_max = 1'000;
    at.elapsed = 12s;
    at.copy_elapsed = 10s;
    at.heartbeat_lag = 20ms;
    at.stream_position = "binlog.000002:157";
    return at;
}

TEST(swapped_line, tells_the_longest_wait_of_all_attempts_and_the_last_one) {
    EXPECT_EQ(swapped_line(
                  {.stall_max = 23ms, .stall_last = 23ms, .cut_over_attempts = 1, .position = {}}),
              "# Swapped after 1 attempt; writes waited for 23 ms at most");
    EXPECT_EQ(
        swapped_line(
            {.stall_max = 498ms, .stall_last = 23ms, .cut_over_attempts = 3, .position = {}}),
        "# Swapped after 3 attempts; writes waited for 498 ms at most, 23 ms in the last one");
}

TEST(swapped_line, is_what_the_demo_reads) {
    const auto one = demo::swap_told_in(swapped_line(
        {.stall_max = 23ms, .stall_last = 23ms, .cut_over_attempts = 1, .position = {}}));
    ASSERT_TRUE(one);
    EXPECT_EQ(one->attempts, 1U);
    EXPECT_EQ(one->held, 23ms);
    const auto several = demo::swap_told_in(swapped_line(
        {.stall_max = 498ms, .stall_last = 23ms, .cut_over_attempts = 3, .position = {}}));
    ASSERT_TRUE(several);
    EXPECT_EQ(several->attempts, 3U);
    EXPECT_EQ(several->held, 498ms);
}

TEST(short_duration, has_the_units_that_are_needed) {
    EXPECT_EQ(short_duration(0ms), "0s");
    EXPECT_EQ(short_duration(999ms), "0s");
    EXPECT_EQ(short_duration(59s), "59s");
    EXPECT_EQ(short_duration(240s), "4m0s");
    EXPECT_EQ(short_duration(3'600s), "1h0m0s");
    EXPECT_EQ(short_duration(3'723s), "1h2m3s");
    EXPECT_EQ(short_duration(100h), "100h0m0s");
}

TEST(status_line, is_that_of_gh_ost) {
    EXPECT_EQ(
        status_line(copying()),
        "Copy: 250/1000 25.0%; Applied: 7; Backlog: 3/1000; Time: 12s(total), 10s(copy); "
        "streamer: binlog.000002:157; Lag: 0.02s, HeartbeatLag: 0.02s, State: migrating; ETA: "
        "30s");
}

TEST(status_line, a_verification_has_a_state_and_an_eta_of_its_own) {
    progress at = copying();
    at.at = phase::verify;
    at.rows_copied = at.rows_estimate = 1'000;
    EXPECT_THAT(status_line(at), EndsWith("State: verifying the new table (0.0%); ETA: N/A"));
    at.rows_verified_before = 200;
    at.rows_verified = 600;
    at.verify_elapsed = 20s;
    EXPECT_THAT(status_line(at), EndsWith("State: verifying the new table (60.0%); ETA: 20s"));
    at.throttled = true;
    at.throttle_reason = "flag-file";
    EXPECT_THAT(status_line(at),
                HasSubstr("State: throttled, flag-file, verifying the new table (60.0%); ETA"));
    at.rows_verified = 1'000;
    EXPECT_THAT(status_line(at), EndsWith("ETA: due"));
}

TEST(status_line, a_throttled_copy_says_why) {
    auto at = copying();
    at.throttled = true;
    at.throttle_reason = "Threads_running=60 >= 50";
    EXPECT_THAT(status_line(at), HasSubstr("State: throttled, Threads_running=60 >= 50;"));
}

TEST(status_line, a_postponed_cut_over_is_due) {
    auto at = copying();
    at.at = phase::postponed;
    at.postponed_because = "flag-file";
    EXPECT_THAT(status_line(at), EndsWith("State: postponing cut-over; ETA: due"));
}

TEST(status_line, says_that_replaying_is_paused_whatever_else_is_the_case) {
    auto at = copying();
    at.replay_paused = true;
    EXPECT_THAT(status_line(at), HasSubstr("State: replaying is paused by user;"));
    at.throttled = true;
    at.throttle_reason = "flag-file";
    EXPECT_THAT(status_line(at),
                HasSubstr("State: throttled, flag-file, replaying is paused by user;"));
    at.throttled = false;
    at.at = phase::postponed;
    at.postponed_because = "flag-file";
    EXPECT_THAT(status_line(at),
                HasSubstr("State: postponing cut-over, replaying is paused by user;"));
}

TEST(status_line, a_copy_that_is_done_is_whole_whatever_the_estimate_was) {
    for (const phase done : {phase::postponed, phase::cut_over, phase::done}) {
        auto at = copying();
        at.at = done;
        EXPECT_THAT(status_line(at), StartsWith("Copy: 250/250 100.0%;"));
    }
}

TEST(status_line, a_table_that_is_larger_than_estimated_is_not_done_at_a_hundred_percent) {
    auto at = copying();
    at.rows_copied = 1'500;
    EXPECT_THAT(status_line(at), StartsWith("Copy: 1500/1000 150.0%;"));
    EXPECT_THAT(status_line(at), EndsWith("State: migrating; ETA: N/A"));
}

TEST(status_line, an_empty_table_is_whole) {
    auto at = copying();
    at.rows_copied = at.rows_estimate = 0;
    EXPECT_THAT(status_line(at), StartsWith("Copy: 0/0 100.0%;"));
}

TEST(eta_text, follows_the_rate_so_far) {
    EXPECT_EQ(eta_text(copying()), "30s");
}

TEST(eta_text, is_not_known_before_something_is_copied) {
    auto at = copying();
    at.rows_copied = 0;
    EXPECT_EQ(eta_text(at), "N/A");
    at.rows_copied = 1;
    at.rows_estimate = 10'000;
    EXPECT_EQ(eta_text(at), "N/A");
}

TEST(eta_text, is_due_when_all_is_copied) {
    auto at = copying();
    at.rows_copied = at.rows_estimate;
    EXPECT_EQ(eta_text(at), "N/A") << "there may be more than that";
    at = copying();
    at.at = phase::cut_over;
    EXPECT_EQ(eta_text(at), "due");
}

TEST(eta_text, is_not_known_when_more_was_copied_than_estimated) {
    auto at = copying();
    at.rows_copied = at.rows_estimate + 1;
    EXPECT_EQ(eta_text(at), "N/A");
}

// Seconds in [from, from + 60) in which the line is printed.
int printed_in_a_minute(progress at, std::chrono::seconds from, std::chrono::seconds since_event) {
    int printed = 0;
    for (auto second = from; second < from + 60s; ++second) {
        at.elapsed = second;
        printed += prints_in_second(at, since_event) ? 1 : 0;
    }
    return printed;
}

// `left` until the copy is done.
progress with_left(std::chrono::milliseconds left) {
    auto at = copying();
    at.rows_copied = 500;
    at.copy_elapsed = left;
    return at;
}

TEST(prints_in_second, each_second_in_the_first_minute) {
    EXPECT_EQ(printed_in_a_minute(with_left(10h), 1s, 1h), 60);
}

TEST(prints_in_second, each_second_near_the_end) {
    EXPECT_EQ(printed_in_a_minute(with_left(60s), 1'000s, 1h), 60);
    EXPECT_EQ(printed_in_a_minute(with_left(61s), 1'000s, 1h), 12);
}

TEST(prints_in_second, every_five_seconds_in_the_first_minutes_and_the_last) {
    EXPECT_EQ(printed_in_a_minute(with_left(10h), 61s, 1h), 12);
    EXPECT_EQ(printed_in_a_minute(with_left(180s), 1'000s, 1h), 12);
}

TEST(prints_in_second, every_five_seconds_after_an_event) {
    EXPECT_EQ(printed_in_a_minute(with_left(10h), 1'000s, 60s), 12);
}

TEST(prints_in_second, every_thirty_seconds_else) {
    EXPECT_EQ(printed_in_a_minute(with_left(10h), 1'000s, 61s), 2);
    auto unknown = copying();
    unknown.rows_copied = 0;
    EXPECT_EQ(printed_in_a_minute(unknown, 1'000s, 61s), 2);
}

TEST(copied_percent, is_none_while_the_table_is_inspected) {
    EXPECT_EQ(copied_percent(progress()), 0.0);
    progress goes_on;
    goes_on.rows_copied = goes_on.rows_copied_before = 30;
    goes_on.rows_estimate = 40;
    EXPECT_EQ(copied_percent(goes_on), 75.0) << "of what an earlier run has copied";
    progress empty;
    empty.at = phase::copy;
    EXPECT_EQ(copied_percent(empty), 100.0);
}

TEST(last_attempt_text, tells_why_it_gave_way_and_when) {
    auto at = copying();
    EXPECT_EQ(last_attempt_text(at), "");
    at.last_attempt = {.number = 2, .ago = 3'900ms, .gave_way_because = "somebody holds it"};
    EXPECT_EQ(last_attempt_text(at), "attempt 2 gave way 3 s ago: somebody holds it");
}

}  // namespace
}  // namespace segue::display
