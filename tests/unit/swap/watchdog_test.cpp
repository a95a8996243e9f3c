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

TEST(watchdog, interrupts_at_the_deadline_and_again_until_it_is_disarmed) {
    call_counter interrupts;
    watchdog timer(machine, long_past(), [&] { interrupts.call(); }, {});
    interrupts.wait_for(3);
}

TEST(watchdog, is_out_of_time_before_it_interrupts) {
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

TEST(watchdog, does_not_interrupt_when_disarmed_before_the_deadline) {
    call_counter interrupts;
    watchdog timer(machine, far_off(), [&] { interrupts.call(); }, {});
    timer.disarm();
    EXPECT_EQ(interrupts.calls(), 0);
    EXPECT_FALSE(timer.out_of_time().stop_requested());
}

TEST(watchdog, does_not_interrupt_any_more_once_disarmed) {
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

TEST(watchdog, may_be_disarmed_twice) {
    watchdog timer(machine, far_off(), [] {}, {});
    timer.disarm();
    EXPECT_NO_FATAL_FAILURE(timer.disarm());
}

TEST(watchdog, the_owners_stop_ends_its_time_and_interrupts_long_before_the_deadline) {
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
