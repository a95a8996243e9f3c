#include "throttle/reading.hpp"

#include "src/base/error.hpp"

#include <functional>
#include <utility>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;

class stepped_clock final : public clock_source {
  public:
    time_point now() const override { return time_point(42s); }
};

class scripted_signal final : public signal {
  public:
    explicit scripted_signal(std::function<std::optional<std::string>()> answer)
        : answer_(std::move(answer)) {}
    std::string_view name() const noexcept override { return "db1:3306"; }
    signal_rank rank() const noexcept override { return signal_rank::general; }
    std::chrono::milliseconds period() const noexcept override { return 100ms; }
    std::optional<std::string> evaluate() override { return answer_(); }

  private:
    std::function<std::optional<std::string>()> answer_;
};

reading reading_of(std::function<std::optional<std::string>()> answer) {
    scripted_signal signal(std::move(answer));
    return take_reading(signal, stepped_clock());
}

TEST(reading, an_answer_is_kept_with_the_time_at_which_it_was_asked_for) {
    const auto fine = reading_of([] { return std::nullopt; });
    EXPECT_EQ(fine.reason, std::nullopt);
    EXPECT_FALSE(fine.failed);
    EXPECT_EQ(fine.taken, clock_source::time_point(42s));

    const auto throttles = reading_of([] { return "db1:3306 replica-lag=2.000000s"; });
    EXPECT_EQ(throttles.reason, "db1:3306 replica-lag=2.000000s");
    EXPECT_FALSE(throttles.failed);
}

TEST(reading, a_failure_is_a_reason_that_names_the_signal) {
    const auto lost = reading_of([]() -> std::optional<std::string> {
        throw error("Lost connection (MySQL error 2013)", {.retryable = true});
    });
    EXPECT_EQ(lost.reason, "db1:3306 Lost connection (MySQL error 2013)");
    EXPECT_TRUE(lost.failed);
    EXPECT_TRUE(lost.retryable);
}

TEST(reading, a_fault_of_our_own_is_no_reading) {
    EXPECT_THROW(reading_of([]() -> std::optional<std::string> {
                     require(false, "a reading has a source");
                     return std::nullopt;
                 }),
                 broken_invariant);
}

TEST(reading, whatever_is_thrown_is_a_reason_to_throttle) {
    const auto standard =
        reading_of([]() -> std::optional<std::string> { throw std::runtime_error("no memory"); });
    EXPECT_EQ(standard.reason, "db1:3306 no memory");
    const auto strange = reading_of([]() -> std::optional<std::string> { throw 1; });
    EXPECT_EQ(strange.reason, "db1:3306 cannot be read");
}

TEST(reading, what_ends_the_run_comes_through) {
    EXPECT_THROW(
        reading_of([]() -> std::optional<std::string> { throw must_end("critical-load met"); }),
        must_end);
}

TEST(pause_after, a_reading_that_succeeded_is_the_signals_period) {
    EXPECT_EQ(pause_after({}, 100ms, 0), 100ms);
    EXPECT_EQ(pause_after({.taken = {}, .reason = "flag-file"}, 100ms, 0), 100ms);
}

TEST(pause_after, a_retryable_failure_is_one_second) {
    const reading lost{.taken = {}, .reason = "lost", .failed = true, .retryable = true};
    EXPECT_EQ(pause_after(lost, 100ms, 1), 1s);
    EXPECT_EQ(pause_after(lost, 100ms, 1'000'000), 1s);
    EXPECT_EQ(pause_after(lost, 5s, 1), 5s);
}

TEST(pause_after, of_other_failures_doubles_up_to_half_a_minute) {
    const reading refused{.taken = {}, .reason = "access denied", .failed = true};
    EXPECT_EQ(pause_after(refused, 100ms, 1), 1s);
    EXPECT_EQ(pause_after(refused, 100ms, 2), 2s);
    EXPECT_EQ(pause_after(refused, 100ms, 5), 16s);
    EXPECT_EQ(pause_after(refused, 100ms, 6), 30s);
    EXPECT_EQ(pause_after(refused, 100ms, 4'000'000'000U), 30s);
}

}  // namespace
}  // namespace segue::throttle
