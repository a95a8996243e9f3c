#include "src/changes/change_set.hpp"

#include "src/base/error.hpp"
#include "tests/unit/changes/change_sets.hpp"

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

// A wait with it ends at once.
std::stop_token already_stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

TEST(change_set, without_a_copy_every_change_is_kept) {
    change_set changes(plenty);
    changes.add(key(5), {});
    EXPECT_EQ(taken(changes), keys({5}));
    EXPECT_EQ(changes.dropped(), 0U);
}

TEST(change_set, a_watch_sees_keys_that_are_there_or_come_until_it_ends) {
    change_set changes(plenty);
    changes.add(key(1), {});
    changes.add(key(9), {});
    change_set::watch watch(changes, keys({1, 2, 3}));
    EXPECT_EQ(watch.saw(key(1)), true);
    EXPECT_EQ(watch.saw(key(2)), false);
    EXPECT_EQ(watch.saw(key(9)), std::nullopt) << "not watched";
    changes.add(key(2), {});
    const auto batch = changes.take(10, 0ms, {});
    EXPECT_FALSE(watch.all_flushed());
    changes.flushed(*batch);
    EXPECT_TRUE(watch.all_flushed());
    EXPECT_EQ(watch.saw(key(1)), true) << "also when it is gone again";
    EXPECT_EQ(watch.saw(key(2)), true);
    EXPECT_EQ(watch.saw(key(3)), false);
}

TEST(change_set, a_watch_sees_a_key_that_changes_while_it_is_in_flight) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = changes.take(10, 0ms, {});
    change_set::watch watch(changes, keys({1}));
    changes.flushed(*batch);
    EXPECT_EQ(watch.saw(key(1)), true);
}

TEST(change_set, a_change_above_the_watermark_is_dropped) {
    copying_change_set held;
    held.changes.chunk_ended(1);
    held.changes.add(key(11), {});
    held.changes.add(key(100), {});
    held.changes.add(key(10), {});
    EXPECT_EQ(taken(held.changes), keys({10}));
    EXPECT_EQ(held.changes.dropped(), 2U);
}

TEST(change_set, before_the_first_chunk_every_change_is_dropped) {
    change_set changes(plenty);
    changes.begin_copy(key(100));
    changes.add(key(-5), {});
    changes.add(key(100), {});
    changes.add(key(101), {});
    EXPECT_EQ(changes.dropped(), 3U);
    EXPECT_EQ(changes.backlog(), 0U);
}

