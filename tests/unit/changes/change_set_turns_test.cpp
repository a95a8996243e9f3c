// Keys that only the server orders, and of which two may name one row.
#include "src/base/error.hpp"
#include "src/carry/chunk_queue.hpp"
#include "src/changes/change_set.hpp"
#include "tests/unit/changes/copy_model.hpp"
#include "tests/unit/keys/keys.hpp"
#include "tests/unit/support/patience.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using keys::key;
using keys::keys;
using namespace std::chrono_literals;

constexpr change_set::limits by_the_server{.keys_max = 1'000, .client_orders = false};

std::stop_token already_stopped() {
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

class change_set_turns : public testing::Test {
  protected:
    change_set_turns() {
        changes.begin_copy(key(100));
        changes.register_in_turn(0, all, bounded.token());
        changes.chunk_ended(0);
    }

    std::optional<std::vector<keys::key_value>> ready_now() {
        return changes.take(1'000, 0ms, already_stopped());
    }
    std::vector<keys::key_value> taken() {
        return changes.take(1'000, 0ms, bounded.token()).value_or(std::vector<keys::key_value>{});
    }

    const test::patience bounded;
    const keys::key_range all{};
    change_set changes{by_the_server};
};

// Else a flush would write before it is known that our commits are barriers, and a row that it
// brings back, read too early, would stay: chunks take nothing out.
TEST_F(change_set_turns, no_key_is_kept_before_the_first_chunk_is_registered) {
    changes.begin_copy(key(100));
    changes.add(key(5), {});
    changes.add(key(500), {});
    EXPECT_EQ(changes.dropped(), 2U);
    EXPECT_EQ(ready_now(), std::nullopt);
    changes.register_in_turn(1, all, bounded.token());
    changes.add(key(5), {});
    EXPECT_EQ(changes.dropped(), 2U);
    changes.chunk_ended(1);
    EXPECT_EQ(taken(), keys({5}));
}

TEST_F(change_set_turns, no_key_is_dropped_ahead_of_the_copy) {
    changes.add(key(500), {});
    changes.add(key(5), {});
    EXPECT_EQ(changes.dropped(), 0U);
    EXPECT_EQ(taken(), keys({500, 5}));
}

TEST_F(change_set_turns, no_batch_is_given_out_while_a_chunk_is_in_flight) {
    changes.register_in_turn(1, all, bounded.token());
    changes.add(key(500), {});
    EXPECT_EQ(ready_now(), std::nullopt);
    changes.chunk_ended(1);
    EXPECT_EQ(taken(), keys({500}));
}

TEST_F(change_set_turns, no_chunk_is_registered_while_a_batch_is_in_flight) {
    changes.add(key(500), {});
    const auto batch = taken();
    EXPECT_THROW(changes.register_in_turn(1, all, already_stopped()), stopped);
    changes.flushed(batch);
    changes.register_in_turn(1, all, bounded.token());
    EXPECT_THROW(changes.chunk_ended(2), broken_invariant);
}

TEST_F(change_set_turns, chunks_may_be_in_flight_together) {
    changes.register_in_turn(1, all, bounded.token());
    changes.register_in_turn(2, all, bounded.token());
    changes.add(key(500), {});
    changes.chunk_ended(1);
    EXPECT_EQ(ready_now(), std::nullopt);
    changes.chunk_ended(2);
    EXPECT_EQ(taken(), keys({500}));
}

TEST_F(change_set_turns, chunks_are_registered_in_their_turn_only) {
    EXPECT_THROW(changes.register_chunk(1, {.after = std::nullopt, .up_to = key(10)}),
                 broken_invariant);
    change_set ordered(1'000);
    ordered.begin_copy(key(100));
    EXPECT_THROW(ordered.register_in_turn(1, all, bounded.token()), broken_invariant);
}

// Chunks come one after the other, and keys faster than they are flushed.
TEST_F(change_set_turns, neither_the_copy_nor_the_flushes_wait_for_ever) {
    constexpr int turns = 50;
    std::atomic<int> chunks{0};
    std::atomic<int> flushes{0};
    const auto wanted = [&] {
        return (chunks < turns || flushes < turns) && !bounded.token().stop_requested();
    };
    std::atomic<std::uint64_t> next_chunk{0};
    const auto copy = [&] {
        try {
            while (wanted()) {
                const std::uint64_t id = next_chunk++;
                changes.register_in_turn(id, all, bounded.token());
                changes.chunk_ended(id);
                ++chunks;
            }
        } catch (const stopped&) {
            // The counts tell.
        }
    };
    std::jthread one(copy);
    std::jthread other(copy);
    std::jthread flusher([&](std::stop_token stop) {
        while (const auto batch = changes.take(10, 1ms, stop)) {
            changes.flushed(*batch);
            ++flushes;
        }
    });
    std::jthread adder([&](std::stop_token stop) {
        try {
            for (std::int64_t id = 0; !stop.stop_requested(); ++id) changes.add(key(id), stop);
        } catch (const stopped&) {
            // Enough.
        }
    });
    one.join();
    other.join();
    EXPECT_GE(chunks, turns);
    EXPECT_GE(flushes, turns);
}

TEST(change_set_limits, keys_are_bounded_in_bytes_too) {
    change_set changes({.keys_max = 1'000, .bytes_max = 3 * change_set::bytes_of(key(1))});
    for (const int id : {1, 2, 3}) changes.add(key(id), {});
    EXPECT_THROW(changes.add(key(4), already_stopped()), stopped);
    changes.add(key(3), already_stopped());  // is held already
    const test::patience bounded;
    changes.flushed(*changes.take(1, 0ms, bounded.token()));
    changes.add(key(4), bounded.token());
    EXPECT_EQ(changes.backlog(), 3U);
}

TEST(change_set_limits, keys_are_bounded_by_what_they_take_of_memory) {
    EXPECT_GT(change_set::bytes_of(key(1)), sizeof(keys::key_value) + key(1).encoded.size());
    const keys::key_value longest{std::string(3'072, 'x')};
    EXPECT_EQ(change_set::bytes_of(longest) - change_set::bytes_of(keys::key_value{}), 3'072U);
}

TEST(change_set_limits, a_set_is_half_full_by_its_keys_or_by_their_bytes) {
    change_set by_keys({.keys_max = 4});
    change_set by_bytes({.keys_max = 1'000, .bytes_max = 4 * change_set::bytes_of(key(1))});
    for (change_set* const changes : {&by_keys, &by_bytes}) {
        changes->add(key(1), {});
        EXPECT_FALSE(changes->half_full());
        changes->add(key(2), {});
        EXPECT_TRUE(changes->half_full());
        changes->flushed(*changes->take(1, 0ms, {}));
        EXPECT_FALSE(changes->half_full());
    }
}

constexpr std::size_t rows = 200;
constexpr int chunk_rows = 10;
constexpr int names = 3;  // of each row

// The row of a key is its number modulo `rows`, which the change set does not know.
class turns_model final : public copy_model {
  public:
    explicit turns_model(unsigned seed)
        : copy_model(seed, rows, {.keys_max = 50, .client_orders = false}) {}

  private:
    std::int64_t name_of(std::size_t row, std::mt19937& random) override {
        return static_cast<std::int64_t>(row + rows * (random() % names));
    }

    void find_bounds() override {
        const auto end = static_cast<int>(rows);
        for (int last = chunk_rows; last <= end; last += chunk_rows)
            chunks_.push({.after = key(last - chunk_rows), .up_to = key(last)}, bounded_.token());
        chunks_.close();
    }

    void copy(const carry::chunk& current) override {
        const auto first = row_of(*current.range.after);
        write([&](std::size_t i) { return first + i; }, chunk_rows);
    }

    void flush(unsigned seed, std::stop_token stop) override {
        std::mt19937 random(seed);
        while (const auto batch = changes_.take(1 + random() % 20, 0ms, stop)) {
            if (random() % 5 == 0) {
                changes_.put_back(*batch);
                continue;
            }
            write([&](std::size_t i) { return row_of((*batch)[i]); }, batch->size());
            changes_.flushed(*batch);
        }
    }

    template <typename RowAt>
    void write(RowAt row_at, std::size_t count) {
        std::vector<int> read;
        for (std::size_t i = 0; i < count; ++i) read.push_back(source_[row_at(i)]);
        for (int i = 0; i < 20; ++i) std::this_thread::yield();
        for (std::size_t i = 0; i < count; ++i) target_[row_at(i)] = read[i];
    }

    static std::size_t row_of(const keys::key_value& key) {
        return static_cast<std::size_t>(id_of(key)) % rows;
    }
};

class change_set_turns_model : public testing::TestWithParam<unsigned> {};

TEST_P(change_set_turns_model, the_target_is_the_source_whatever_the_interleaving) {
    turns_model tried(GetParam());
    tried.run(1, rows);
    ASSERT_TRUE(tried.ended()) << "changes that nobody could take";
    tried.expect_equal_tables();
}

INSTANTIATE_TEST_SUITE_P(seeds, change_set_turns_model, testing::Range(1U, 9U));

TEST_F(change_set_turns, a_copy_that_goes_on_keeps_every_change) {
    change_set again({.keys_max = 10, .client_orders = false});
    again.go_on_copying(key(100), key(40),
                        {{.chunk = 3, .range = {.after = key(20), .up_to = key(30)}}});
    again.add(key(50), {});
    again.add(key(25), {});
    EXPECT_EQ(again.dropped(), 0U);
    EXPECT_EQ(again.backlog(), 2U);
}

}  // namespace
}  // namespace segue::changes
