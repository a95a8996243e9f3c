#include "src/db/retry.hpp"

#include <gtest/gtest.h>

namespace segue::db {
namespace {

using namespace std::chrono_literals;

const error deadlock("deadlock", {.mysql_errno = 1213, .retryable = true});
const error lock_wait("lock wait", {.mysql_errno = 1205, .retryable = true});
const error lost("lost", {.mysql_errno = 2013, .retryable = true, .connection_lost = true});
const error refused("out of range", {.mysql_errno = 1264});

TEST(BackOff, DoublesFromTwentyMilliseconds) {
    EXPECT_EQ(back_off(1), 20ms);
    EXPECT_EQ(back_off(2), 40ms);
    EXPECT_EQ(back_off(7), 1'280ms);
}

TEST(BackOff, IsNeverLongerThanTwoSeconds) {
    EXPECT_EQ(back_off(8), 2s);
    EXPECT_EQ(back_off(9), 2s);
    EXPECT_EQ(back_off(40), 2s);
    EXPECT_EQ(back_off(4'000'000'000U), 2s);
}

TEST(TooLarge, IsATransactionThatSmallerOnesMayReplace) {
    for (const int number : {1197, 1206, 3100})
        EXPECT_TRUE(is_too_large(error("too large", {.mysql_errno = number})));
    for (const error& other : {deadlock, lock_wait, lost, refused})
        EXPECT_FALSE(is_too_large(other));
}

TEST(RetryCount, SoManyFailuresInARowAreRetried) {
    retry_count count(2, lock_conflicts::outlasted);
    EXPECT_TRUE(count.goes_on_after(lost));
    EXPECT_TRUE(count.goes_on_after(lost));
    EXPECT_FALSE(count.goes_on_after(lost));
}

TEST(RetryCount, WhatCannotBeRetriedEndsAtOnce) {
    retry_count count(60, lock_conflicts::outlasted);
    EXPECT_FALSE(count.goes_on_after(refused));
    EXPECT_EQ(count.failures(), 0U);
}

TEST(RetryCount, LocksOfOthersAreOutlasted) {
    retry_count count(1, lock_conflicts::outlasted);
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_TRUE(count.goes_on_after(deadlock));
        EXPECT_TRUE(count.goes_on_after(lock_wait));
    }
    EXPECT_EQ(count.outlasted(), 2'000U);
    EXPECT_EQ(count.failures(), 0U);
    // What is a failure still has all its tries.
    EXPECT_TRUE(count.goes_on_after(lost));
    EXPECT_FALSE(count.goes_on_after(lost));
}

TEST(OutlastedText, CountsInWords) {
    EXPECT_EQ(outlasted_text(1), "locks of other transactions stood in its way once");
    EXPECT_EQ(outlasted_text(2), "locks of other transactions stood in its way 2 times in a row");
}

TEST(RetryCount, LocksOfOthersAreFailuresWhereTheTriesAreBounded) {
    retry_count count(1, lock_conflicts::failures);
    EXPECT_TRUE(count.goes_on_after(lock_wait));
    EXPECT_FALSE(count.goes_on_after(deadlock));
}

TEST(RetryCount, PausesGrowWithWhateverWentWrong) {
    retry_count count(60, lock_conflicts::outlasted);
    count.goes_on_after(deadlock);
    EXPECT_EQ(count.pause(), 20ms);
    count.goes_on_after(lost);
    EXPECT_EQ(count.pause(), 40ms);
}

}  // namespace
}  // namespace segue::db
