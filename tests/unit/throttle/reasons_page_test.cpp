// What docs/status-line.md says of the reasons to throttle, beside those that there are.
#include "throttle/critical_load.hpp"
#include "throttle/signals/command_signal.hpp"
#include "throttle/signals/http_signal.hpp"
#include "throttle/signals/load_signal.hpp"
#include "throttle/signals/query_signal.hpp"
#include "throttle/signals/replica_lag_signal.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

std::string page() {
    std::ifstream file(SEGUE_STATUS_LINE_PAGE);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(the_page_of_the_status_line, has_each_reason_to_throttle) {
    const std::string text = page();
    ASSERT_FALSE(text.empty());
    live_pace commanded(pace{.throttled_by_command = true});
    const std::vector<load_limit> limits{{.variable = "Threads_running", .limit = 25}};
    std::vector<std::string> reasons{
        command_signal(commanded).evaluate().value(),
        load_reason(limits, {{"Threads_running", "26"}}).value(),
        query_reason({{"1"}}).value(),
        unreadable_limits({{.variable = "Threads_runing"}}, {{"Threads_running", "1"}}).front().why,
        "flag-file",
        "lag=",
        "replica-lag=",
        "critical-load met once",
        "critical-load-hibernate until",
        "leaving hibernation"};
    for (const unsigned status : {404U, 417U, 429U, 500U, 503U, 0xFFFFFFFFU})
        for (const bool of_freno : {false, true})
            reasons.push_back(http_reason(status, of_freno).value());
    for (const std::string& reason : reasons)
        EXPECT_NE(text.find(reason), std::string::npos) << reason;
}

}  // namespace
}  // namespace segue::throttle
