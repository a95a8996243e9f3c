#include "cli/running/signal_watch.hpp"

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

namespace segue::cli {
namespace {

void throw_where_nothing_catches() {
    std::jthread([] { throw std::runtime_error("nobody expects it"); }).join();
}

// Not SIGABRT, which a deploy job would see as 134.
TEST(signal_watch_deathtest, what_nothing_catches_ends_the_process_with_the_last_words) {
    EXPECT_EXIT(
        {
            signal_watch watch([] {});
            watch.when_overdue([](std::string_view why, std::string_view by) {
                return why.find("nobody expects it") != why.npos && by == "failure" ? 3 : 9;
            });
            throw_where_nothing_catches();
        },
        testing::ExitedWithCode(3), "");
}

TEST(signal_watch_deathtest, without_last_words_the_code_is_1_and_the_reason_is_told) {
    EXPECT_EXIT(
        {
            {
                signal_watch watch([] {});
            }
            throw_where_nothing_catches();
        },
        testing::ExitedWithCode(1), "FATAL a fault of Segue's own: nobody expects it");
}

TEST(signal_watch_deathtest, last_words_that_fail_end_it_all_the_same) {
    EXPECT_EXIT(
        {
            signal_watch watch([] {});
            watch.when_overdue([](std::string_view, std::string_view) -> int {
                throw std::runtime_error("no memory");
            });
            throw_where_nothing_catches();
        },
        testing::ExitedWithCode(1), "");
}

}  // namespace
}  // namespace segue::cli