TEST(change_set, a_change_above_the_copys_end_is_kept_from_the_tails_registration_on) {
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

TEST(change_set, in_an_empty_table_changes_are_dropped_until_the_tail_is_registered) {
    change_set changes(plenty);
    changes.begin_copy(std::nullopt);
    changes.add(key(1), {});
    EXPECT_EQ(changes.dropped(), 1U);
}

TEST(change_set, changes_are_kept_from_the_registration_of_their_chunk_on) {
    copying_change_set held;
    held.changes.add(key(15), {});
    held.changes.register_chunk(2, {.after = key(10), .up_to = key(20)});
    held.changes.chunk_ended(2);
    held.changes.add(key(16), {});
    EXPECT_EQ(taken(held.changes), keys({16}));
}

TEST(change_set, a_change_above_the_copys_end_is_kept) {
    copying_change_set held;
    held.changes.add(key(101), {});
    EXPECT_EQ(taken(held.changes), keys({101}));
    EXPECT_EQ(held.changes.dropped(), 0U);
}

TEST(change_set, a_quiet_turn_takes_what_is_ready_along) {
    copying_change_set held;
    held.changes.add(key(10), {});  // its chunk is in flight
    for (const int id : {101, 102, 103}) held.changes.add(key(id), {});
    EXPECT_EQ(held.changes.take(1, 0ms, {})->size(), 1U);
    const auto turn = held.changes.wait_for_quiet(1, {});
    EXPECT_EQ(held.changes.take_while_quiet(1), keys({102}));
    EXPECT_EQ(held.changes.take_while_quiet(10), keys({103}));
    EXPECT_EQ(held.changes.in_flight(), 3U);
}

TEST(change_set, in_an_empty_table_every_key_belongs_to_the_tail) {
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

TEST(change_set, a_change_in_a_chunk_in_flight_waits_for_its_end) {
    copying_change_set held;
    held.changes.add(key(10), {});
    held.changes.add(key(101), {});
    EXPECT_EQ(taken(held.changes), keys({101}));
    EXPECT_EQ(held.changes.deferred(), 1U);
    held.changes.chunk_ended(1);
    EXPECT_EQ(taken(held.changes), keys({10}));
}

TEST(change_set, a_change_in_the_tail_in_flight_waits_for_its_end) {
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

TEST(change_set, a_chunks_end_frees_its_own_keys_only) {
    copying_change_set held;
    held.changes.register_chunk(2, {.after = key(10), .up_to = key(20)});
    held.changes.add(key(5), {});
    held.changes.add(key(15), {});
    held.changes.chunk_ended(2);
    EXPECT_EQ(taken(held.changes), keys({15}));
    held.changes.chunk_ended(1);
    EXPECT_EQ(taken(held.changes), keys({5}));
}

TEST(change_set, a_taker_that_waits_is_woken_by_the_end_of_a_chunk) {
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

TEST(change_set, many_changes_of_a_row_are_one_key) {
    change_set changes(plenty);
    for (int i = 0; i < 3; ++i) changes.add(key(5), {});
    EXPECT_EQ(changes.backlog(), 1U);
    flush_all(changes);
    EXPECT_EQ(changes.backlog(), 0U);
}

TEST(change_set, a_key_in_flight_is_not_taken_again_before_its_flush_is_answered) {
    change_set changes(plenty);
    changes.add(key(5), {});
    const auto first = taken(changes);
    changes.add(key(5), {});
    changes.add(key(6), {});
    EXPECT_EQ(taken(changes), keys({6}));
    changes.flushed(first);
    EXPECT_EQ(taken(changes), keys({5}));
}

TEST(change_set, a_key_that_did_not_change_in_flight_is_forgotten_when_flushed) {
    change_set changes(plenty);
    changes.add(key(5), {});
    changes.add(key(6), {});
    changes.flushed(taken(changes, 1));
    EXPECT_EQ(changes.backlog(), 1U);
    EXPECT_EQ(taken(changes), keys({6}));
}

TEST(change_set, keys_put_back_are_taken_again_once) {
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

TEST(change_set, a_batch_has_the_oldest_keys_up_to_its_size) {
    change_set changes(plenty);
    for (int id = 1; id <= 5; ++id) changes.add(key(id), {});
    EXPECT_EQ(taken(changes, 2), keys({1, 2}));
    EXPECT_EQ(taken(changes, 2), keys({3, 4}));
    EXPECT_EQ(taken(changes, 2), keys({5}));
}

TEST(change_set, a_taker_lingers_for_a_batch_to_fill) {
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

TEST(change_set, lingering_ends_with_what_there_is) {
    change_set changes(plenty);
    changes.add(key(1), {});
    EXPECT_THAT(changes.take(3, 1ms, {}), Optional(keys({1})));
}

TEST(change_set, a_stop_frees_a_waiting_taker) {
    change_set changes(plenty);
    std::optional<std::vector<keys::key_value>> got = keys({1});
    std::jthread taker([&](std::stop_token stop) { got = changes.take(3, 0ms, stop); });
    taker.request_stop();
    taker.join();
    EXPECT_EQ(got, std::nullopt);
}

TEST(change_set, a_stop_frees_a_lingering_taker_and_its_keys_stay) {
    change_set changes(plenty);
    changes.add(key(1), {});
    std::optional<std::vector<keys::key_value>> got = keys({1});
    std::jthread taker([&](std::stop_token stop) { got = changes.take(3, 1h, stop); });
    taker.request_stop();
    taker.join();
    EXPECT_EQ(got, std::nullopt);
    EXPECT_EQ(taken(changes), keys({1}));
}

TEST(change_set, a_full_set_holds_the_stream_until_keys_are_flushed) {
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

TEST(change_set, a_stop_frees_a_stream_that_waits_for_room) {
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

TEST(quiet_turn, waits_for_a_flush_in_flight) {
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

TEST(quiet_turn, is_not_waited_for_longer_than_asked) {
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

TEST(quiet_turn, does_not_wait_for_the_callers_own_batch) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    EXPECT_NO_THROW(changes.wait_for_quiet(batch.size(), already_stopped()));
    changes.flushed(batch);
    EXPECT_EQ(changes.backlog(), 0U);
}

TEST(quiet_turn, nothing_is_taken_while_it_lives) {
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

TEST(quiet_turn, is_not_given_twice_at_a_time) {
    change_set changes(plenty);
    std::optional<change_set::quiet_turn> turn = changes.wait_for_quiet(0, {});
    EXPECT_THROW(changes.wait_for_quiet(0, already_stopped()), stopped);
    turn.reset();
    EXPECT_NO_THROW(changes.wait_for_quiet(0, already_stopped()));
}

TEST(quiet_turn, a_waiter_that_was_stopped_holds_nobody_up) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    EXPECT_THROW(changes.wait_for_quiet(0, already_stopped()), stopped);
    changes.add(key(2), {});
    EXPECT_EQ(taken(changes), keys({2}));
}

TEST(quiet_turn, two_workers_with_batches_take_turns) {
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

TEST(quiet_turn, a_moved_turn_ends_once) {
    change_set changes(plenty);
    {
        auto turn = changes.wait_for_quiet(0, {});
        { const auto moved = std::move(turn); }
        const auto next = changes.wait_for_quiet(0, already_stopped());
    }
    EXPECT_NO_THROW(changes.wait_for_quiet(0, already_stopped()));
}

TEST(change_set, keys_taken_out_of_the_target_will_be_flushed) {
    change_set changes(plenty);
    changes.requeue(keys({1, 2}));
    EXPECT_EQ(changes.take(10, {}, {}), keys({1, 2}));
    changes.requeue(keys({2}));
    changes.flushed(keys({1, 2}));
    EXPECT_EQ(changes.take(10, {}, {}), keys({2}));
}

TEST(change_set, requeued_keys_do_not_wait_for_room) {
    change_set changes(1);
    changes.requeue(keys({1, 2, 3}));
    EXPECT_EQ(changes.backlog(), 3U);
}

TEST(change_set, requeued_keys_inside_a_chunk_in_flight_wait_for_it) {
    copying_change_set held;
    held.changes.requeue(keys({10}));
    EXPECT_EQ(held.changes.deferred(), 1U);
    held.changes.chunk_ended(1);
    EXPECT_EQ(held.changes.take(10, {}, {}), keys({10}));
}

TEST(change_set, everything_is_taken_in_one_batch) {
    change_set changes(plenty);
    for (int id = 1; id <= 3; ++id) changes.add(key(id), {});
    const auto turn = changes.wait_for_quiet(0, {});
    const auto all = changes.take_all();
    EXPECT_THAT(all, Optional(UnorderedElementsAreArray(keys({1, 2, 3}))));
    changes.flushed(*all);
    EXPECT_EQ(changes.backlog(), 0U);
    EXPECT_THAT(changes.take_all(), Optional(IsEmpty()));
}

TEST(change_set, an_everything_that_is_put_back_is_taken_again) {
    change_set changes(plenty);
    changes.add(key(1), {});
    {
        const auto turn = changes.wait_for_quiet(0, {});
        changes.put_back(changes.take_all().value());
    }
    EXPECT_EQ(taken(changes), keys({1}));
}

TEST(change_set, everything_is_not_taken_beside_a_flush) {
    change_set changes(plenty);
    changes.add(key(1), {});
    changes.add(key(2), {});
    const auto batch = taken(changes, 1);
    EXPECT_EQ(changes.take_all(), std::nullopt);
    changes.flushed(batch);
    EXPECT_THAT(changes.take_all(), Optional(keys({2})));
}

TEST(change_set, everything_is_not_taken_beside_a_chunk) {
    copying_change_set held;
    EXPECT_EQ(held.changes.take_all(), std::nullopt);
    held.changes.chunk_ended(1);
    EXPECT_NE(held.changes.take_all(), std::nullopt);
}

TEST(change_set, a_change_beside_the_last_batch_is_seen_in_the_backlog) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto all = changes.take_all().value();
    changes.add(key(2), {});
    EXPECT_EQ(changes.backlog(), all.size() + 1);
}

TEST(change_set, knows_when_the_target_was_last_written) {
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

TEST(change_set, a_chunks_end_is_a_write_to_the_target) {
    using std::chrono::steady_clock;
    change_set changes(100);
    changes.begin_copy(std::nullopt);
    changes.register_chunk(1, {.after = std::nullopt, .up_to = std::nullopt});
    const auto before = steady_clock::now();
    changes.chunk_ended(1);
    EXPECT_GE(changes.target_written_at(), before);
}

TEST(change_set, chunks_out_of_order_are_refused) {
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

TEST(change_set, a_chunk_ends_once_and_only_if_registered) {
    copying_change_set held;
    EXPECT_THROW(held.changes.chunk_ended(7), broken_invariant);
    held.changes.chunk_ended(1);
    EXPECT_THROW(held.changes.chunk_ended(1), broken_invariant);
}

TEST(change_set, only_keys_in_flight_may_be_answered) {
    change_set changes(plenty);
    changes.add(key(1), {});
    EXPECT_THROW(changes.flushed(keys({1})), broken_invariant);
    EXPECT_THROW(changes.flushed(keys({2})), broken_invariant);
    EXPECT_THROW(changes.put_back(keys({1})), broken_invariant);
    EXPECT_THROW(changes.put_back(keys({2})), broken_invariant);
}

TEST(change_set, a_copy_that_goes_on_keeps_what_is_done_and_what_is_in_flight) {
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
