#include "src/db/session_factory.hpp"

#include "src/base/error.hpp"
#include "src/wire/server_failure.hpp"
#include "tests/unit/db/no_server.hpp"

#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::db {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(whole_seconds, are_never_fewer_than_asked_for) {
    EXPECT_EQ(whole_seconds(1'000ms), 1);
    EXPECT_EQ(whole_seconds(1'001ms), 2);
    EXPECT_EQ(whole_seconds(1'999ms), 2);
    EXPECT_EQ(whole_seconds(10min), 600);
}

// Zero would be none at all.
TEST(whole_seconds, are_one_at_least) {
    EXPECT_EQ(whole_seconds(1ms), 1);
    EXPECT_EQ(whole_seconds(0ms), 1);
    EXPECT_EQ(whole_seconds(-5s), 1);
}

TEST(answer_timeout, goes_by_the_role) {
    wire::connection_options options;
    options.read_timeout = 7s;
    EXPECT_EQ(answer_timeout(session_role::work, options), 10min);
    EXPECT_EQ(answer_timeout(session_role::patient, options), 1h);
    EXPECT_EQ(answer_timeout(session_role::beat, options), 1min);
    EXPECT_EQ(answer_timeout(session_role::control, options), 7s);
}

TEST(answer_timeout, of_a_beat_is_the_read_timeout_where_that_is_longer) {
    wire::connection_options options;
    options.read_timeout = 90s;
    EXPECT_EQ(answer_timeout(session_role::beat, options), 90s);
    EXPECT_EQ(answer_timeout(session_role::work, options), 10min);
}

// The names that the SET statement sets, one by one.
std::multiset<std::string> names_set() {
    const std::string text(session_settings());
    const std::regex assignment("(?:SESSION|,)\\s+([a-z_]+)=");
    std::multiset<std::string> names;
    for (std::sregex_iterator found(text.begin(), text.end(), assignment), end; found != end;
         ++found)
        names.insert((*found)[1]);
    return names;
}

TEST(session_settings, are_one_statement_for_the_session) {
    EXPECT_THAT(session_settings(), AllOf(StartsWith("SET SESSION"), Not(HasSubstr(";")),
                                          Not(HasSubstr("SET GLOBAL"))));
}

TEST(session_settings, set_no_variable_twice) {
    const auto names = names_set();
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST(session_settings, leave_the_idle_time_to_the_role) {
    EXPECT_THAT(names_set(), Not(Contains("wait_timeout")));
}

// Each of them, set for the whole server, would hide rows, cut a statement off or change values.
TEST(session_settings, set_what_a_setting_of_the_whole_server_could_change_under_us) {
    const auto names = names_set();
    for (const std::string name :
         {"autocommit", "completion_type", "foreign_key_checks", "group_concat_max_len",
          "max_execution_time", "range_optimizer_max_mem_size", "sql_mode", "sql_safe_updates",
          "sql_select_limit", "time_zone", "transaction_isolation", "unique_checks"})
        EXPECT_THAT(names, Contains(name));
}

TEST(session_settings, keep_rows_strict_whatever_the_servers_sql_mode_is) {
    EXPECT_THAT(session_settings(), HasSubstr("'STRICT_ALL_TABLES,STRICT_TRANS_TABLES,"
                                              "NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION'"));
}

error failure_of_connecting(const wire::connection_options& options) {
    session_factory sessions(options);
    try {
        sessions.connect();
    } catch (const error& failure) {
        return failure;
    }
    return error("connected");
}

TEST(a_factory_without_a_server, says_where_it_was_looked_for_and_never_the_password) {
    EXPECT_THAT(failure_of_connecting(no_server()).what(),
                AllOf(StartsWith("logging in to /nonexistent/mysql.sock as 'somebody': "),
                      HasSubstr("(MySQL error 2002)"), HasSubstr("Is the server running here?"),
                      Not(HasSubstr("secret"))));
}

TEST(a_factory_without_a_server, fails_as_a_connection_that_was_lost_before_anything_was_changed) {
    const error failure = failure_of_connecting(no_server());
    EXPECT_TRUE(failure.connection_lost());
    EXPECT_TRUE(failure.retryable());
    EXPECT_FALSE(failure.outcome_unknown());
    EXPECT_FALSE(failure.from_server());
}

TEST(a_factory_without_a_server, is_waited_for_with_tls_as_without) {
    auto options = no_server();
    for (const auto mode : {wire::tls_mode::disabled, wire::tls_mode::required}) {
        options.tls.mode = mode;
        const error failure = failure_of_connecting(options);
        EXPECT_TRUE(wire::passes_by_itself(failure)) << failure.what();
        EXPECT_FALSE(failure.outcome_unknown()) << failure.what();
    }
}

TEST(a_factory_without_a_server, knows_no_server_and_no_session) {
    session_factory sessions(no_server());
    EXPECT_THROW(sessions.connect(), error);
    EXPECT_EQ(sessions.server_uuid(), "");
    EXPECT_FALSE(sessions.is_ours(0));
}

TEST(a_factory_without_a_server, ends_no_statement_and_says_so_to_who_asked_for_one) {
    session_factory sessions(no_server());
    EXPECT_THROW(sessions.kill_query(5), error);
    sessions.kill_running_statements();  // noexcept
}

TEST(a_factory_without_a_patience_of_its_own, waits_for_ten_minutes) {
    EXPECT_EQ(session_factory(no_server()).patience().most(), 10min);
}

}  // namespace
}  // namespace segue::db
