#include "throttle/throttler.hpp"

#include "src/base/error.hpp"
#include "tests/unit/support/stepped_clock.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace segue::throttle {
namespace {

using namespace std::chrono_literals;

/// What the test and the reading thread share.
struct script {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<std::string> reason;
    bool fails = false;
    bool hangs = false;
    bool ends = false;
    std::uint64_t evaluations = 0;

    void set(const std::function<void(script&)>& change) {
        std::lock_guard lock(mutex);
        change(*this);
        changed.notify_all();
    }
    void wait_for_evaluations(std::uint64_t more) {
        std::unique_lock lock(mutex);
        const auto wanted = evaluations + more;
        changed.wait(lock, [&] { return evaluations >= wanted; });
    }
};

class scripted_signal final : public signal {
  public:
    scripted_signal(std::string name, script& by) : name_(std::move(name)), script_(by) {}
    std::string_view name() const noexcept override { return name_; }
    signal_rank rank() const noexcept override { return signal_rank::general; }
    std::chrono::milliseconds period() const noexcept override { return 1ms; }
    std::optional<std::string> evaluate() override {
        std::unique_lock lock(script_.mutex);
        ++script_.evaluations;
        script_.changed.notify_all();
        script_.changed.wait(lock, [&] { return !script_.hangs; });
        if (script_.ends) throw must_end("critical-load met");
        if (script_.fails) throw error("cannot be read", {.retryable = true});
        return script_.reason;
    }

  private:
    const std::string name_;
    script& script_;
};

std::vector<std::unique_ptr<signal>> two_signals(script& first, script& second) {
    std::vector<std::unique_ptr<signal>> signals;
    signals.push_back(std::make_unique<scripted_signal>("first", first));
    signals.push_back(std::make_unique<scripted_signal>("second", second));
    return signals;
}

/// The threads of a throttler of two signals; hung signals are let go before they are joined.
class a_throttler : public testing::Test {
  protected:
    ~a_throttler() override {
        threads_.request_stop();
        first_.set([](script& s) { s.hangs = false; });
        second_.set([](script& s) { s.hangs = false; });
    }

    template <typename Condition>
    void await(Condition holds) const {
        while (!holds()) std::this_thread::yield();
    }
    void await_reason(const std::string& reason) const {
        await([&] { return throttler_.state().reason == reason; });
    }

