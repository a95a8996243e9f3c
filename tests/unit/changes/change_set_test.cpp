#include "src/changes/change_set.hpp"

#include "src/base/error.hpp"
#include "tests/unit/keys/keys.hpp"
#include "tests/unit/support/patience.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using keys::key;
using keys::keys;
using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::Optional;
using testing::UnorderedElementsAreArray;

constexpr std::size_t plenty = 1'000;

// A wait with it ends at once.
std::stop_token already_stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

// Waits for keys; none when they do not come.
std::vector<keys::key_value> taken(change_set& changes, std::size_t keys_max = plenty) {
    const test::patience bounded;
    return changes.take(keys_max, 0ms, bounded.token()).value_or(std::vector<keys::key_value>{});
}

void flush_all(change_set& changes) {
    changes.flushed(taken(changes));
}

// A change set whose copy covers up to 100, with its tail copied and (0, 10] registered as chunk 1.
struct copying_change_set {
    copying_change_set() {
        changes.begin_copy(key(100));
        changes.register_chunk(0, {.after = key(100), .up_to = std::nullopt});
        changes.chunk_ended(0);
        changes.register_chunk(1, {.after = std::nullopt, .up_to = key(10)});
    }
    change_set changes{plenty};
};

TEST(ChangeSet, WithoutACopyEveryChangeIsKept) {
    change_set changes(plenty);
    changes.add(key(5), {});
    EXPECT_EQ(taken(changes), keys({5}));
    EXPECT_EQ(changes.dropped(), 0U);
}

TEST(ChangeSet, AChangeAboveTheWatermarkIsDropped) {
    copying_change_set held;
    held.changes.chunk_ended(1);
    held.changes.add(key(11), {});
    held.changes.add(key(100), {});
    held.changes.add(key(10), {});
    EXPECT_EQ(taken(held.changes), keys({10}));
    EXPECT_EQ(held.changes.dropped(), 2U);
}

TEST(ChangeSet, BeforeTheFirstChunkEveryChangeIsDropped) {
    change_set changes(plenty);
    changes.begin_copy(key(100));
    changes.add(key(-5), {});
    changes.add(key(100), {});
    changes.add(key(101), {});
    EXPECT_EQ(changes.dropped(), 3U);
    EXPECT_EQ(changes.backlog(), 0U);
}

TEST(ChangeSet, AChangeAboveTheCopysEndIsKeptFromTheTailsRegistrationOn) {
    change_set changes(plenty);
    changes.begin_copy(key(100));
    changes.register_chunk(0, {.after = std::nullopt, .up_to = key(10)});
    changes.add(key(101), {});
    EXPECT_EQ(changes.dropped(), 1U);
    changes.register_chunk(1, {.after = key(100), .up_to = std::nullopt});
    changes.add(key(102), {});
    changes.add(key(103), {});
    EXPECT_EQ(changes.backlog(), 2U);
    changes.chunk_ended(1);
    EXPECT_EQ(taken(changes), keys({102, 103}));
}

TEST(ChangeSet, InAnEmptyTableChangesAreDroppedUntilTheTailIsRegistered) {
    change_set changes(plenty);
    changes.begin_copy(std::nullopt);
    changes.add(key(1), {});
    EXPECT_EQ(changes.dropped(), 1U);
}

TEST(ChangeSet, ChangesAreKeptFromTheRegistrationOfTheirChunkOn) {
    copying_change_set held;
    held.changes.add(key(15), {});
    held.changes.register_chunk(2, {.after = key(10), .up_to = key(20)});
    held.changes.chunk_ended(2);
    held.changes.add(key(16), {});
    EXPECT_EQ(taken(held.changes), keys({16}));
}

TEST(ChangeSet, AChangeAboveTheCopysEndIsKept) {
    copying_change_set held;
    held.changes.add(key(101), {});
    EXPECT_EQ(taken(held.changes), keys({101}));
    EXPECT_EQ(held.changes.dropped(), 0U);
}

TEST(ChangeSet, AQuietTurnTakesWhatIsReadyAlong) {
    copying_change_set held;
    held.changes.add(key(10), {});  // its chunk is in flight
    for (const int id : {101, 102, 103}) held.changes.add(key(id), {});
    EXPECT_EQ(held.changes.take(1, 0ms, {})->size(), 1U);
    const auto turn = held.changes.wait_for_quiet(1, {});
    EXPECT_EQ(held.changes.take_while_quiet(1), keys({102}));
    EXPECT_EQ(held.changes.take_while_quiet(10), keys({103}));
    EXPECT_EQ(held.changes.in_flight(), 3U);
}

