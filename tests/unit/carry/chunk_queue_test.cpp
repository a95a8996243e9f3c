#include "src/carry/chunk_queue.hpp"

#include "src/base/error.hpp"
#include "tests/unit/keys/keys.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace segue::carry {
namespace {

using keys::key;
using keys::keys;

std::stop_token already_stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

keys::key_range range(std::optional<std::int64_t> after, std::optional<std::int64_t> up_to) {
    keys::key_range made;
    if (after) made.after = key(*after);
    if (up_to) made.up_to = key(*up_to);
    return made;
}

class ChunkQueue : public testing::Test {
  protected:
    ChunkQueue() { changes_.begin_copy(key(100)); }
    bool covers(std::int64_t id) {
        const auto before = changes_.dropped();
        changes_.add(key(id), {});
        return changes_.dropped() == before;
    }
    changes::change_set changes_{1'000};
    chunk_queue chunks_{changes_, 2};
};

TEST_F(ChunkQueue, AChunkIsRegisteredWhenItIsTakenAndNotBefore) {
    chunks_.push(range({}, 10), {});
    EXPECT_FALSE(covers(5));
    EXPECT_TRUE(chunks_.take({}).has_value());
    EXPECT_TRUE(covers(5));
}

TEST_F(ChunkQueue, ChunksAreTakenInTheOrderTheyCame) {
    chunks_.push(range({}, 10), {});
    chunks_.push(range(10, 20), {});
    EXPECT_EQ(chunks_.take({})->range.up_to, key(10));
    EXPECT_EQ(chunks_.take_if_ready()->range.up_to, key(20));
}

TEST_F(ChunkQueue, ManyTakersRegisterChunksInTheOrderOfTheirKeys) {
    // register_chunk() throws where the order is not kept.
    std::atomic<int> taken{0};
    {
        std::vector<std::jthread> takers;
        for (int i = 0; i < 4; ++i)
            takers.emplace_back([&] {
                while (const auto next = chunks_.take({})) {
                    chunks_.ended(*next);
                    ++taken;
                }
            });
        chunks_.push(range(100, {}), {});
        chunks_.push(range({}, 1), {});
        for (int id = 1; id < 100; ++id) chunks_.push(range(id, id + 1), {});
        chunks_.close();
    }
    EXPECT_EQ(taken, 101);
    EXPECT_EQ(chunks_.all_ended_below(), 101U);
}

TEST_F(ChunkQueue, AFullQueueHoldsThePusherUntilAChunkIsTaken) {
    chunks_.push(range({}, 10), {});
    chunks_.push(range(10, 20), {});
    EXPECT_THROW(chunks_.push(range(20, 30), already_stopped()), stopped);
    chunks_.take({});
    EXPECT_NO_THROW(chunks_.push(range(20, 30), already_stopped()));
}

TEST_F(ChunkQueue, TakersEndWhenItIsClosedAndDrained) {
    chunks_.push(range({}, 100), {});
    chunks_.close();
    EXPECT_TRUE(chunks_.take({}).has_value());
    EXPECT_FALSE(chunks_.take({}).has_value());
}

TEST_F(ChunkQueue, NothingIsReadyInAnEmptyQueue) {
    EXPECT_FALSE(chunks_.take_if_ready().has_value());
}

TEST_F(ChunkQueue, AStopFreesAWaitingTaker) {
    EXPECT_THROW(chunks_.take(already_stopped()), stopped);
}

TEST_F(ChunkQueue, WhatHasEndedIsCountedUpToTheFirstThatHasNot) {
    chunks_.push(range({}, 10), {});
    chunks_.push(range(10, 20), {});
    EXPECT_EQ(chunks_.all_ended_below(), 0U);
    const auto first = chunks_.take({});
    const auto second = chunks_.take({});
    chunks_.ended(*second);
    EXPECT_EQ(chunks_.all_ended_below(), first->id);
    chunks_.ended(*first);
    EXPECT_EQ(chunks_.all_ended_below(), second->id + 1);
}

TEST_F(ChunkQueue, AnEndedChunkFreesItsKeys) {
    chunks_.push(range({}, 10), {});
    const auto taken = chunks_.take({});
    changes_.add(key(5), {});
    EXPECT_EQ(changes_.deferred(), 1U);
    chunks_.ended(*taken);
    EXPECT_EQ(changes_.take(10, {}, {}), keys({5}));
}

TEST_F(ChunkQueue, IsDrainedWhenItIsClosedAndTheLastChunkWasTaken) {
    chunks_.push(range({}, 10), {});
    EXPECT_FALSE(chunks_.drained());
    chunks_.take({});
    EXPECT_FALSE(chunks_.drained());
    chunks_.push(range(10, 100), {});
    chunks_.close();
    EXPECT_FALSE(chunks_.drained());
    chunks_.take({});
    EXPECT_TRUE(chunks_.drained());
}

TEST(ChunkQueueThatGoesOn, HandsOutWhatWasBegunUnderItsNumberAndNewOnesBehind) {
    changes::change_set changes(1'000);
    const chunk begun{.id = 3, .range = range(20, 30), .begun_up_to = key(25), .rows = 5};
    changes.go_on_copying(key(100), key(40), {{.chunk = 3, .range = begun.rest()}});
    chunk_queue chunks(changes, 2);
    chunks.start_at(5, std::vector{begun});
    EXPECT_EQ(chunks.all_ended_below(), 3U) << "before it is pushed";
    chunks.push(begun, /*registered=*/true, {});
    chunks.push(range(40, 50), {});
    const auto first = chunks.take({});
    EXPECT_EQ(first->id, 3U);
    EXPECT_EQ(first->rest(), range(25, 30));
    const auto second = chunks.take({});
    EXPECT_EQ(second->id, 5U);
    chunks.ended(*first);
    EXPECT_EQ(chunks.all_ended_below(), 5U);
    chunks.ended(*second);
    EXPECT_EQ(chunks.all_ended_below(), 6U);
}

}  // namespace
}  // namespace segue::carry