    test::stepped_clock clock_;
    script first_;
    script second_;
    throttler throttler_{two_signals(first_, second_), clock_};
    task_group threads_;
    std::stop_source stop_;
};

TEST_F(a_throttler, throttles_until_it_was_started) {
    EXPECT_TRUE(throttler_.state().throttled);
    EXPECT_EQ(throttler_.state().reason, "first not yet read");
}

TEST_F(a_throttler, throttles_until_the_last_signal_was_read) {
    second_.hangs = true;
    throttler_.start(threads_);
    await_reason("second not yet read");
    first_.wait_for_evaluations(2);
    EXPECT_EQ(throttler_.state().reason, "second not yet read");
    second_.set([](script& s) { s.hangs = false; });
    throttler_.wait_until_clear(stop_.get_token());
    EXPECT_FALSE(throttler_.state().throttled);
    EXPECT_EQ(throttler_.counts().times, 0U);
}

TEST_F(a_throttler, a_reason_holds_copying_until_it_is_gone) {
    second_.reason = "flag-file";
    throttler_.start(threads_);
    await_reason("flag-file");
    std::atomic<bool> copying = false;
    auto copier = std::async(std::launch::async, [&] {
        throttler_.wait_until_clear(stop_.get_token());
        copying = true;
    });
    second_.wait_for_evaluations(5);
    EXPECT_FALSE(copying);
    second_.set([](script& s) { s.reason.reset(); });
    copier.get();
    EXPECT_FALSE(throttler_.state().throttled);
}

TEST_F(a_throttler, a_wait_ends_with_stopped_when_it_is_stopped) {
    first_.reason = "flag-file";
    throttler_.start(threads_);
    await_reason("flag-file");
    auto copier =
        std::async(std::launch::async, [&] { throttler_.wait_until_clear(stop_.get_token()); });
    stop_.request_stop();
    EXPECT_THROW(copier.get(), stopped);
}

TEST_F(a_throttler, a_stopped_wait_throws_even_when_nothing_throttles) {
    throttler_.start(threads_);
    throttler_.wait_until_clear(stop_.get_token());
    stop_.request_stop();
    EXPECT_THROW(throttler_.wait_until_clear(stop_.get_token()), stopped);
}

TEST_F(a_throttler, a_signal_that_fails_throttles_and_ends_nothing) {
    throttler_.start(threads_);
    throttler_.wait_until_clear(stop_.get_token());
    second_.set([](script& s) { s.fails = true; });
    await_reason("second cannot be read");
    second_.set([](script& s) { s.fails = false; });
    throttler_.wait_until_clear(stop_.get_token());
    EXPECT_FALSE(threads_.failed());
}

TEST_F(a_throttler, a_signal_that_must_end_the_run_ends_it) {
    throttler_.start(threads_);
    throttler_.wait_until_clear(stop_.get_token());
    second_.set([](script& s) { s.ends = true; });
    await([&] { return threads_.failed(); });
    try {
        threads_.join();
        FAIL() << "nothing was thrown";
    } catch (const must_end& end) {
        EXPECT_STREQ(end.what(), "critical-load met");
    }
}

TEST_F(a_throttler, a_signal_that_hangs_throttles_and_delays_no_other) {
    throttler_.start(threads_);
    throttler_.wait_until_clear(stop_.get_token());
    second_.set([](script& s) { s.hangs = true; });
    second_.wait_for_evaluations(1);
    clock_.step(2s);
    await_reason("second not read for 2.0s");
    first_.set([](script& s) { s.reason = "flag-file"; });
    await_reason("flag-file");
    first_.set([](script& s) { s.reason.reset(); });
    await_reason("second not read for 2.0s");
    second_.set([](script& s) { s.hangs = false; });
    throttler_.wait_until_clear(stop_.get_token());
}

TEST_F(a_throttler, counts_by_the_signal_whose_reason_is_told) {
    throttler_.start(threads_);
    throttler_.wait_until_clear(stop_.get_token());
    second_.set([](script& s) { s.reason = "lag=2s"; });
    await([&] { return throttler_.counts().by_signal["second"].times == 1; });
    clock_.step(10s);
    // The first signal's reason comes first, while the other's is there still.
    first_.set([](script& s) { s.reason = "flag-file"; });
    await([&] { return throttler_.counts().by_signal["first"].times == 1; });
    clock_.step(20s);
    first_.set([](script& s) { s.reason.reset(); });
    await([&] { return throttler_.counts().by_signal["second"].times == 2; });
    clock_.step(5s);
    second_.set([](script& s) { s.reason.reset(); });
    throttler_.wait_until_clear(stop_.get_token());
    clock_.step(100ms);
    const auto counts = throttler_.counts();
    EXPECT_EQ(counts.times, 1U);
    EXPECT_EQ(counts.total, 35s);
    EXPECT_EQ(counts.by_signal.at("first").total, 20s);
    EXPECT_EQ(counts.by_signal.at("second").total, 15s);
}

TEST_F(a_throttler, counts_how_often_and_how_long_it_throttled) {
    throttler_.start(threads_);
    throttler_.wait_until_clear(stop_.get_token());
    for (unsigned times = 1; times <= 2; ++times) {
        first_.set([](script& s) { s.reason = "flag-file"; });
        await([&] { return throttler_.counts().times == times; });
        const auto since = throttler_.state().since;
        EXPECT_EQ(since, clock_.now());
        clock_.step(30s);
        EXPECT_EQ(throttler_.state().since, since);
        EXPECT_EQ(throttler_.counts().total, 30s * times);
        first_.set([](script& s) { s.reason.reset(); });
        throttler_.wait_until_clear(stop_.get_token());
        EXPECT_EQ(throttler_.state().since, clock_.now());
        clock_.step(1s);
        EXPECT_EQ(throttler_.counts().total, 30s * times);
    }
}

TEST_F(a_throttler, when_its_threads_have_ended_it_throttles) {
    throttler_.start(threads_);
    throttler_.wait_until_clear(stop_.get_token());
    threads_.request_stop();
    threads_.join();
    clock_.step(5s);
    EXPECT_TRUE(throttler_.state().throttled);
}

TEST(throttler_without_signals, is_always_clear) {
    const steady_clock_source clock;
    throttler nothing({}, clock);
    task_group threads;
    nothing.start(threads);
    EXPECT_FALSE(nothing.state().throttled);
    nothing.wait_until_clear({});
    EXPECT_THROW(nothing.start(threads), broken_invariant);
}

}  // namespace
}  // namespace segue::throttle
