#include "cli/display/progress_row.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::display {
namespace {

using namespace std::chrono_literals;
using migration::phase;
using migration::progress;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A quarter copied in ten seconds.
progress copying() {
    progress at;
    at.at = phase::copy;
    at.rows_copied = 250;
    at.rows_estimate = 1'000;
    at.backlog = 3;
    at.backlog_max = 1'000;
    at.elapsed = 12s;
    at.copy_elapsed = 10s;
    at.heartbeat_lag = 20ms;
    return at;
}

std::string without_colour(std::string text) {
    for (const std::string_view one : {"\x1b[32m", "\x1b[33m", "\x1b[0m"})
        for (auto found = text.find(one); found != std::string::npos; found = text.find(one))
            text.erase(found, one.size());
    return text;
}

TEST(copy_rate, is_that_of_the_last_seconds) {
    copy_rate rate;
    EXPECT_EQ(rate.per_second(), 0.0);
    rate.sample(1s, 500);
    EXPECT_EQ(rate.per_second(), 0.0);
    rate.sample(2s, 1'500);
    EXPECT_EQ(rate.per_second(), 1'000.0);
    for (int second = 3; second <= 20; ++second) rate.sample(std::chrono::seconds(second), 1'500);
    EXPECT_EQ(rate.per_second(), 0.0);
    rate.sample(21s, 2'000);
    EXPECT_EQ(rate.per_second(), 100.0);
}

TEST(copy_rate, two_samples_of_one_moment_tell_nothing) {
    copy_rate rate;
    rate.sample(1s, 500);
    rate.sample(1s, 700);
    EXPECT_EQ(rate.per_second(), 0.0);
}

TEST(progress_row, has_a_bar_the_rate_the_eta_the_backlog_and_the_lag) {
    EXPECT_EQ(
        progress_row(copying(), 25.4, {.columns = 100}),
        "copy [=========>                              ] 25.0%  25 rows/s  ETA 30s  backlog 3  lag "
        "0.02s");
    EXPECT_THAT(progress_row(copying(), 12'345, {.columns = 100}), HasSubstr("12.3k rows/s"));
    EXPECT_THAT(progress_row(copying(), 2'340'000, {.columns = 100}), HasSubstr("2.3M rows/s"));
}

TEST(progress_row, leaves_the_last_column_free_on_terminals_of_any_width) {
    auto at = copying();
    at.throttled = true;
    at.throttle_reason = "replica.example.com:3306 replica-lag=17.123456s";
    for (unsigned columns = 2; columns <= 300; ++columns)
        for (const bool colour : {false, true}) {
            const auto row =
                without_colour(progress_row(at, 12'345, {.columns = columns, .colour = colour}));
            EXPECT_LT(row.size(), columns) << row;
        }
}

TEST(progress_row, what_has_no_room_is_left_out_the_bar_first) {
    EXPECT_EQ(progress_row(copying(), 25, {.columns = 60}),
              "copy 25.0%  25 rows/s  ETA 30s  backlog 3  lag 0.02s");
    EXPECT_EQ(progress_row(copying(), 25, {.columns = 45}),
              "copy 25.0%  25 rows/s  ETA 30s  backlog 3");
    EXPECT_EQ(progress_row(copying(), 25, {.columns = 24}), "copy 25.0%  ETA 30s");
    EXPECT_EQ(progress_row(copying(), 25, {.columns = 12}), "copy 25.0%");
    EXPECT_EQ(progress_row(copying(), 25, {.columns = 7}), "25.0%");
}

TEST(progress_row, a_throttled_copy_says_why_as_far_as_there_is_room) {
    auto at = copying();
    at.throttled = true;
    at.throttle_reason = "max-load Threads_running=60 >= 50";
    EXPECT_THAT(progress_row(at, 0, {.columns = 150}),
                HasSubstr("  throttled, max-load Threads_running=60 >= 50"));
    EXPECT_THAT(progress_row(at, 0, {.columns = 60}), HasSubstr("  throttled, max-load Thread..."));
}

TEST(progress_row, control_characters_and_halves_of_characters_do_not_come_through) {
    auto at = copying();
    at.throttled = true;
    at.throttle_reason = "a\nb\x1b[2Jc\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4";
    for (unsigned columns = 40; columns <= 100; ++columns) {
        const auto row = progress_row(at, 0, {.columns = columns});
        EXPECT_THAT(row, Not(HasSubstr("\n")));
        EXPECT_THAT(row, Not(HasSubstr("\x1b")));
        EXPECT_THAT(row, Not(HasSubstr("\xc3.")));
    }
}

TEST(progress_row, a_postponed_cut_over_says_why_and_has_no_rate_any_more) {
    auto at = copying();
    at.at = phase::postponed;
    at.postponed_because = "flag-file";
    EXPECT_EQ(progress_row(at, 0, {.columns = 63}),
              "postponed [==========] 100.0%  backlog 3  lag 0.02s  flag-file");
}

TEST(progress_row, more_than_estimated_is_a_full_bar) {
    auto at = copying();
    at.rows_copied = 2'000;
    EXPECT_THAT(progress_row(at, 0, {.columns = 80}), StartsWith("copy [====="));
    EXPECT_THAT(progress_row(at, 0, {.columns = 80}), HasSubstr("=] 200.0%"));
}

TEST(progress_row, colours_only_when_asked) {
    auto at = copying();
    at.throttled = true;
    at.throttle_reason = "flag-file";
    const auto plain = progress_row(at, 1, {.columns = 120});
    const auto coloured = progress_row(at, 1, {.columns = 120, .colour = true});
    EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
    EXPECT_THAT(coloured, HasSubstr("\x1b[32m"));
    EXPECT_EQ(without_colour(coloured), plain);
}

}  // namespace
}  // namespace segue::display
