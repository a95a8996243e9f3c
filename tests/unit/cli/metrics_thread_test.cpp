#include "cli/running/metrics_thread.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using namespace std::chrono_literals;
using display::attempt_counts;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> told(const attempt_counts& before, const attempt_counts& now,
                              bool ended = false) {
    std::vector<std::string> texts;
    for (const auto& one : told_of_attempts(before, now, ended))
        texts.push_back(fmt::format("{}:{} {}", one.name, one.value, one.tag));
    return texts;
}

TEST(attempts_to_swap, are_told_once_each_when_they_have_ended) {
    EXPECT_THAT(told({}, {}), IsEmpty());
    EXPECT_THAT(told({}, {.begun = 1}), IsEmpty());
    const attempt_counts after_two{.begun = 2, .gave_way = 2, .since_first = 900ms};
    EXPECT_THAT(told({.begun = 1}, after_two),
                ElementsAre("cut_over.attempts_total:2 outcome:retry"));
    EXPECT_THAT(told(after_two, after_two), IsEmpty());
}

TEST(attempts_to_swap, that_succeed_are_told_with_how_long_all_of_them_took) {
    const attempt_counts swapped{
        .begun = 3, .gave_way = 2, .swapped = true, .since_first = 1'500ms};
    EXPECT_THAT(told({.begun = 3, .gave_way = 2}, swapped),
                ElementsAre("cut_over.attempts_total:1 outcome:success",
                            "cut_over.total_duration_milliseconds:1500 outcome:success"));
    EXPECT_THAT(told(swapped, swapped), IsEmpty());
    EXPECT_THAT(told(swapped, swapped, /*ended=*/true), IsEmpty());
    EXPECT_THAT(told({.begun = 2, .gave_way = 1}, swapped, /*ended=*/true),
                ElementsAre("cut_over.attempts_total:1 outcome:retry",
                            "cut_over.attempts_total:1 outcome:success",
                            "cut_over.total_duration_milliseconds:1500 outcome:success"));
}

TEST(attempts_to_swap, of_a_run_that_ended_without_a_swap_are_told_as_aborted) {
    const attempt_counts in_the_second{.begun = 2, .gave_way = 1, .since_first = 700ms};
    EXPECT_THAT(told(in_the_second, in_the_second, /*ended=*/true),
                ElementsAre("cut_over.attempts_total:1 outcome:abort",
                            "cut_over.total_duration_milliseconds:700 outcome:abort"));
    const attempt_counts between{.begun = 1, .gave_way = 1, .since_first = 700ms};
    EXPECT_THAT(told(between, between, /*ended=*/true),
                ElementsAre("cut_over.total_duration_milliseconds:700 outcome:abort"));
    EXPECT_THAT(told({}, {}, /*ended=*/true), IsEmpty());
}

}  // namespace
}  // namespace segue::cli