TEST(ChangeSet, InAnEmptyTableEveryKeyBelongsToTheTail) {
    change_set changes(plenty);
    changes.begin_copy(std::nullopt);
    changes.add(key(-5), {});
    EXPECT_EQ(changes.dropped(), 1U);
    changes.register_chunk(0, {});
    changes.add(key(-5), {});
    EXPECT_EQ(changes.backlog(), 1U);
    changes.chunk_ended(0);
    EXPECT_EQ(taken(changes), keys({-5}));
}

TEST(ChangeSet, AChangeInAChunkInFlightWaitsForItsEnd) {
    copying_change_set held;
    held.changes.add(key(10), {});
    held.changes.add(key(101), {});
    EXPECT_EQ(taken(held.changes), keys({101}));
    EXPECT_EQ(held.changes.deferred(), 1U);
    held.changes.chunk_ended(1);
    EXPECT_EQ(taken(held.changes), keys({10}));
}

TEST(ChangeSet, AChangeInTheTailInFlightWaitsForItsEnd) {
    change_set changes(plenty);
    changes.begin_copy(key(100));
    changes.register_chunk(0, {.after = key(100), .up_to = std::nullopt});
    changes.register_chunk(1, {.after = std::nullopt, .up_to = key(10)});
    changes.chunk_ended(1);
    changes.add(key(101), {});
    changes.add(key(1), {});
    EXPECT_EQ(taken(changes), keys({1}));
    changes.chunk_ended(0);
    EXPECT_EQ(taken(changes), keys({101}));
}

TEST(ChangeSet, AChunksEndFreesItsOwnKeysOnly) {
    copying_change_set held;
    held.changes.register_chunk(2, {.after = key(10), .up_to = key(20)});
    held.changes.add(key(5), {});
    held.changes.add(key(15), {});
    held.changes.chunk_ended(2);
    EXPECT_EQ(taken(held.changes), keys({15}));
    held.changes.chunk_ended(1);
    EXPECT_EQ(taken(held.changes), keys({5}));
}

TEST(ChangeSet, ATakerThatWaitsIsWokenByTheEndOfAChunk) {
    copying_change_set held;
    held.changes.add(key(5), {});
    std::atomic<bool> chunk_ended{false};
    bool after_the_end = false;
    std::jthread taker([&] {
        const auto got = taken(held.changes);
        after_the_end = chunk_ended && got == keys({5});
    });
    chunk_ended = true;
    held.changes.chunk_ended(1);
    taker.join();
    EXPECT_TRUE(after_the_end);
}

TEST(ChangeSet, ManyChangesOfARowAreOneKey) {
    change_set changes(plenty);
    for (int i = 0; i < 3; ++i) changes.add(key(5), {});
    EXPECT_EQ(changes.backlog(), 1U);
    flush_all(changes);
    EXPECT_EQ(changes.backlog(), 0U);
}

TEST(ChangeSet, AKeyInFlightIsNotTakenAgainBeforeItsFlushIsAnswered) {
    change_set changes(plenty);
    changes.add(key(5), {});
    const auto first = taken(changes);
    changes.add(key(5), {});
    changes.add(key(6), {});
    EXPECT_EQ(taken(changes), keys({6}));
    changes.flushed(first);
    EXPECT_EQ(taken(changes), keys({5}));
}

TEST(ChangeSet, AKeyThatDidNotChangeInFlightIsForgottenWhenFlushed) {
    change_set changes(plenty);
    changes.add(key(5), {});
    changes.add(key(6), {});
    changes.flushed(taken(changes, 1));
    EXPECT_EQ(changes.backlog(), 1U);
    EXPECT_EQ(taken(changes), keys({6}));
}

TEST(ChangeSet, KeysPutBackAreTakenAgainOnce) {
    change_set changes(plenty);
    changes.add(key(5), {});
    changes.add(key(6), {});
    const auto first = taken(changes);
    changes.add(key(5), {});
    changes.put_back(first);
    EXPECT_EQ(changes.backlog(), 2U);
    EXPECT_THAT(taken(changes), UnorderedElementsAreArray(keys({5, 6})));
    EXPECT_EQ(changes.backlog(), 2U);
}

