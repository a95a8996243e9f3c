#include "tests/unit/changes/routers.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using keys::id_codec;
using keys::in_image;
using keys::key;
using keys::present;
using keys::primary_key;
using keys::signed_column;
using namespace std::chrono_literals;
using binlog::row_change_kind;
using ending = binlog::stream_handler::ending;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

TEST_F(a_router, subscribes_to_the_key_of_the_original_and_to_the_markers) {
    const keys::key_codec codec(primary_key({signed_column("a", 3), signed_column("b", 1)}));
    table_feed feed({.original = {"s", "t"}, .columns = 4}, codec, changes_, {});
    const auto wanted = router(markers_, {"s", "_t_ghc"}, {&feed}).subscriptions();
    ASSERT_THAT(wanted, SizeIs(2));
    EXPECT_EQ(wanted[original_rows].table, "t");
    EXPECT_THAT(wanted[original_rows].columns, ElementsAre(3U, 1U));
    EXPECT_EQ(wanted[changelog_rows].table, "_t_ghc");
    EXPECT_THAT(wanted[changelog_rows].columns, ElementsAre(barrier::value_column));
}

TEST_F(a_router, gives_each_feed_of_one_table_the_columns_of_its_key) {
    const keys::key_codec by_b(primary_key({signed_column("b", 1)}));
    const keys::key_codec by_both(primary_key({signed_column("b", 1), signed_column("a", 0)}));
    change_set of_b(10);
    change_set of_both(10);
    table_feed first({.original = {"s", "t"}, .columns = 2}, by_b, of_b, {});
    table_feed second({.original = {"s", "t"}, .columns = 2}, by_both, of_both, {});
    router to_both(markers_, {"s", "_t_ghc"}, {&first, &second});
    const auto wanted = to_both.subscriptions();
    ASSERT_THAT(wanted, SizeIs(2));
    EXPECT_THAT(wanted[0].columns, ElementsAre(1U, 0U));
    const auto b = in_image<8>(7);
    const auto a = in_image<8>(8);
    const std::array image = {present(b), present(a)};
    to_both.on_row(
        {.subscription = 0, .kind = row_change_kind::erase, .before = image, .after = {}});
    const std::array<db::value, 1> only_b = {"7"};
    const std::array<db::value, 2> b_and_a = {"7", "8"};
    EXPECT_THAT(of_b.take_all().value(), ElementsAre(by_b.from_row(only_b)));
    EXPECT_THAT(of_both.take_all().value(), ElementsAre(by_both.from_row(b_and_a)));
}

TEST_F(a_router, gives_each_table_its_rows_and_all_of_them_xa_transactions_and_statements) {
    change_set of_u(10);
    table_feed other({.original = {"s", "u"}, .columns = 2}, id_codec(), of_u, {});
    router to_both(markers_, {"s", "_t_ghc"}, {&feed_, &other});
    ASSERT_THAT(to_both.subscriptions(), SizeIs(3));
    const auto bytes = in_image<8>(5);
    const std::array image = {present(bytes)};
    to_both.on_begin(xid);
    to_both.on_row(
        {.subscription = 1, .kind = row_change_kind::insert, .before = {}, .after = image});
    to_both.on_end(ending::xa_prepared);
    EXPECT_EQ(other.held_for_xa(), 1U);
    to_both.on_xa_commit(xid);
    EXPECT_THAT(of_u.take_all().value(), ElementsAre(key(5)));
    EXPECT_THAT(kept(), IsEmpty());
    EXPECT_THROW(to_both.on_statement({.is = binlog::statement::kind::definition,
                                       .default_schema = "s",
                                       .text = "DROP TABLE u",
                                       .updated_schemas = {}}),
                 error);
}

TEST_F(a_router, inserted_updated_and_erased_rows_are_kept_by_key) {
    router_.on_begin(std::nullopt);
    insert(1);
    row(row_change_kind::update, 2, 2);
    row(row_change_kind::erase, 3, {});
    router_.on_end(ending::committed);
    EXPECT_THAT(kept(), UnorderedElementsAre(key(1), key(2), key(3)));
    EXPECT_EQ(router_.changes_seen(), 3U);
}

