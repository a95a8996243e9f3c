// Ranges that are taken in order, and end in any.
#include "src/verify/range_walk.hpp"

#include "src/base/error.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace segue::verify {
namespace {

using tables::verified_rows;

constexpr unsigned ranges_of_all = 5;

keys::key_value key(unsigned number) {
    return {.encoded = std::string(1, static_cast<char>('a' + number))};
}

// Ends at the keys a, b, c and d; the fifth is open.
std::optional<keys::key_value> end_behind(const std::optional<keys::key_value>& after) {
    const unsigned next = after ? static_cast<unsigned>(after->encoded.front() - 'a') + 1 : 0;
    return next + 1 < ranges_of_all ? std::optional(key(next)) : std::nullopt;
}

std::vector<range_walk::range> take_all(range_walk& walk) {
    std::vector<range_walk::range> taken;
    while (auto next = walk.take(end_behind, {})) taken.push_back(std::move(*next));
    return taken;
}

constexpr range_walk::outcome ten_rows{.rows = 10, .rows_in_target = 10};

TEST(a_range_walk, has_each_range_once_and_an_open_one_at_the_end) {
    range_walk walk({}, {});
    const auto taken = take_all(walk);
    ASSERT_EQ(taken.size(), ranges_of_all);
    EXPECT_EQ(taken[0].keys.after, std::nullopt);
    EXPECT_EQ(taken[1].keys.after, key(0));
    EXPECT_EQ(taken[1].keys.up_to, key(1));
    EXPECT_EQ(taken[4].keys.up_to, std::nullopt);
    EXPECT_FALSE(walk.so_far().done) << "none has ended";
}

TEST(a_range_walk, settles_what_ended_without_a_gap) {
    range_walk walk({}, {});
    const auto taken = take_all(walk);
    walk.ended(taken[0], ten_rows);
    walk.ended(taken[2], ten_rows);
    walk.ended(taken[4], ten_rows);
    EXPECT_EQ(walk.settled().up_to, key(0));
    EXPECT_EQ(walk.settled().rows, 10U);
    EXPECT_EQ(walk.so_far().rows, 30U);
    walk.ended(taken[1], ten_rows);
    EXPECT_EQ(walk.settled().up_to, key(2));
    EXPECT_EQ(walk.settled().ranges, 3U);
    EXPECT_FALSE(walk.settled().done);
    walk.ended(taken[3], ten_rows);
    EXPECT_TRUE(walk.settled().done);
    EXPECT_TRUE(walk.so_far().done);
    EXPECT_EQ(walk.settled().rows, 50U);
}

TEST(a_range_walk, settles_nothing_from_a_difference_on) {
    range_walk walk({}, {});
    const auto taken = take_all(walk);
    walk.ended(taken[0], ten_rows);
    walk.found({.kind = difference_kind::missing, .key = key(1)});
    walk.ended(taken[1], {.rows = 10, .differs = true});
    for (unsigned i = 2; i < ranges_of_all; ++i) walk.ended(taken[i], ten_rows);
    EXPECT_EQ(walk.settled().up_to, key(0));
    EXPECT_FALSE(walk.settled().done);
    EXPECT_TRUE(walk.so_far().done);
    EXPECT_EQ(walk.so_far().differences.size(), 1U);
}

// Whoever is in the middle of a range then leaves the rest of it.
TEST(a_range_walk, settles_no_range_that_ends_once_enough_is_found) {
    range_walk walk({}, {.differences_max = 1});
    const auto first = walk.take(end_behind, {});
    walk.found({.kind = difference_kind::missing, .key = key(1)});
    walk.found({.kind = difference_kind::missing, .key = key(2)});
    walk.ended(*first, ten_rows);
    EXPECT_EQ(walk.settled(), verified_rows{});
    EXPECT_EQ(walk.take(end_behind, {}), std::nullopt);
    EXPECT_EQ(walk.so_far().differences.size(), 1U);
    EXPECT_TRUE(walk.so_far().there_may_be_more);
    EXPECT_FALSE(walk.so_far().done);
}

TEST(a_range_walk, goes_on_behind_what_another_one_has_settled) {
    const verified_rows before{.up_to = key(1), .rows = 20, .ranges = 2};
    range_walk walk(before, {});
    EXPECT_EQ(walk.so_far().rows, 20U);
    const auto taken = take_all(walk);
    ASSERT_EQ(taken.size(), 3U);
    EXPECT_EQ(taken[0].number, 2U);
    EXPECT_EQ(taken[0].keys.after, key(1));
    for (const auto& one : taken) walk.ended(one, ten_rows);
    EXPECT_EQ(walk.settled().rows, 50U);
    EXPECT_EQ(walk.settled().ranges, ranges_of_all);
    range_walk none(walk.settled(), {});
    EXPECT_EQ(none.take(end_behind, {}), std::nullopt);
    EXPECT_TRUE(none.so_far().done);
}

TEST(a_range_walk, leaves_the_same_ranges_out_of_a_sample_when_it_goes_on) {
    const range_walk::settings half{.sample_percent = 50, .sample_seed = 7};
    range_walk whole({}, half);
    const auto all = take_all(whole);
    range_walk rest({.up_to = key(1), .ranges = 1, .skipped = 1}, half);
    const auto taken = take_all(rest);
    ASSERT_EQ(taken.size(), 3U);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(taken[i].todo, all[i + 2].todo);
}

TEST(a_range_walk, of_a_sample_compares_one_range_at_least) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        range_walk walk({}, {.sample_percent = 1, .sample_seed = seed});
        unsigned compared = 0;
        for (const auto& one : take_all(walk)) compared += one.todo == range_walk::work::compare;
        EXPECT_GE(compared, 1U) << "seed " << seed;
    }
}

TEST(a_range_walk, is_done_with_the_look_for_surplus_rows_where_there_is_one) {
    range_walk walk({}, {.surplus_apart = true});
    const auto taken = take_all(walk);
    ASSERT_EQ(taken.size(), ranges_of_all + 1);
    EXPECT_EQ(taken.back().todo, range_walk::work::look_for_surplus);
    for (unsigned i = 0; i < ranges_of_all; ++i) walk.ended(taken[i], ten_rows);
    EXPECT_FALSE(walk.settled().done);
    EXPECT_EQ(walk.settled().up_to, key(3)) << "a later one has something to begin behind";
    walk.ended(taken.back(), {});
    EXPECT_TRUE(walk.settled().done);
    EXPECT_EQ(walk.settled().ranges, ranges_of_all);
}

TEST(a_range_walk, lets_the_next_one_take_when_one_fails_to) {
    range_walk walk({}, {});
    const auto fails = [](const auto&) -> std::optional<keys::key_value> { throw error("no"); };
    EXPECT_THROW(walk.take(fails, {}), error);
    EXPECT_EQ(take_all(walk).size(), ranges_of_all);
}

}  // namespace
}  // namespace segue::verify
