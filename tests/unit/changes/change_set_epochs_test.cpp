#include "src/changes/change_set.hpp"
#include "tests/unit/changes/change_sets.hpp"

#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using keys::key;
using keys::keys;

TEST(change_set_epochs, an_epoch_is_settled_when_its_keys_are_carried_over) {
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

TEST(change_set_epochs, a_key_that_changes_again_while_it_waits_keeps_its_epoch) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto second = changes.begin_epoch();
    changes.add(key(1), {});
    EXPECT_FALSE(changes.settled_before(second));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second + 1));
}

TEST(change_set_epochs, a_key_that_changes_in_flight_moves_to_the_epoch_of_that_change) {
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

TEST(change_set_epochs, a_key_that_is_put_back_keeps_its_epoch) {
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

TEST(change_set_epochs, a_key_whose_row_was_taken_out_is_of_none) {
    change_set changes(plenty);
    const auto second = changes.begin_epoch();
    changes.requeue(keys({1}));
    EXPECT_TRUE(changes.settled_before(second));
    changes.add(key(1), {});
    EXPECT_FALSE(changes.settled_before(second + 1));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second + 1));
}

TEST(change_set_epochs, a_key_whose_row_was_taken_out_and_that_changes_in_flight_is_not_settled) {
    change_set changes(plenty);
    changes.requeue(keys({1}));
    const auto batch = taken(changes);
    changes.add(key(1), {});
    const auto second = changes.begin_epoch();
    EXPECT_FALSE(changes.settled_before(second));
    changes.put_back(batch);
    EXPECT_FALSE(changes.settled_before(second));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second));
}

TEST(change_set_evictions, are_settled_when_their_keys_are_carried_over_again) {
    change_set changes(plenty);
    EXPECT_EQ(changes.evicted_settled_up_to(), 0U);
    EXPECT_EQ(changes.requeue(keys({1, 2})), 1U);
    EXPECT_EQ(changes.requeue(keys({2, 3})), 2U);
    EXPECT_EQ(changes.evicted_settled_up_to(), 0U);
    const auto first = taken(changes, 1);
    EXPECT_EQ(changes.evicted_settled_up_to(), 0U) << "it is in flight";
    changes.flushed(first);
    EXPECT_EQ(changes.evicted_settled_up_to(), 0U) << "one key of the first is left";
    changes.flushed(taken(changes, 1));
    EXPECT_EQ(changes.evicted_settled_up_to(), 1U);
    flush_all(changes);
    EXPECT_EQ(changes.evicted_settled_up_to(), 2U);
}

TEST(change_set_evictions, of_a_key_in_flight_are_settled_by_its_next_flush) {
    change_set changes(plenty);
    changes.add(key(1), {});
    const auto batch = taken(changes);
    changes.requeue(keys({1}));
    changes.flushed(batch);
    EXPECT_EQ(changes.evicted_settled_up_to(), 0U);
    const auto again = taken(changes);
    changes.put_back(again);
    EXPECT_EQ(changes.evicted_settled_up_to(), 0U);
    flush_all(changes);
    EXPECT_EQ(changes.evicted_settled_up_to(), 1U);
}

TEST(change_set_evictions, of_an_earlier_run_come_first_and_those_not_copied_are_the_chunks) {
    change_set changes(plenty);
    changes.go_on_copying(key(100), key(40), {});
    changes.take_up_evicted(7, keys({10, 50}));
    EXPECT_EQ(changes.backlog(), 1U) << "50 is to be copied";
    EXPECT_EQ(changes.evicted_settled_up_to(), 0U) << "any of the seven may have named it";
    EXPECT_EQ(changes.requeue(keys({20})), 8U);
    flush_all(changes);
    EXPECT_EQ(changes.evicted_settled_up_to(), 8U);
}

TEST(change_set_epochs, a_change_that_waits_for_a_chunk_is_not_settled_and_a_dropped_one_is) {
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

TEST(change_set_epochs, a_change_that_was_held_back_is_of_the_epoch_in_which_it_came) {
    change_set changes(plenty);
    const auto first = changes.epoch();
    const auto second = changes.begin_epoch();
    changes.add_of(first, key(1), {});
    EXPECT_FALSE(changes.settled_before(second));
    flush_all(changes);
    EXPECT_TRUE(changes.settled_before(second));
}

}  // namespace
}  // namespace segue::changes
