#include "src/db/retry.hpp"

#include <gtest/gtest.h>

namespace segue::db {
namespace {

using namespace std::chrono_literals;

const error deadlock("deadlock", {.mysql_errno = 1213, .retryable = true});
const error lock_wait("lock wait", {.mysql_errno = 1205, .retryable = true});
const error lost("lost", {.mysql_errno = 2013, .retryable = true, .connection_lost = true});
const error refused("out of range", {.mysql_errno = 1264});

TEST(back_off, doubles_from_twenty_milliseconds) {
    EXPECT_EQ(back_off(1), 20ms);
    EXPECT_EQ(back_off(2), 40ms);
    EXPECT_EQ(back_off(7), 1'280ms);
}

TEST(back_off, is_never_longer_than_two_seconds) {
    EXPECT_EQ(back_off(8), 2s);
    EXPECT_EQ(back_off(9), 2s);
    EXPECT_EQ(back_off(40), 2s);
    EXPECT_EQ(back_off(4'000'000'000U), 2s);
}

TEST(too_large, is_a_transaction_that_smaller_ones_may_replace) {
    for (const int number : {1197, 1206, 3100})
        EXPECT_TRUE(is_too_large(error("too large", {.mysql_errno = number})));
    for (const error& other : {deadlock, lock_wait, lost, refused})
        EXPECT_FALSE(is_too_large(other));
}

TEST(retry_count, so_many_failures_in_a_row_are_retried) {
    retry_count count(2, lock_conflicts::outlasted);
    EXPECT_TRUE(count.goes_on_after(lost));
    EXPECT_TRUE(count.goes_on_after(lost));
    EXPECT_FALSE(count.goes_on_after(lost));
}

TEST(retry_count, what_cannot_be_retried_ends_at_once) {
    retry_count count(60, lock_conflicts::outlasted);
    EXPECT_FALSE(count.goes_on_after(refused));
    EXPECT_EQ(count.failures(), 0U);
}

TEST(retry_count, locks_of_others_are_outlasted) {
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

TEST(outlasted_text, counts_in_words) {
    EXPECT_EQ(outlasted_text(1), "locks of other transactions stood in its way once");
    EXPECT_EQ(outlasted_text(2), "locks of other transactions stood in its way 2 times in a row");
}

TEST(retry_count, locks_of_others_are_failures_where_the_tries_are_bounded) {
    retry_count count(1, lock_conflicts::failures);
    EXPECT_TRUE(count.goes_on_after(lock_wait));
    EXPECT_FALSE(count.goes_on_after(deadlock));
}

TEST(retry_count, pauses_grow_with_whatever_went_wrong) {
    retry_count count(60, lock_conflicts::outlasted);
    count.goes_on_after(deadlock);
    EXPECT_EQ(count.pause(), 20ms);
    count.goes_on_after(lost);
    EXPECT_EQ(count.pause(), 40ms);
}

TEST(retry_count, pauses_before_the_first_failure_as_after_it) {
    EXPECT_EQ(retry_count(60, lock_conflicts::outlasted).pause(), 20ms);
}

TEST(retry_count, without_tries_ends_at_the_first_failure_but_not_at_a_lock) {
    retry_count count(0, lock_conflicts::outlasted);
    EXPECT_TRUE(count.goes_on_after(deadlock));
    EXPECT_FALSE(count.goes_on_after(lost));
}

TEST(retry_count, never_goes_on_with_a_lock_that_may_not_be_asked_for_again) {
    retry_count count(60, lock_conflicts::outlasted);
    EXPECT_FALSE(count.goes_on_after(error("deadlock", {.mysql_errno = 1213})));
    EXPECT_EQ(count.outlasted(), 0U);
}

TEST(is_conflict, is_a_deadlock_or_a_lock_wait_that_timed_out) {
    EXPECT_TRUE(is_conflict(deadlock));
    EXPECT_TRUE(is_conflict(lock_wait));
    for (const error& other : {lost, refused, error("of our own")})
        EXPECT_FALSE(is_conflict(other)) << other.what();
}

TEST(may_be_the_rows, is_what_the_server_says_and_locks_and_connections_do_not_explain) {
    EXPECT_TRUE(may_be_the_rows(refused));
    const error full("disk full", {.mysql_errno = 1021, .retryable = true});
    const error cut("shutdown", {.mysql_errno = 1053, .connection_lost = true});
    const error library("out of memory", {.mysql_errno = 2008});
    for (const error& other : {deadlock, lock_wait, lost, full, cut, library, error("of our own")})
        EXPECT_FALSE(may_be_the_rows(other)) << other.what();
}

}  // namespace
}  // namespace segue::db
