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

class a_chunk_queue : public testing::Test {
  protected:
    a_chunk_queue() { changes_.begin_copy(key(100)); }
    bool covers(std::int64_t id) {
        const auto before = changes_.dropped();
        changes_.add(key(id), {});
        return changes_.dropped() == before;
    }
    changes::change_set changes_{1'000};
    chunk_queue chunks_{changes_, 2};
};

TEST_F(a_chunk_queue, a_chunk_is_registered_when_it_is_taken_and_not_before) {
    chunks_.push(range({}, 10), {});
    EXPECT_FALSE(covers(5));
    EXPECT_TRUE(chunks_.take({}).has_value());
    EXPECT_TRUE(covers(5));
}

TEST_F(a_chunk_queue, chunks_are_taken_in_the_order_they_came) {
    chunks_.push(range({}, 10), {});
    chunks_.push(range(10, 20), {});
    EXPECT_EQ(chunks_.take({})->range.up_to, key(10));
    EXPECT_EQ(chunks_.take_if_ready()->range.up_to, key(20));
}

TEST_F(a_chunk_queue, many_takers_register_chunks_in_the_order_of_their_keys) {
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

TEST_F(a_chunk_queue, a_full_queue_holds_the_pusher_until_a_chunk_is_taken) {
    chunks_.push(range({}, 10), {});
    chunks_.push(range(10, 20), {});
    EXPECT_THROW(chunks_.push(range(20, 30), already_stopped()), stopped);
    chunks_.take({});
    EXPECT_NO_THROW(chunks_.push(range(20, 30), already_stopped()));
}

TEST_F(a_chunk_queue, takers_end_when_it_is_closed_and_drained) {
    chunks_.push(range({}, 100), {});
    chunks_.close();
    EXPECT_TRUE(chunks_.take({}).has_value());
    EXPECT_FALSE(chunks_.take({}).has_value());
}

TEST_F(a_chunk_queue, nothing_is_ready_in_an_empty_queue) {
    EXPECT_FALSE(chunks_.take_if_ready().has_value());
}

TEST_F(a_chunk_queue, a_stop_frees_a_waiting_taker) {
    EXPECT_THROW(chunks_.take(already_stopped()), stopped);
}

TEST_F(a_chunk_queue, what_has_ended_is_counted_up_to_the_first_that_has_not) {
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

TEST_F(a_chunk_queue, an_ended_chunk_frees_its_keys) {
    chunks_.push(range({}, 10), {});
    const auto taken = chunks_.take({});
    changes_.add(key(5), {});
    EXPECT_EQ(changes_.deferred(), 1U);
    chunks_.ended(*taken);
    EXPECT_EQ(changes_.take(10, {}, {}), keys({5}));
}

TEST_F(a_chunk_queue, is_drained_when_it_is_closed_and_the_last_chunk_was_taken) {
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

TEST(chunk_queue_that_goes_on, hands_out_what_was_begun_under_its_number_and_new_ones_behind) {
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