TEST(ChangeSet, ABatchHasTheOldestKeysUpToItsSize) {
    change_set changes(plenty);
    for (int id = 1; id <= 5; ++id) changes.add(key(id), {});
    EXPECT_EQ(taken(changes, 2), keys({1, 2}));
    EXPECT_EQ(taken(changes, 2), keys({3, 4}));
    EXPECT_EQ(taken(changes, 2), keys({5}));
}

TEST(ChangeSet, ATakerLingersForABatchToFill) {
    change_set changes(plenty);
    changes.add(key(1), {});
    std::optional<std::vector<keys::key_value>> got;
    const test::patience bounded;
    std::jthread taker([&] { got = changes.take(3, 1h, bounded.token()); });
    changes.add(key(2), {});
    changes.add(key(3), {});
    taker.join();
    EXPECT_THAT(got, Optional(keys({1, 2, 3})));
}

TEST(ChangeSet, LingeringEndsWithWhatThereIs) {
    change_set changes(plenty);
    changes.add(key(1), {});
    EXPECT_THAT(changes.take(3, 1ms, {}), Optional(keys({1})));
}

TEST(ChangeSet, AStopFreesAWaitingTaker) {
    change_set changes(plenty);
    std::optional<std::vector<keys::key_value>> got = keys({1});
    std::jthread taker([&](std::stop_token stop) { got = changes.take(3, 0ms, stop); });
    taker.request_stop();
    taker.join();
    EXPECT_EQ(got, std::nullopt);
}

TEST(ChangeSet, AStopFreesALingeringTakerAndItsKeysStay) {
    change_set changes(plenty);
    changes.add(key(1), {});
    std::optional<std::vector<keys::key_value>> got = keys({1});
    std::jthread taker([&](std::stop_token stop) { got = changes.take(3, 1h, stop); });
    taker.request_stop();
    taker.join();
    EXPECT_EQ(got, std::nullopt);
    EXPECT_EQ(taken(changes), keys({1}));
}

TEST(ChangeSet, AFullSetHoldsTheStreamUntilKeysAreFlushed) {
    change_set changes(2);
    changes.add(key(1), {});
    changes.add(key(2), {});
    EXPECT_THROW(changes.add(key(3), already_stopped()), stopped);
    EXPECT_EQ(changes.backlog(), 2U);
    const auto batch = taken(changes, 1);
    EXPECT_THROW(changes.add(key(3), already_stopped()), stopped) << "keys in flight are held too";
    std::atomic<bool> flushing{false};
    bool added_after = false;
    std::jthread stream([&] {
        changes.add(key(3), {});
        added_after = flushing;
    });
    flushing = true;
    changes.flushed(batch);
    stream.join();
    EXPECT_TRUE(added_after);
    EXPECT_EQ(taken(changes), keys({2, 3}));
}

TEST(ChangeSet, AStopFreesAStreamThatWaitsForRoom) {
    change_set changes(1);
    changes.add(key(1), {});
    bool was_stopped = false;
    std::jthread stream([&](std::stop_token stop) {
        try {
            changes.add(key(2), stop);
        } catch (const stopped&) {
            was_stopped = true;
        }
    });
    stream.request_stop();
    stream.join();
    EXPECT_TRUE(was_stopped);
}

TEST(QuietTurn, WaitsForAFlushInFlight) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    EXPECT_THROW(changes.wait_for_quiet(0, already_stopped()), stopped);
    std::atomic<bool> answered{false};
    bool quiet_after = false;
    std::jthread waiter([&] {
        const auto turn = changes.wait_for_quiet(0, {});
        quiet_after = answered;
    });
    answered = true;
    changes.flushed(batch);
    waiter.join();
    EXPECT_TRUE(quiet_after);
}

TEST(QuietTurn, IsNotWaitedForLongerThanAsked) {
    using std::chrono::steady_clock;
    change_set changes(100);
    {
        const auto turn = changes.wait_for_quiet(0, {});
        EXPECT_FALSE(changes.wait_for_quiet(steady_clock::now(), {}));
        EXPECT_THROW(changes.wait_for_quiet(steady_clock::now(), already_stopped()), stopped);
    }
    EXPECT_TRUE(changes.wait_for_quiet(steady_clock::now(), {}));
    // Who gave up holds nobody up.
    EXPECT_NO_THROW(changes.wait_for_quiet(0, already_stopped()));
}

