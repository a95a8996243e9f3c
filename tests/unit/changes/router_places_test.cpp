// Places in the log: what stands before the last boundary, and where another run may go on.
#include "tests/unit/changes/routers.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using keys::id_codec;
using keys::key;
using namespace std::chrono_literals;
using ending = binlog::stream_handler::ending;
using testing::ElementsAre;
using testing::IsEmpty;
using time_point = std::chrono::steady_clock::time_point;

TEST_F(a_router, a_transaction_is_past_once_it_stands_before_the_last_boundary) {
    const std::string source = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    const auto set = [&](std::string_view numbers) {
        return binlog::gtid_set::parse(source + ":" + std::string(numbers));
    };
    const auto past = [&](std::string_view numbers) {
        return router_.wait_until_past(set(numbers), time_point{}, {});
    };
    EXPECT_FALSE(past("1-3"));
    router_.on_boundary(set("1-2:4"));
    EXPECT_FALSE(past("1-3"));
    EXPECT_TRUE(past("1-2"));
    bool seen = false;
    std::jthread waiter([&] {
        seen = router_.wait_until_past(set("1-3"), std::chrono::steady_clock::now() + 1h, {});
    });
    router_.on_boundary(set("1-4"));
    waiter.join();
    EXPECT_TRUE(seen);
}

TEST_F(a_router, a_place_in_the_log_is_past_once_a_boundary_is_not_before_it) {
    const auto at = [](const std::string& file, std::uint64_t offset) {
        return binlog::stream_position(binlog::file_position{.file = file, .offset = offset});
    };
    EXPECT_FALSE(router_.is_past(at("binlog.000009", 4)));
    router_.on_boundary(at("binlog.000009", 900));
    EXPECT_TRUE(router_.is_past(at("binlog.000009", 900)));
    EXPECT_TRUE(router_.is_past(at("binlog.000008", 901)));
    EXPECT_FALSE(router_.is_past(at("binlog.000009", 901)));
    EXPECT_FALSE(router_.is_past(at("binlog.000010", 4)));
    EXPECT_FALSE(router_.is_past(binlog::gtid_set()));
    router_.on_boundary(at("binlog.1000000", 4));
    EXPECT_TRUE(router_.is_past(at("binlog.999999", 900)));

    const std::string server = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    router_.on_boundary(binlog::gtid_set::parse(server + ":1-7"));
    EXPECT_TRUE(router_.is_past(binlog::gtid_set::parse(server + ":1-7")));
    EXPECT_FALSE(router_.is_past(binlog::gtid_set::parse(server + ":1-8")));
    EXPECT_FALSE(router_.is_past(at("binlog.000001", 4)));
}

TEST_F(a_router, offsets_do_not_tell_whether_a_transaction_is_past) {
    router_.on_boundary(binlog::file_position{.file = "binlog.000002", .offset = 157});
    EXPECT_FALSE(router_.wait_until_past(
        binlog::gtid_set::parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1"), time_point{}, {}));
}

class a_found_place : public a_router {
  protected:
    void boundary(std::uint64_t offset) {
        router_.on_boundary(binlog::file_position{.file = "binlog.000007", .offset = offset});
    }
    void transaction(std::int64_t id, std::uint64_t offset) {
        router_.on_begin({});
        insert(id);
        router_.on_end(ending::committed);
        boundary(offset);
    }
    // The offset; 0: there is none yet.
    std::uint64_t point() {
        found_ = router_.take_found_place();
        return found_ ? std::get<binlog::file_position>(found_->position).offset : 0;
    }
    void flush() { changes_.flushed(changes_.take(1'000, 0ms, {}).value()); }

    std::optional<router::found_place> found_;
};

TEST_F(a_found_place, is_the_next_boundary_once_all_before_it_is_carried_over) {
    transaction(1, 100);
    router_.seek_place();
    EXPECT_EQ(point(), 0U);
    transaction(2, 200);
    transaction(3, 300);
    EXPECT_EQ(point(), 0U) << "1 and 2 wait";
    flush();
    EXPECT_EQ(point(), 0U) << "it is seen at the next boundary";
    transaction(4, 400);
    EXPECT_EQ(point(), 200U);
    EXPECT_EQ(point(), 0U) << "once";
    transaction(5, 500);
    EXPECT_EQ(point(), 0U) << "nobody asks";
}

TEST_F(a_found_place, is_there_at_once_where_nothing_waits) {
    router_.seek_place();
    boundary(100);
    EXPECT_EQ(point(), 100U);
    EXPECT_THAT(found_->settled_xa, IsEmpty());
}

TEST_F(a_found_place, is_never_behind_a_prepare_whose_keys_are_held) {
    prepare(xid, {1});
    boundary(100);
    router_.seek_place();
    boundary(200);
    boundary(300);
    EXPECT_EQ(point(), 0U) << "its keys are held";
    router_.on_xa_commit(xid);
    boundary(400);
    EXPECT_EQ(point(), 0U) << "and wait";
    flush();
    boundary(500);
    EXPECT_EQ(point(), 200U);
    EXPECT_THAT(found_->settled_xa, ElementsAre(xid)) << "its XA COMMIT stands behind it";
}

TEST_F(a_found_place, does_not_wait_for_what_is_prepared_behind_it) {
    insert(1);
    router_.seek_place();
    boundary(100);
    prepare(xid, {2});
    boundary(200);
    flush();
    boundary(300);
    EXPECT_EQ(point(), 100U);
    EXPECT_THAT(found_->settled_xa, IsEmpty());
}

TEST_F(a_found_place, knows_the_prepared_that_changed_nothing_of_ours) {
    router_.set_unrelated_xa({"X'62',X'',1"});
    prepare(xid, {});
    router_.seek_place();
    boundary(100);
    EXPECT_EQ(point(), 100U);
    EXPECT_THAT(found_->settled_xa, ElementsAre(xid, "X'62',X'',1"));
}

TEST_F(a_found_place, is_there_when_a_held_transaction_is_rolled_back) {
    prepare(xid, {1});
    router_.seek_place();
    boundary(100);
    EXPECT_EQ(point(), 0U);
    router_.on_xa_rollback(xid);
    boundary(200);
    EXPECT_EQ(point(), 100U);
}

TEST_F(a_found_place, waits_for_every_feed) {
    change_set others(10);
    table_feed second({.original = {"s", "t"}, .columns = 2}, id_codec(), others, {});
    router both(markers_, {"s", "_t_ghc"}, {&feed_, &second});
    others.add(key(1), {});
    both.seek_place();
    both.on_boundary(binlog::file_position{.file = "binlog.000007", .offset = 100});
    EXPECT_FALSE(both.take_found_place().has_value());
    others.flushed(others.take(10, 0ms, {}).value());
    both.on_boundary(binlog::file_position{.file = "binlog.000007", .offset = 200});
    EXPECT_TRUE(both.take_found_place().has_value());
}

}  // namespace
}  // namespace segue::changes
