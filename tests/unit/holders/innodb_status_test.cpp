#include "src/holders/innodb_status.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::holders {
namespace {

using testing::IsEmpty;
using testing::Optional;
using testing::Pair;
using testing::UnorderedElementsAre;

// As MySQL 8.0.45 and 9.7.4 print it.
const std::string before =
    "------------\nTRANSACTIONS\n------------\nTrx id counter 1578\nPurge done for trx's n:o < "
    "1576 "
    "undo n:o < 0 state: running but idle\nHistory list length 10\nLIST OF TRANSACTIONS FOR EACH "
    "SESSION:\n---TRANSACTION 375301068221640, not started\n0 lock struct(s), heap size 1128, 0 "
    "row "
    "lock(s)\n";
const std::string written =
    "---TRANSACTION 1577, ACTIVE 4 sec\n2 lock struct(s), heap size 1128, 1 row lock(s), undo log "
    "entries 1\nMySQL thread id 14, OS thread handle 140347933030080, query id 50 localhost root\n";
const std::string read_and_written =
    "---TRANSACTION 1579, ACTIVE 50 sec starting index read\nmysql tables in use 1, locked 1\n2 "
    "lock struct(s), heap size 1128, 1 row lock(s), undo log entries 1\nMySQL thread id 23, OS "
    "thread handle 140347934086848, query id 142 localhost root\nTrx read view will not see trx "
    "with id >= 1579, sees < 1579\n";
const std::string after = "--------\nFILE I/O\n--------\n";

TEST(innodb_status, tells_who_has_a_read_view) {
    EXPECT_THAT(read_views(before + written + read_and_written + after),
                Optional(UnorderedElementsAre(Pair(14, false), Pair(23, true))));
    EXPECT_THAT(read_views(before + read_and_written + written + after),
                Optional(UnorderedElementsAre(Pair(14, false), Pair(23, true))));
}

TEST(innodb_status, nobody_may_be_there) {
    EXPECT_THAT(read_views(before + after), Optional(IsEmpty()));
}

TEST(innodb_status, that_is_not_whole_tells_nothing) {
    EXPECT_EQ(read_views(""), std::nullopt);
    EXPECT_EQ(read_views(before + written), std::nullopt);
    EXPECT_EQ(read_views(before + "\n... truncated...\n" + written + after), std::nullopt);
    EXPECT_EQ(read_views("TRANSACTIONS\n" + written + after), std::nullopt);
}

TEST(innodb_status, a_thread_without_a_number_tells_nothing) {
    EXPECT_EQ(read_views(before + "---TRANSACTION 1, ACTIVE 4 sec\nMySQL thread id x\n" + after),
              std::nullopt);
}

// A view belongs to the transaction above it only.
TEST(innodb_status, a_view_of_a_transaction_without_a_thread_is_nobodys) {
    EXPECT_THAT(
        read_views(before + written +
                   "---TRANSACTION 1580, ACTIVE (PREPARED) 4 sec\nTrx read view will not see "
                   "trx with id >= 1579, sees < 1579\n" +
                   after),
        Optional(UnorderedElementsAre(Pair(14, false))));
}

}  // namespace
}  // namespace segue::holders
