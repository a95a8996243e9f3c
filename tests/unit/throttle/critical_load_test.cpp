#include "throttle/critical_load.hpp"

#include "throttle/signal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;
using testing::StartsWith;

const limit_reached overload{.which = {"Threads_running", 50}, .value = 60};

/// Looks at a load by a clock that the test steps.
class a_critical_load : public testing::Test {
  protected:
    void use(critical_load_settings with) { load_.emplace(with); }
    bool due() { return load_->look_is_due(now_); }
    std::string look(const std::optional<limit_reached>& reached) {
        EXPECT_TRUE(due());
        return load_->looked(reached, now_, std::chrono::system_clock::time_point(1000h));
    }
    std::string end_of_look(const std::optional<limit_reached>& reached) {
        try {
            look(reached);
        } catch (const must_end& end) {
            return end.what();
        }
        return "goes on";
    }

    critical_load::time_point now_{1h};
    std::optional<critical_load> load_;
};

TEST_F(a_critical_load, ends_the_run_at_once) {
    use({});
    EXPECT_EQ(end_of_look(overload), "critical-load met: Threads_running=60, >=50");
}

TEST_F(a_critical_load, is_looked_at_each_second_and_says_nothing_while_it_is_not_reached) {
    use({});
    EXPECT_EQ(look({}), "");
    EXPECT_EQ(load_->reason(), std::nullopt);
    now_ += 999ms;
    EXPECT_FALSE(due());
    now_ += 1ms;
    EXPECT_TRUE(due());
}

TEST_F(a_critical_load, with_an_interval_ends_the_run_only_when_reached_again) {
    use({.look_again_after = 3s});
    EXPECT_EQ(end_of_look(overload), "goes on");
    EXPECT_EQ(load_->reason(), "critical-load met once: Threads_running=60, >=50");
    now_ += 2999ms;
    EXPECT_FALSE(due());
    now_ += 1ms;
    EXPECT_EQ(end_of_look(overload),
              "critical-load met again after 3000 millis: Threads_running=60, >=50");
}

TEST_F(a_critical_load, with_an_interval_a_peak_that_passed_counts_no_more) {
    use({.look_again_after = 3s});
    EXPECT_EQ(look(overload),
              "critical-load met once: Threads_running=60, >=50. Looking again in 3000 millis");
    now_ += 3s;
    EXPECT_EQ(look({}), "critical-load is not met any more");
    EXPECT_EQ(load_->reason(), std::nullopt);
    now_ += 1s;
    EXPECT_EQ(end_of_look(overload), "goes on");
}

TEST_F(a_critical_load, a_look_that_failed_leaves_the_second_one_due) {
    use({.look_again_after = 3s});
    look(overload);
    now_ += 3s;
    EXPECT_TRUE(due());  // and the load could not be read
    now_ += 30s;
    EXPECT_THAT(end_of_look(overload), StartsWith("critical-load met again"));
}

TEST_F(a_critical_load, hibernates_until_the_time_is_over_and_then_looks_before_it_goes_on) {
    use({.hibernate_for = 60s});
    EXPECT_EQ(look(overload),
              "critical-load met: Threads_running=60, >=50. Hibernating for 60 seconds");
    EXPECT_THAT(load_->reason().value_or(""),
                StartsWith("critical-load-hibernate until 1970-02-11 "));
    now_ += 59s;
    EXPECT_FALSE(due());
    EXPECT_THAT(load_->reason().value_or(""), StartsWith("critical-load-hibernate until"));
    now_ += 1s;
    EXPECT_FALSE(due());
    EXPECT_EQ(load_->reason(), "leaving hibernation");
    now_ += 1s;
    EXPECT_EQ(look({}), "");
    EXPECT_EQ(load_->reason(), std::nullopt);
}

TEST_F(a_critical_load, hibernates_again_when_still_reached_afterwards) {
    use({.hibernate_for = 60s});
    look(overload);
    now_ += 61s;
    EXPECT_FALSE(due());
    now_ += 1s;
    look(overload);
    EXPECT_THAT(load_->reason().value_or(""), StartsWith("critical-load-hibernate until"));
    EXPECT_FALSE(due());
}

TEST_F(a_critical_load, hibernation_comes_before_the_interval) {
    use({.look_again_after = 1s, .hibernate_for = 60s});
    EXPECT_EQ(end_of_look(overload), "goes on");
    now_ += 5s;
    EXPECT_FALSE(due());
}

}  // namespace
}  // namespace segue::throttle
