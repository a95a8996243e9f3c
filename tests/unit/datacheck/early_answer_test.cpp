#include "src/datacheck/early_answer.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::datacheck {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

look_result seen(bool whole, unsigned percent) {
    look_result made;
    made.whole = whole;
    made.percent = percent;
    made.took = 2'540ms;
    return made;
}

TEST(a_notice, tells_the_share) {
    EXPECT_EQ(notice_of(seen(true, 100), {}),
              "looked at 100 % of the rows in 2.5 s before copying, and found none that the new "
              "table would refuse");
    EXPECT_THAT(notice_of(seen(false, 12), {}),
                AllOf(HasSubstr("looked at about 12 % of the rows"),
                      HasSubstr("the rest is seen when it is copied")));
}

TEST(a_notice, tells_why_it_ended) {
    auto ended = seen(false, 3);
    ended.ended_by = "max-load Threads_running=30 >= 25";
    EXPECT_THAT(notice_of(ended, {}), HasSubstr("ended early: max-load Threads_running=30 >= 25"));
}

TEST(a_notice, tells_what_was_not_looked_for_everywhere) {
    doubts in_doubt;
    in_doubt.only_tried = {"`c`", "CHECK constraints"};
    in_doubt.unique.push_back({.index = "u",
                               .columns = {"a"},
                               .values = {"`a`"},
                               .by_columns = true,
                               .source_index = {}});
    auto result = seen(true, 100);
    result.rows_tried = 320;
    EXPECT_THAT(notice_of(result, in_doubt),
                AllOf(HasSubstr("duplicates under `u` only among rows that are near each other"),
                      HasSubstr("for `c`, CHECK constraints only 320 rows")));
    result.in_one_range = true;
    EXPECT_THAT(notice_of(result, in_doubt), Not(HasSubstr("duplicates")));
}

}  // namespace
}  // namespace segue::datacheck