TEST(QuietTurn, DoesNotWaitForTheCallersOwnBatch) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    EXPECT_NO_THROW(changes.wait_for_quiet(batch.size(), already_stopped()));
    changes.flushed(batch);
    EXPECT_EQ(changes.backlog(), 0U);
}

TEST(QuietTurn, NothingIsTakenWhileItLives) {
    change_set changes(plenty);
    changes.add(key(1), {});
    std::atomic<bool> over{false};
    bool taken_after = false;
    std::jthread taker;
    {
        const auto turn = changes.wait_for_quiet(0, {});
        taker = std::jthread([&] {
            taken(changes);
            taken_after = over;
        });
        over = true;
    }
    taker.join();
    EXPECT_TRUE(taken_after);
}

TEST(QuietTurn, IsNotGivenTwiceAtATime) {
    change_set changes(plenty);
    std::optional<change_set::quiet_turn> turn = changes.wait_for_quiet(0, {});
    EXPECT_THROW(changes.wait_for_quiet(0, already_stopped()), stopped);
    turn.reset();
    EXPECT_NO_THROW(changes.wait_for_quiet(0, already_stopped()));
}

TEST(QuietTurn, AWaiterThatWasStoppedHoldsNobodyUp) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    EXPECT_THROW(changes.wait_for_quiet(0, already_stopped()), stopped);
    changes.add(key(2), {});
    EXPECT_EQ(taken(changes), keys({2}));
}

TEST(QuietTurn, TwoWorkersWithBatchesTakeTurns) {
    change_set changes(plenty);
    changes.add(key(1), {});
    changes.add(key(2), {});
    std::atomic<int> in_turn{0};
    std::atomic<bool> alone{true};
    std::atomic<int> turns{0};
    const test::patience bounded;
    const auto resolve = [&](const std::vector<keys::key_value>& batch) {
        try {
            const auto turn = changes.wait_for_quiet(batch.size(), bounded.token());
            if (++in_turn != 1) alone = false;
            std::this_thread::yield();
            --in_turn;
            ++turns;
        } catch (const stopped&) {
            return;
        }
        changes.flushed(batch);
    };
    const auto first = taken(changes, 1);
    const auto second = taken(changes, 1);
    std::jthread one([&] { resolve(first); });
    std::jthread other([&] { resolve(second); });
    one.join();
    other.join();
    EXPECT_TRUE(alone);
    EXPECT_EQ(turns, 2);
    EXPECT_EQ(changes.backlog(), 0U);
}

TEST(QuietTurn, AMovedTurnEndsOnce) {
    change_set changes(plenty);
    {
        auto turn = changes.wait_for_quiet(0, {});
        { const auto moved = std::move(turn); }
        const auto next = changes.wait_for_quiet(0, already_stopped());
    }
    EXPECT_NO_THROW(changes.wait_for_quiet(0, already_stopped()));
}

TEST(ChangeSet, KeysTakenOutOfTheTargetWillBeFlushed) {
    change_set changes(plenty);
    changes.requeue(keys({1, 2}));
    EXPECT_EQ(changes.take(10, {}, {}), keys({1, 2}));
    changes.requeue(keys({2}));
    changes.flushed(keys({1, 2}));
    EXPECT_EQ(changes.take(10, {}, {}), keys({2}));
}

TEST(ChangeSet, RequeuedKeysDoNotWaitForRoom) {
    change_set changes(1);
    changes.requeue(keys({1, 2, 3}));
    EXPECT_EQ(changes.backlog(), 3U);
}

TEST(ChangeSet, RequeuedKeysInsideAChunkInFlightWaitForIt) {
    copying_change_set held;
    held.changes.requeue(keys({10}));
    EXPECT_EQ(held.changes.deferred(), 1U);
    held.changes.chunk_ended(1);
    EXPECT_EQ(held.changes.take(10, {}, {}), keys({10}));
}

TEST(ChangeSet, EverythingIsTakenInOneBatch) {
    change_set changes(plenty);
    for (int id = 1; id <= 3; ++id) changes.add(key(id), {});
    const auto turn = changes.wait_for_quiet(0, {});
    const auto all = changes.take_all();
    EXPECT_THAT(all, Optional(UnorderedElementsAreArray(keys({1, 2, 3}))));
    changes.flushed(*all);
    EXPECT_EQ(changes.backlog(), 0U);
    EXPECT_THAT(changes.take_all(), Optional(IsEmpty()));
}

