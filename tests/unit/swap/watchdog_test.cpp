#include "src/swap/watchdog.hpp"

#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace segue::swap {
namespace {

using namespace std::chrono_literals;

// Counts calls, and waits for them.
class call_counter {
  public:
    void call() {
        const std::lock_guard lock(mutex_);
        ++calls_;
        changed_.notify_all();
    }
    void wait_for(int calls) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return calls_ >= calls; });
    }
    int calls() {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int calls_ = 0;
};

const steady_clock_source machine;

clock_source::time_point long_past() {
    return std::chrono::steady_clock::now() - 1h;
}
clock_source::time_point far_off() {
    return std::chrono::steady_clock::now() + 1h;
}

TEST(Watchdog, InterruptsAtTheDeadlineAndAgainUntilItIsDisarmed) {
    call_counter interrupts;
    watchdog timer(machine, long_past(), [&] { interrupts.call(); }, {});
    interrupts.wait_for(3);
}

TEST(Watchdog, IsOutOfTimeBeforeItInterrupts) {
    call_counter interrupts;
    const watchdog* armed = nullptr;
    std::mutex mutex;
    bool out_of_time = false;
    std::unique_lock lock(mutex);
    watchdog timer(machine, long_past(),
                   [&] {
                       const std::lock_guard held(mutex);
                       out_of_time = armed->out_of_time().stop_requested();
                       interrupts.call();
                   },
                   {});
    armed = &timer;
    lock.unlock();
    interrupts.wait_for(1);
    timer.disarm();
    EXPECT_TRUE(out_of_time);
}

TEST(Watchdog, DoesNotInterruptWhenDisarmedBeforeTheDeadline) {
    call_counter interrupts;
    watchdog timer(machine, far_off(), [&] { interrupts.call(); }, {});
    timer.disarm();
    EXPECT_EQ(interrupts.calls(), 0);
    EXPECT_FALSE(timer.out_of_time().stop_requested());
}

TEST(Watchdog, DoesNotInterruptAnyMoreOnceDisarmed) {
    call_counter interrupts;
    watchdog timer(machine, long_past(), [&] { interrupts.call(); }, {});
    interrupts.wait_for(1);
    timer.disarm();
    const int before = interrupts.calls();
    // Another one calls several times meanwhile.
    call_counter others;
    watchdog other(machine, long_past(), [&] { others.call(); }, {});
    others.wait_for(3);
    EXPECT_EQ(interrupts.calls(), before);
}

TEST(Watchdog, MayBeDisarmedTwice) {
    watchdog timer(machine, far_off(), [] {}, {});
    timer.disarm();
    EXPECT_NO_FATAL_FAILURE(timer.disarm());
}

TEST(Watchdog, TheOwnersStopEndsItsTimeAndInterruptsLongBeforeTheDeadline) {
    call_counter interrupts;
    std::stop_source owner;
    watchdog timer(
        machine, far_off(), [&] { interrupts.call(); }, owner.get_token());
    EXPECT_FALSE(timer.out_of_time().stop_requested());
    owner.request_stop();
    EXPECT_TRUE(timer.out_of_time().stop_requested());
    interrupts.wait_for(2);
}

}  // namespace
}  // namespace segue::swap
