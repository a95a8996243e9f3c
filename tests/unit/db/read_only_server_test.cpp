#include "src/db/read_only_server.hpp"

#include "src/db/retry.hpp"
#include "src/wire/server_failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::db {
namespace {

TEST(read_only_failure, is_waited_for_like_the_one_that_the_server_gives) {
    const error failure = read_only_failure();
    EXPECT_EQ(failure.mysql_errno(), 1290);
    EXPECT_EQ(failure.sqlstate(), "HY000");
    EXPECT_TRUE(failure.retryable());
    EXPECT_TRUE(wire::passes_by_itself(failure));
}

TEST(read_only_failure, leaves_the_session_as_it_was) {
    const error failure = read_only_failure();
    EXPECT_FALSE(failure.connection_lost());
    EXPECT_FALSE(failure.outcome_unknown());
}

TEST(read_only_failure, is_neither_a_lock_nor_the_rows) {
    EXPECT_FALSE(is_conflict(read_only_failure()));
    EXPECT_FALSE(may_be_the_rows(read_only_failure()));
}

TEST(read_only_failure, says_that_the_account_makes_no_difference) {
    EXPECT_THAT(read_only_failure().what(),
                testing::AllOf(testing::HasSubstr("read_only=ON"),
                               testing::HasSubstr("whatever its account may do")));
}

}  // namespace
}  // namespace segue::db
