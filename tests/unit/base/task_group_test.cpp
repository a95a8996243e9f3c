#include "src/base/task_group.hpp"

#include "src/base/error.hpp"

#include <condition_variable>
#include <mutex>
#include <string_view>

#include <gtest/gtest.h>

namespace segue {
namespace {

void wait_until_stopped(std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, stop, [] { return false; });
    throw stopped();
}

TEST(task_group, the_first_failure_stops_the_others_and_is_rethrown) {
    task_group group;
    group.spawn("waits", wait_until_stopped);
    group.spawn("fails", [](std::stop_token) { throw error("broken"); });
    try {
        group.join();
        FAIL() << "no error";
    } catch (const error& failure) {
        EXPECT_STREQ(failure.what(), "broken");
    }
    EXPECT_TRUE(group.token().stop_requested());
}

TEST(task_group, a_fault_of_our_own_stops_the_others_and_is_no_error_that_a_handler_takes_in) {
    task_group group;
    group.spawn("waits", wait_until_stopped);
    group.spawn("fails", [](std::stop_token) { require(false, "two and two are four"); });
    group.wait();
    EXPECT_TRUE(group.failed());
    try {
        group.join();
        FAIL() << "nothing was thrown";
    } catch (const error& failure) {
        FAIL() << "taken for an error: " << failure.what();
    } catch (const broken_invariant& fault) {
        EXPECT_NE(std::string_view(fault.what()).find("two and two are four"),
                  std::string_view::npos);
    }
}

TEST(task_group, being_stopped_is_no_failure) {
    task_group group;
    group.spawn("waits", wait_until_stopped);
    group.request_stop();
    EXPECT_NO_THROW(group.join());
    EXPECT_FALSE(group.failed());
}

TEST(task_group, a_dropped_group_stops_and_joins_its_threads) {
    bool ended = false;
    {
        task_group group;
        group.spawn("waits", [&](std::stop_token stop) {
            try {
                wait_until_stopped(stop);
            } catch (const stopped&) {
                ended = true;
            }
        });
    }
    EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace segue
