#include "throttle/load_signal.hpp"

#include "src/base/error.hpp"

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

TEST(LoadReason, ALimitThatIsReachedThrottlesInTheWordsOfGhost) {
    EXPECT_EQ(load_reason({{"Threads_running", 25}}, {{"Threads_running", "26"}}),
              "max-load Threads_running=26 >= 25");
    EXPECT_EQ(load_reason({{"Threads_running", 25}}, {{"Threads_running", "25"}}),
              "max-load Threads_running=25 >= 25");
    EXPECT_EQ(load_reason({{"Threads_running", 25}}, {{"Threads_running", "24"}}), std::nullopt);
}

TEST(LoadReason, AnyOfSeveralLimitsThrottlesAndTheFirstIsTold) {
    const std::vector<load_limit> limits{{"Threads_running", 25}, {"Threads_connected", 100}};
    EXPECT_EQ(load_reason(limits, {{"Threads_connected", "100"}, {"Threads_running", "3"}}),
              "max-load Threads_connected=100 >= 100");
    EXPECT_EQ(load_reason(limits, {{"Threads_connected", "100"}, {"Threads_running", "30"}}),
              "max-load Threads_running=30 >= 25");
}

TEST(LoadReason, ALimitOfZeroOrLessIsAlwaysReached) {
    EXPECT_EQ(load_reason({{"Threads_running", 0}}, {{"Threads_running", "0"}}),
              "max-load Threads_running=0 >= 0");
    EXPECT_EQ(load_reason({{"Threads_running", -1}}, {{"Threads_running", "0"}}),
              "max-load Threads_running=0 >= -1");
}

TEST(LoadReason, VariablesAreFoundInAnyLetterCaseAndNamedAsAskedFor) {
    EXPECT_EQ(load_reason({{"threads_RUNNING", 1}}, {{"Threads_running", "1"}}),
              "max-load threads_RUNNING=1 >= 1");
}

TEST(LoadReason, AVariableThatIsMissingIsAnErrorThatNamesIt) {
    EXPECT_EQ(failure_of({{"Treads_running", 25}}, {}),
              "the server has no status variable Treads_running");
    EXPECT_EQ(failure_of({{"Threads_running", 25}, {"Foo", 1}}, {{"Threads_running", "3"}}),
              "the server has no status variable Foo");
    EXPECT_EQ(failure_of({{"Threads_run", 25}}, {{"Threads_running", "3"}}),
              "the server has no status variable Threads_run");
}

TEST(LoadReason, AValueThatIsNoWholeNumberIsAnErrorThatNamesTheVariable) {
    EXPECT_EQ(failure_of({{"Ssl_version", 1}}, {{"Ssl_version", ""}}),
              "Ssl_version is not a number: ");
    EXPECT_EQ(failure_of({{"Last_query_cost", 1}}, {{"Last_query_cost", "0.5"}}),
              "Last_query_cost is not a number: 0.5");
    EXPECT_EQ(failure_of({{"Threads_running", 25}}, {{"Threads_running", std::nullopt}}),
              "Threads_running is NULL");
}

TEST(LoadSignal, IsNamedAfterItsVariables) {
    const live_pace limited({.max_load = {{"Threads_running", 25}, {"Foo", 1}}});
    EXPECT_EQ(load_signal({}, limited).name(), "Threads_running,Foo");
}

TEST(LoadSignal, WithoutALimitAsksNobody) {
    const live_pace unlimited{pace{}};
    load_signal signal({}, unlimited);
    EXPECT_EQ(signal.name(), "max-load");
    EXPECT_EQ(signal.evaluate(), std::nullopt);
}

TEST(UnreadableLimits, VariablesThatAreNotThereAreToldWithTheNearestNames) {
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

TEST(UnreadableLimits, VariablesThatAreNoNumbersAreTold) {
    const auto found = unreadable_limits({{"Ssl_cipher", 25}}, {{"Ssl_cipher", ""}});
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found[0].why.find("is not a number"), std::string::npos) << found[0].why;
}

}  // namespace
}  // namespace segue::throttle
