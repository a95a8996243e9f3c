#include "src/carry/copy_start.hpp"

#include "src/base/error.hpp"
#include "tests/unit/keys/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::carry {
namespace {

using keys::id_codec;
using keys::key;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

keys::key_range range(std::optional<std::int64_t> after, std::optional<std::int64_t> up_to) {
    keys::key_range made;
    if (after) made.after = key(*after);
    if (up_to) made.up_to = key(*up_to);
    return made;
}

tables::saved_state begun(std::int64_t end) {
    tables::saved_state state;
    state.copy = tables::copy_extent{.end = key(end)};
    state.resume_at = tables::resume_point{};
    return state;
}

void add(tables::saved_state& to, std::uint64_t chunk, const keys::key_range& done,
         std::uint64_t rows = 10) {
    to.chunks.push_back({.chunk = chunk, .done = done, .rows = rows});
}

TEST(copy_start, from_the_beginning_the_tail_is_open) {
    const auto start = copy_from_the_beginning(key(100));
    EXPECT_FALSE(start.goes_on);
    EXPECT_FALSE(start.watermark.has_value());
    ASSERT_THAT(start.open, SizeIs(1));
    EXPECT_EQ(start.open[0].id, tables::tail_chunk);
    EXPECT_EQ(start.open[0].range, range(100, {}));
    EXPECT_EQ(start.next_chunk, 1U);
}

TEST(copy_start, of_a_copy_without_a_chunk_all_is_to_be_copied) {
    const auto start = copy_that_goes_on(begun(100), id_codec());
    EXPECT_TRUE(start.goes_on);
    ASSERT_THAT(start.open, SizeIs(1));
    EXPECT_EQ(start.open[0].range, range(100, {}));
    EXPECT_EQ(start.next_chunk, 1U);
    EXPECT_EQ(start.rows, 0U);
}

TEST(copy_start, goes_on_behind_the_last_chunk_where_none_is_missing) {
    auto state = begun(100);
    add(state, 0, range(100, {}), 0);
    add(state, 1, range({}, 10));
    add(state, 2, range(10, 20));
    const auto start = copy_that_goes_on(state, id_codec());
    EXPECT_THAT(start.open, IsEmpty());
    EXPECT_EQ(start.watermark, key(20));
    EXPECT_EQ(start.next_chunk, 3U);
    EXPECT_EQ(start.rows, 20U);
}

TEST(copy_start, goes_on_behind_the_watermark) {
    auto state = begun(100);
    state.done = {.chunks_below = 7, .up_to = key(60), .rows = 600};
    const auto start = copy_that_goes_on(state, id_codec());
    EXPECT_THAT(start.open, IsEmpty());
    EXPECT_EQ(start.watermark, key(60));
    EXPECT_EQ(start.next_chunk, 7U);
    EXPECT_EQ(start.rows, 600U);
}

TEST(copy_start, a_chunk_that_is_missing_is_open_under_its_number) {
    auto state = begun(100);
    state.done = {.chunks_below = 7, .up_to = key(60), .rows = 600};
    add(state, 8, range(70, 80));
    const auto start = copy_that_goes_on(state, id_codec());
    ASSERT_THAT(start.open, SizeIs(1));
    EXPECT_EQ(start.open[0].id, 7U);
    EXPECT_EQ(start.open[0].rest(), range(60, 70));
    EXPECT_EQ(start.open[0].rows, 0U);
    EXPECT_EQ(start.watermark, key(80));
    EXPECT_EQ(start.next_chunk, 9U);
    EXPECT_THAT(start.open_ranges(), SizeIs(1));
    EXPECT_EQ(start.open_ranges()[0].chunk, 7U);
    EXPECT_EQ(start.open_ranges()[0].range, range(60, 70));
}

TEST(copy_start, of_a_chunk_in_parts_the_rest_is_open_with_what_is_missing_behind_it) {
    auto state = begun(100);
    state.done = {.chunks_below = 7, .up_to = key(60), .rows = 600};
    add(state, 7, range(60, 63), 3);
    add(state, 9, range(80, 90));
    const auto start = copy_that_goes_on(state, id_codec());
    ASSERT_THAT(start.open, SizeIs(1));
    EXPECT_EQ(start.open[0].id, 7U);
    EXPECT_EQ(start.open[0].range, range(60, 80)) << "as its row will have it";
    EXPECT_EQ(start.open[0].rest(), range(63, 80));
    EXPECT_EQ(start.open[0].rows, 3U);
    EXPECT_EQ(start.next_chunk, 10U);
    EXPECT_EQ(start.rows, 613U);
}

TEST(copy_start, of_the_last_chunk_in_parts_the_rest_is_that_of_the_copy) {
    auto state = begun(100);
    add(state, 0, range(100, {}));
    add(state, 1, range({}, 4));
    const auto start = copy_that_goes_on(state, id_codec());
    EXPECT_THAT(start.open, IsEmpty());
    EXPECT_EQ(start.watermark, key(4));
}

TEST(copy_start, a_tail_in_parts_goes_on_where_it_is) {
    auto state = begun(100);
    add(state, 0, range(100, 150), 50);
    const auto start = copy_that_goes_on(state, id_codec());
    ASSERT_THAT(start.open, SizeIs(1));
    EXPECT_EQ(start.open[0].id, tables::tail_chunk);
    EXPECT_EQ(start.open[0].range, range(100, {}));
    EXPECT_EQ(start.open[0].rest(), range(150, {}));
    EXPECT_EQ(start.open[0].rows, 50U);
}

TEST(copy_start, of_an_empty_source_there_is_nothing_but_the_tail) {
    tables::saved_state state;
    state.copy = tables::copy_extent{};
    state.resume_at = tables::resume_point{};
    EXPECT_EQ(copy_that_goes_on(state, id_codec()).open[0].range, range({}, {}));
    add(state, 0, range({}, {}));
    EXPECT_THAT(copy_that_goes_on(state, id_codec()).open, IsEmpty());
}

TEST(copy_start, chunks_out_of_order_are_no_state) {
    auto state = begun(100);
    state.done = {.chunks_below = 7, .up_to = key(60), .rows = 600};
    add(state, 3, range(20, 30));
    EXPECT_THROW(copy_that_goes_on(state, id_codec()), error);
    auto open_ended = begun(100);
    add(open_ended, 1, range({}, {}));
    EXPECT_THROW(copy_that_goes_on(open_ended, id_codec()), error);
    EXPECT_THROW(copy_that_goes_on(tables::saved_state{}, id_codec()), broken_invariant);
}

TEST(copy_start, ranges_that_overlap_or_end_before_they_begin_are_no_state) {
    for (const auto& wrong :
         {range(50, 70), range(70, 70), range(80, 70), range(90, 101), range({}, 70)}) {
        auto state = begun(100);
        state.done = {.chunks_below = 7, .up_to = key(60), .rows = 600};
        add(state, 7, wrong);
        EXPECT_THROW(copy_that_goes_on(state, id_codec()), error);
    }
}

TEST(copy_start, bytes_that_are_no_key_are_no_state) {
    const keys::key_value no_key{"\x80"};
    auto state = begun(100);
    state.copy = tables::copy_extent{.end = no_key};
    EXPECT_THROW(copy_that_goes_on(state, id_codec()), error);
    state = begun(100);
    state.done = {.chunks_below = 7, .up_to = no_key, .rows = 600};
    EXPECT_THROW(copy_that_goes_on(state, id_codec()), error);
    state = begun(100);
    add(state, 1, {.after = std::nullopt, .up_to = no_key});
    EXPECT_THROW(copy_that_goes_on(state, id_codec()), error);
    state = begun(100);
    state.evicted = {.last = 1, .keys = {no_key}};
    EXPECT_THROW(copy_that_goes_on(state, id_codec()), error);
}

TEST(copy_start, without_a_resume_point_there_is_none) {
    auto state = begun(100);
    add(state, 0, range(100, {}));
    state.resume_at.reset();
    EXPECT_THROW(copy_that_goes_on(state, id_codec()), error);
}

}  // namespace
}  // namespace segue::carry
