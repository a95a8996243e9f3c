#include "throttle/signals/load_signal.hpp"

#include "src/base/error.hpp"
#include "throttle/known_limits.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

std::string failure_of(const std::vector<load_limit>& limits, const std::vector<db::row>& status) {
    try {
        load_reason(limits, status);
    } catch (const error& failure) {
        return failure.what();
    }
    return "none";
}

TEST(load_reason, a_limit_that_is_reached_throttles_in_the_words_of_ghost) {
    EXPECT_EQ(load_reason({{"Threads_running", 25}}, {{"Threads_running", "26"}}),
              "max-load Threads_running=26 >= 25");
    EXPECT_EQ(load_reason({{"Threads_running", 25}}, {{"Threads_running", "25"}}),
              "max-load Threads_running=25 >= 25");
    EXPECT_EQ(load_reason({{"Threads_running", 25}}, {{"Threads_running", "24"}}), std::nullopt);
}

TEST(load_reason, any_of_several_limits_throttles_and_the_first_is_told) {
    const std::vector<load_limit> limits{{"Threads_running", 25}, {"Threads_connected", 100}};
    EXPECT_EQ(load_reason(limits, {{"Threads_connected", "100"}, {"Threads_running", "3"}}),
              "max-load Threads_connected=100 >= 100");
    EXPECT_EQ(load_reason(limits, {{"Threads_connected", "100"}, {"Threads_running", "30"}}),
              "max-load Threads_running=30 >= 25");
}

TEST(load_reason, a_limit_of_zero_or_less_is_always_reached) {
    EXPECT_EQ(load_reason({{"Threads_running", 0}}, {{"Threads_running", "0"}}),
              "max-load Threads_running=0 >= 0");
    EXPECT_EQ(load_reason({{"Threads_running", -1}}, {{"Threads_running", "0"}}),
              "max-load Threads_running=0 >= -1");
}

TEST(load_reason, variables_are_found_in_any_letter_case_and_named_as_asked_for) {
    EXPECT_EQ(load_reason({{"threads_RUNNING", 1}}, {{"Threads_running", "1"}}),
              "max-load threads_RUNNING=1 >= 1");
}

TEST(load_reason, a_variable_that_is_missing_is_an_error_that_names_it) {
    EXPECT_EQ(failure_of({{"Treads_running", 25}}, {}),
              "the server has no status variable Treads_running");
    EXPECT_EQ(failure_of({{"Threads_running", 25}, {"Foo", 1}}, {{"Threads_running", "3"}}),
              "the server has no status variable Foo");
    EXPECT_EQ(failure_of({{"Threads_run", 25}}, {{"Threads_running", "3"}}),
              "the server has no status variable Threads_run");
}

TEST(load_reason, a_value_that_is_no_whole_number_is_an_error_that_names_the_variable) {
    EXPECT_EQ(failure_of({{"Ssl_version", 1}}, {{"Ssl_version", ""}}),
              "Ssl_version is not a number: ");
    EXPECT_EQ(failure_of({{"Last_query_cost", 1}}, {{"Last_query_cost", "0.5"}}),
              "Last_query_cost is not a number: 0.5");
    EXPECT_EQ(failure_of({{"Threads_running", 25}}, {{"Threads_running", std::nullopt}}),
              "Threads_running is NULL");
}

TEST(load_signal, is_named_after_its_variables) {
    const live_pace limited({.max_load = {{"Threads_running", 25}, {"Foo", 1}}});
    EXPECT_EQ(load_signal({}, limited).name(), "max-load Threads_running,Foo");
}

TEST(load_signal, without_a_limit_asks_nobody) {
    const live_pace unlimited{pace{}};
    load_signal signal({}, unlimited);
    EXPECT_EQ(signal.name(), "max-load");
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

TEST(unreadable_limits, variables_that_are_not_there_are_told_with_the_nearest_names) {
    const std::vector<db::row> status{
        {"Threads_running", "1"}, {"Threads_connected", "2"}, {"Ssl_cipher", ""}, {"Uptime", "3"}};
    EXPECT_TRUE(unreadable_limits({{"threads_RUNNING", 25}, {"Uptime", 1}}, status).empty());
    const auto found = unreadable_limits({{"Thread_running", 25}, {"Nothing", 1}}, status);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].variable, "Thread_running");
    EXPECT_EQ(found[0].why, "the server has no status variable Thread_running");
    EXPECT_EQ(found[0].nearest, std::vector<std::string>{"Threads_running"});
    EXPECT_TRUE(found[1].nearest.empty());
}

TEST(unreadable_limits, variables_that_are_no_numbers_are_told) {
    const auto found = unreadable_limits({{"Ssl_cipher", 25}}, {{"Ssl_cipher", ""}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].why.find("is not a number"), std::string::npos) << found[0].why;
}

TEST(whole_numbers, are_the_names_that_a_load_can_be_watched_by) {
    EXPECT_EQ(whole_numbers({{"Threads_running", "2"},
                             {"Last_query_cost", "0.000000"},
                             {"Rsa_public_key", ""},
                             {"Ssl_cipher", std::nullopt},
                             {"Compression", "OFF"}}),
              std::vector<std::string>{"Threads_running"});
}

TEST(unknown_limits, are_told_with_the_names_that_may_have_been_meant) {
    const std::vector<std::string> known{"Threads_running", "Threads_connected"};
    EXPECT_TRUE(unknown_limits({{.variable = "threads_RUNNING", .limit = 1}}, known).empty());
    const auto found = unknown_limits({{.variable = "Threads_runing", .limit = 1}}, known);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().nearest.front(), "Threads_running");
}

}  // namespace
}  // namespace segue::throttle