TEST(ChangeSet, AnEverythingThatIsPutBackIsTakenAgain) {
    change_set changes(plenty);
    changes.add(key(1), {});
    {
        const auto turn = changes.wait_for_quiet(0, {});
        changes.put_back(changes.take_all().value());
    }
    EXPECT_EQ(taken(changes), keys({1}));
}

TEST(ChangeSet, EverythingIsNotTakenBesideAFlush) {
    change_set changes(plenty);
    changes.add(key(1), {});
    changes.add(key(2), {});
    const auto batch = taken(changes, 1);
    EXPECT_EQ(changes.take_all(), std::nullopt);
    changes.flushed(batch);
    EXPECT_THAT(changes.take_all(), Optional(keys({2})));
}

TEST(ChangeSet, EverythingIsNotTakenBesideAChunk) {
    copying_change_set held;
    EXPECT_EQ(held.changes.take_all(), std::nullopt);
    held.changes.chunk_ended(1);
    EXPECT_NE(held.changes.take_all(), std::nullopt);
}

TEST(ChangeSet, AChangeBesideTheLastBatchIsSeenInTheBacklog) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto all = changes.take_all().value();
    changes.add(key(2), {});
    EXPECT_EQ(changes.backlog(), all.size() + 1);
}

TEST(ChangeSet, KnowsWhenTheTargetWasLastWritten) {
    using std::chrono::steady_clock;
    change_set changes(100);
    const steady_clock::time_point never{};
    EXPECT_EQ(changes.target_written_at(), never);
    changes.add(key(1), {});
    auto batch = changes.take(10, 0ms, {});
    EXPECT_EQ(changes.target_written_at(), never);
    auto before = steady_clock::now();
    // It may have been written before it failed.
    changes.put_back(*batch);
    EXPECT_GE(changes.target_written_at(), before);
    batch = changes.take(10, 0ms, {});
    before = steady_clock::now();
    changes.flushed(*batch);
    EXPECT_GE(changes.target_written_at(), before);
    // Nothing was written when there was nothing to write.
    const auto written = changes.target_written_at();
    const std::vector<keys::key_value> nothing;
    changes.flushed(nothing);
    changes.put_back(nothing);
    EXPECT_EQ(changes.target_written_at(), written);
}

TEST(ChangeSet, AChunksEndIsAWriteToTheTarget) {
    using std::chrono::steady_clock;
    change_set changes(100);
    changes.begin_copy(std::nullopt);
    changes.register_chunk(1, {.after = std::nullopt, .up_to = std::nullopt});
    const auto before = steady_clock::now();
    changes.chunk_ended(1);
    EXPECT_GE(changes.target_written_at(), before);
}

TEST(ChangeSet, ChunksOutOfOrderAreRefused) {
    change_set changes(plenty);
    EXPECT_THROW(changes.register_chunk(0, {.after = std::nullopt, .up_to = key(10)}),
                 broken_invariant)
        << "no copy has begun";
    changes.begin_copy(key(100));
    EXPECT_THROW(changes.register_chunk(0, {.after = key(10), .up_to = key(20)}), broken_invariant)
        << "the first chunk begins below all keys";
    changes.register_chunk(0, {.after = std::nullopt, .up_to = key(10)});
    EXPECT_THROW(changes.register_chunk(1, {.after = key(20), .up_to = key(30)}), broken_invariant)
        << "a gap";
    EXPECT_THROW(changes.register_chunk(1, {.after = std::nullopt, .up_to = key(20)}),
                 broken_invariant)
        << "an overlap";
    EXPECT_THROW(changes.register_chunk(1, {.after = key(10), .up_to = std::nullopt}),
                 broken_invariant)
        << "open, and not the tail";
    EXPECT_THROW(changes.register_chunk(1, {.after = key(10), .up_to = key(101)}), broken_invariant)
        << "beyond the end";
    EXPECT_NO_THROW(changes.register_chunk(1, {.after = key(10), .up_to = key(100)}));
}

TEST(ChangeSet, AChunkEndsOnceAndOnlyIfRegistered) {
    copying_change_set held;
    EXPECT_THROW(held.changes.chunk_ended(7), broken_invariant);
    held.changes.chunk_ended(1);
    EXPECT_THROW(held.changes.chunk_ended(1), broken_invariant);
}

TEST(ChangeSet, OnlyKeysInFlightMayBeAnswered) {
    change_set changes(plenty);
    changes.add(key(1), {});
    EXPECT_THROW(changes.flushed(keys({1})), broken_invariant);
    EXPECT_THROW(changes.flushed(keys({2})), broken_invariant);
    EXPECT_THROW(changes.put_back(keys({1})), broken_invariant);
    EXPECT_THROW(changes.put_back(keys({2})), broken_invariant);
}

