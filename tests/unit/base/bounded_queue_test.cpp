#include "src/base/bounded_queue.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace segue {
namespace {

TEST(BoundedQueue, GivesItemsInOrderAndThenEndsWhenClosed) {
    bounded_queue<int> queue(4);
    EXPECT_TRUE(queue.push(1, {}));
    EXPECT_TRUE(queue.push(2, {}));
    queue.close();
    EXPECT_FALSE(queue.push(3, {}));
    EXPECT_EQ(queue.pop({}), 1);
    EXPECT_EQ(queue.pop({}), 2);
    EXPECT_EQ(queue.pop({}), std::nullopt);
}

TEST(BoundedQueue, AFullQueueHoldsThePusherUntilAnItemIsTaken) {
    bounded_queue<int> queue(1);
    ASSERT_TRUE(queue.push(1, {}));
    std::atomic<bool> taken{false};
    bool pushed_after_taking = false;
    std::jthread pusher([&](std::stop_token stop) {
        if (queue.push(2, stop)) pushed_after_taking = taken.load();
    });
    taken = true;
    EXPECT_EQ(queue.pop({}), 1);
    EXPECT_EQ(queue.pop({}), 2);
    pusher.join();
    EXPECT_TRUE(pushed_after_taking);
}

TEST(BoundedQueue, AStopFreesAWaitingPopper) {
    bounded_queue<int> queue(1);
    std::stop_source stop;
    std::optional<int> got = 7;
    std::thread popper([&] { got = queue.pop(stop.get_token()); });
    stop.request_stop();
    popper.join();
    EXPECT_EQ(got, std::nullopt);
}

}  // namespace
}  // namespace segue
