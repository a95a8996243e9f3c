// XA transactions: their keys are held from the prepare to the end.
#include "tests/unit/changes/routers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using binlog::row_change_kind;
using keys::key;
using ending = binlog::stream_handler::ending;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

TEST_F(a_router, keys_of_a_prepared_xa_transaction_are_held_until_its_commit) {
    prepare(xid, {1, 2});
    EXPECT_EQ(feed_.held_for_xa(), 2U);
    EXPECT_EQ(changes_.backlog(), 0U);
    router_.on_xa_commit(xid);
    EXPECT_EQ(feed_.held_for_xa(), 0U);
    EXPECT_THAT(kept(), UnorderedElementsAre(key(1), key(2)));
}

TEST_F(a_router, keys_of_an_xa_transaction_that_is_rolled_back_are_forgotten) {
    prepare(xid, {1});
    router_.on_xa_rollback(xid);
    EXPECT_EQ(feed_.held_for_xa(), 0U);
    EXPECT_THAT(kept(), IsEmpty());
    EXPECT_THROW(router_.on_xa_commit(xid), error);
}

TEST_F(a_router, an_xa_transaction_committed_in_one_phase_is_kept_at_its_end) {
    router_.on_begin(xid);
    insert(1);
    EXPECT_EQ(changes_.backlog(), 0U);
    router_.on_end(ending::committed);
    EXPECT_EQ(feed_.held_for_xa(), 0U);
    EXPECT_THAT(kept(), ElementsAre(key(1)));
}

TEST_F(a_router, several_prepared_transactions_are_held_apart) {
    prepare(xid, {1});
    prepare("X'62',X'',1", {2});
    router_.on_begin(std::nullopt);
    insert(3);
    router_.on_end(ending::committed);
    router_.on_xa_commit("X'62',X'',1");
    EXPECT_EQ(feed_.held_for_xa(), 1U);
    EXPECT_THAT(kept(), UnorderedElementsAre(key(2), key(3)));
}

TEST_F(a_router, an_xid_may_be_used_again_once_its_transaction_has_ended) {
    prepare(xid, {1});
    router_.on_xa_rollback(xid);
    prepare(xid, {2});
    router_.on_xa_commit(xid);
    EXPECT_THAT(kept(), ElementsAre(key(2)));
}

TEST_F(a_router, an_xa_transaction_seen_to_touch_other_tables_only_passes) {
    prepare(xid, {});
    EXPECT_NO_THROW(router_.on_xa_commit(xid));
    router_.on_begin(xid);
    EXPECT_NO_THROW(router_.on_end(ending::committed));
    EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(a_router, the_commit_of_an_xid_that_was_not_seen_prepared_throws) {
    EXPECT_THAT([&] { router_.on_xa_commit(xid); }, ThrowsMessage<error>(HasSubstr("XA RECOVER")));
}

TEST_F(a_router, the_commit_of_an_unrelated_xid_passes_once) {
    router_.set_unrelated_xa({xid});
    EXPECT_NO_THROW(router_.on_xa_commit(xid));
    EXPECT_THROW(router_.on_xa_commit(xid), error);
}

TEST_F(a_router, while_unknown_xids_pass_only_those_do) {
    router_.pass_unknown_xa(true);
    prepare(xid, {1});
    EXPECT_NO_THROW(router_.on_xa_commit("X'62',X'',1"));
    router_.on_xa_commit(xid);
    EXPECT_THAT(kept(), ElementsAre(key(1)));
    router_.pass_unknown_xa(false);
    EXPECT_THROW(router_.on_xa_commit("X'62',X'',1"), error);
}

TEST_F(a_router, the_rollback_of_an_unknown_xid_passes) {
    EXPECT_NO_THROW(router_.on_xa_rollback(xid));
}

TEST_F(a_router, a_reconnect_in_the_middle_of_an_xa_transaction_discards_what_came_of_it) {
    router_.on_begin(xid);
    insert(1);
    router_.on_reconnect();
    EXPECT_EQ(feed_.held_for_xa(), 0U);
    prepare(xid, {1, 2});
    EXPECT_EQ(feed_.held_for_xa(), 2U);
    router_.on_xa_commit(xid);
    EXPECT_THAT(kept(), UnorderedElementsAre(key(1), key(2)));
}

TEST_F(a_router, a_reconnect_keeps_prepared_transactions) {
    prepare(xid, {1});
    router_.on_reconnect();
    router_.on_xa_commit(xid);
    EXPECT_THAT(kept(), ElementsAre(key(1)));
}

TEST_F(a_router, rows_after_a_reconnect_belong_to_their_own_transaction) {
    router_.on_begin(xid);
    router_.on_reconnect();
    router_.on_begin(std::nullopt);
    insert(1);
    EXPECT_THAT(kept(), ElementsAre(key(1)));
}

TEST_F(a_router, a_key_is_held_once_for_an_xid) {
    router_.on_begin(xid);
    insert(1);
    row(row_change_kind::update, 1, 1);
    row(row_change_kind::erase, 1, {});
    router_.on_end(ending::xa_prepared);
    EXPECT_EQ(feed_.held_for_xa(), 1U);
    router_.on_xa_commit(xid);
    EXPECT_THAT(kept(), ElementsAre(key(1)));
}

}  // namespace
}  // namespace segue::changes