TEST(ChangeSetEpochs, AnEpochIsSettledWhenItsKeysAreCarriedOver) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto second = changes.begin_epoch();
    changes.add(key(2), {});
    EXPECT_TRUE(changes.settled_before(second - 1));
    EXPECT_FALSE(changes.settled_before(second));
    const auto first = taken(changes, 1);
    EXPECT_EQ(first, keys({1}));
    EXPECT_FALSE(changes.settled_before(second)) << "it is in flight";
    changes.flushed(first);
    EXPECT_TRUE(changes.settled_before(second));
    EXPECT_FALSE(changes.settled_before(second + 1));
}

TEST(ChangeSetEpochs, AKeyThatChangesAgainWhileItWaitsKeepsItsEpoch) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto second = changes.begin_epoch();
    changes.add(key(1), {});
    EXPECT_FALSE(changes.settled_before(second));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second + 1));
}

TEST(ChangeSetEpochs, AKeyThatChangesInFlightMovesToTheEpochOfThatChange) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    const auto second = changes.begin_epoch();
    changes.add(key(1), {});
    changes.begin_epoch();
    changes.add(key(1), {});
    EXPECT_FALSE(changes.settled_before(second));
    changes.flushed(batch);
    EXPECT_TRUE(changes.settled_before(second));
    EXPECT_FALSE(changes.settled_before(second + 1));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second + 2));
}

TEST(ChangeSetEpochs, AKeyThatIsPutBackKeepsItsEpoch) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    const auto second = changes.begin_epoch();
    changes.add(key(1), {});
    changes.put_back(batch);
    EXPECT_FALSE(changes.settled_before(second));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second + 1));
}

TEST(ChangeSetEpochs, AKeyWhoseRowWasTakenOutIsOfAnEpochBeforeAllOthers) {
    change_set changes(plenty);
    const auto second = changes.begin_epoch();
    changes.requeue(keys({1}));
    EXPECT_FALSE(changes.settled_before(1));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second));
    // Also when it is known already, whatever becomes of it.
    changes.add(key(2), {});
    changes.requeue(keys({2}));
    EXPECT_FALSE(changes.settled_before(1));
    const auto batch = taken(changes);
    changes.requeue(keys({2}));
    changes.flushed(batch);
    EXPECT_FALSE(changes.settled_before(1));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second + 1));
}

TEST(ChangeSetEpochs, AChangeThatWaitsForAChunkIsNotSettledAndADroppedOneIs) {
    copying_change_set copying;
    auto& changes = copying.changes;
    changes.add(key(50), {});  // Dropped: its chunk is to come.
    const auto second = changes.begin_epoch();
    EXPECT_TRUE(changes.settled_before(second));
    changes.add(key(5), {});
    const auto third = changes.begin_epoch();
    EXPECT_FALSE(changes.settled_before(third));
    changes.chunk_ended(1);
    EXPECT_FALSE(changes.settled_before(third));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(third));
}

TEST(ChangeSetEpochs, AChangeThatWasHeldBackIsOfTheEpochInWhichItCame) {
    change_set changes(plenty);
    const auto first = changes.epoch();
    const auto second = changes.begin_epoch();
    changes.add_of(first, key(1), {});
    EXPECT_FALSE(changes.settled_before(second));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second));
}

TEST(ChangeSet, ACopyThatGoesOnKeepsWhatIsDoneAndWhatIsInFlight) {
    change_set changes(plenty);
    changes.go_on_copying(key(100), key(40),
                          {{.chunk = 3, .range = {.after = key(20), .up_to = key(30)}}});
    for (const std::int64_t id : {10, 25, 35, 50, 500}) changes.add(key(id), {});
    EXPECT_EQ(changes.dropped(), 1U) << "50 is to be copied";
    EXPECT_EQ(changes.deferred(), 1U) << "25 is in flight";
    EXPECT_THAT(taken(changes), UnorderedElementsAreArray(keys({10, 35, 500})));
    changes.chunk_ended(3);
    EXPECT_EQ(taken(changes), keys({25}));
    EXPECT_NO_THROW(changes.register_chunk(4, {.after = key(40), .up_to = key(50)}));
}

}  // namespace
}  // namespace segue::changes