TEST_F(a_router, an_update_that_changes_the_key_keeps_both_keys) {
    row(row_change_kind::update, 4, 5);
    EXPECT_THAT(kept(), UnorderedElementsAre(key(4), key(5)));
}

TEST_F(a_router, a_row_without_its_key_throws) {
    const std::array<binlog::column_image, 1> absent = {};
    EXPECT_THROW(router_.on_row({.subscription = original_rows,
                                 .kind = row_change_kind::erase,
                                 .before = absent,
                                 .after = {}}),
                 error);
}

TEST_F(a_router, rows_of_another_number_of_columns_throw) {
    const std::array<std::uint8_t, 3> three{};
    EXPECT_THAT(
        [&] {
            router_.on_table({.subscription = original_rows, .table_id = 7, .column_types = three});
        },
        ThrowsMessage<error>(HasSubstr("altered")));
    EXPECT_NO_THROW(router_.on_table(
        {.subscription = original_rows, .table_id = 7, .column_types = std::span(three).first(2)}));
    EXPECT_NO_THROW(
        router_.on_table({.subscription = changelog_rows, .table_id = 8, .column_types = three}));
}

TEST_F(a_router, a_marker_of_this_run_is_seen) {
    EXPECT_FALSE(marker_seen(1));
    marker("feed:7");
    EXPECT_TRUE(marker_seen(7));
    EXPECT_FALSE(marker_seen(8));
    EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(a_router, a_marker_that_comes_late_does_not_take_back_a_greater_one) {
    marker("feed:7");
    marker("feed:6");
    EXPECT_TRUE(marker_seen(7));
}

TEST_F(a_router, other_rows_of_the_changelog_are_no_markers) {
    marker("feeb:7");
    marker("2025-01-01T00:00:00.000000000Z");
    marker("feed:7", row_change_kind::erase);
    EXPECT_FALSE(marker_seen(1));
}

TEST_F(a_router, a_wait_for_a_marker_ends_when_it_comes) {
    bool seen = false;
    std::jthread waiter(
        [&] { seen = router_.wait_for_marker(3, std::chrono::steady_clock::now() + 1h, {}); });
    marker("feed:3");
    waiter.join();
    EXPECT_TRUE(seen);
}

TEST_F(a_router, a_stop_ends_a_wait_for_a_marker) {
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(
        router_.wait_for_marker(3, std::chrono::steady_clock::now() + 1h, stop.get_token()),
        stopped);
}

TEST_F(a_router, the_last_boundary_is_its_position) {
    const binlog::stream_position at =
        binlog::file_position{.file = "binlog.000002", .offset = 157};
    router_.on_boundary(at);
    EXPECT_EQ(router_.position(), at);
}

TEST_F(a_router, a_heartbeat_tells_when_it_was_written) {
    EXPECT_FALSE(router_.last_heartbeat());
    marker("2026-08-07T12:34:56.123456789Z");
    const auto first = router_.last_heartbeat();
    ASSERT_TRUE(first);
    marker("feed:7");
    EXPECT_EQ(router_.last_heartbeat(), first);
    marker("2026-08-07T12:34:57.123456789Z");
    EXPECT_EQ(*router_.last_heartbeat() - *first, 1s);
}

TEST_F(a_router, a_full_change_set_holds_the_stream_until_it_is_stopped) {
    change_set full(1);
    std::stop_source stop;
    table_feed held({.original = {"s", "t"}, .columns = 2}, id_codec(), full, stop.get_token());
    full.add(key(1), {});
    const auto bytes = in_image<8>(2);
    const std::array image = {present(bytes)};
    stop.request_stop();
    EXPECT_THROW(held.on_row({.subscription = original_rows,
                              .kind = row_change_kind::insert,
                              .before = {},
                              .after = image},
                             std::nullopt),
                 stopped);
}

}  // namespace
}  // namespace segue::changes
