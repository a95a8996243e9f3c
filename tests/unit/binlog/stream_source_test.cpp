#include "binlog/stream_source.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::binlog {
namespace {

using testing::HasSubstr;

const std::string source = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

gtid_set set(const std::string& numbers) {
    return numbers.empty() ? gtid_set{} : gtid_set::parse(source + ":" + numbers);
}

error from_server(int number, const std::string& text) {
    return error(text, {.mysql_errno = number});
}

TEST(stream_source, a_set_between_purged_and_executed_is_good) {
    EXPECT_EQ(judge(set("1-5"), {set("1-3"), set("1-9")}), gtid_verdict::good);
    EXPECT_EQ(judge(set("1-5"), {set("1-5"), set("1-5")}), gtid_verdict::good);
    EXPECT_EQ(judge(set(""), {set(""), set("")}), gtid_verdict::good);
}

TEST(stream_source, a_set_that_lacks_purged_transactions_cannot_go_on) {
    EXPECT_EQ(judge(set("1-5"), {set("1-6"), set("1-9")}), gtid_verdict::purged);
    EXPECT_EQ(judge(set("2-9"), {set("1-6"), set("1-9")}), gtid_verdict::purged);
    EXPECT_EQ(judge(set(""), {set("1"), set("1-9")}), gtid_verdict::purged);
}

TEST(stream_source, a_set_with_transactions_that_the_server_lacks_is_told_apart) {
    EXPECT_EQ(judge(set("1-10"), {set("1-6"), set("1-9")}), gtid_verdict::not_executed);
    EXPECT_EQ(
        judge(gtid_set::parse("00000000-0000-0000-0000-000000000001:1"), {set(""), set("1-9")}),
        gtid_verdict::not_executed);
}

TEST(stream_source, lost_connections_and_passing_states_are_worth_another_try) {
    EXPECT_TRUE(worth_reconnecting(error("x", {.connection_lost = true})));
    EXPECT_TRUE(worth_reconnecting(error("x", {.retryable = true})));
    EXPECT_TRUE(worth_reconnecting(from_server(1317, "Query execution was interrupted")));
    EXPECT_FALSE(worth_reconnecting(from_server(1236, "Cannot replicate")));
    EXPECT_FALSE(worth_reconnecting(from_server(1045, "Access denied")));
    EXPECT_FALSE(worth_reconnecting(error("damaged")));
}

TEST(stream_source, refusals_say_what_to_do) {
    EXPECT_THAT(with_remedy(from_server(1227, "Access denied")).what(),
                HasSubstr("REPLICATION SLAVE"));
    EXPECT_THAT(with_remedy(from_server(1236, "the source purged required binary logs")).what(),
                HasSubstr("binlog_expire_logs_seconds"));
    EXPECT_THAT(with_remedy(from_server(1236, "A replica with the same server_uuid")).what(),
                HasSubstr("replica_uuid"));
    EXPECT_THAT(with_remedy(from_server(1236, "bogus data in log event")).what(),
                HasSubstr("bogus data in log event. "));
    EXPECT_EQ(with_remedy(from_server(1236, "x")).mysql_errno(), 1236);
    EXPECT_STREQ(with_remedy(from_server(1064, "x")).what(), "x");
}

TEST(stream_source, a_pause_ends_at_a_stop_request) {
    std::stop_source stop;
    EXPECT_NO_THROW(pause(std::chrono::milliseconds(1), stop.get_token()));
    stop.request_stop();
    EXPECT_THROW(pause(std::chrono::hours(1), stop.get_token()), stopped);
}

}  // namespace
}  // namespace segue::binlog
