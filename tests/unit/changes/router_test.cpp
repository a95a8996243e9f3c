#include "src/changes/router.hpp"

#include "src/base/error.hpp"
#include "tests/unit/keys/keys.hpp"

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
using time_point = std::chrono::steady_clock::time_point;

constexpr std::size_t original_rows = 0;
constexpr std::size_t changelog_rows = 1;
const std::string xid = "X'61',X'',1";

class a_router : public testing::Test {
  protected:
    void row(row_change_kind kind, std::optional<std::int64_t> before,
             std::optional<std::int64_t> after) {
        const auto before_bytes = in_image<8>(static_cast<std::uint64_t>(before.value_or(0)));
        const auto after_bytes = in_image<8>(static_cast<std::uint64_t>(after.value_or(0)));
        const std::array before_image = {present(before_bytes)};
        const std::array after_image = {present(after_bytes)};
        binlog::row_change change{
            .subscription = original_rows, .kind = kind, .before = {}, .after = {}};
        if (before) change.before = before_image;
        if (after) change.after = after_image;
        router_.on_row(change);
    }
    void insert(std::int64_t id) { row(row_change_kind::insert, {}, id); }

    void marker(const std::string& value, row_change_kind kind = row_change_kind::update) {
        const auto bytes = std::as_bytes(std::span(value));
        const std::array image = {present(bytes)};
        binlog::row_change change{
            .subscription = changelog_rows, .kind = kind, .before = image, .after = {}};
        if (kind != row_change_kind::erase) change.after = image;
        router_.on_row(change);
    }
    bool marker_seen(std::uint64_t number) {
        return router_.wait_for_marker(number, time_point{}, {});
    }

    void prepare(const std::string& of, std::initializer_list<std::int64_t> ids) {
        router_.on_begin(of);
        for (const std::int64_t id : ids) insert(id);
        router_.on_end(ending::xa_prepared);
    }

    void statement(std::string_view text, std::string_view default_schema = "s") {
        router_.on_statement({.is = binlog::statement::kind::definition,
                              .default_schema = default_schema,
                              .text = text,
                              .updated_schemas = {}});
    }
    void data_change(std::optional<std::vector<std::string>> updated_schemas) {
        router_.on_statement({.is = binlog::statement::kind::data_change,
                              .default_schema = "s",
                              .text = "UPDATE v SET a=1",
                              .updated_schemas = std::move(updated_schemas)});
    }

    std::vector<keys::key_value> kept() { return changes_.take_all().value(); }

    db::session_factory sessions_{wire::connection_options{}};
    barrier markers_{sessions_, {.changelog = {"s", "_t_ghc"}, .run_token = "feed"}};
    change_set changes_{1'000};
    table_feed feed_{
        {.original = {"s", "t"}, .columns = 2, .ours = {{"s", "_t_gho"}, {"s", "_t_ghc"}}},
        id_codec(),
        changes_,
        {}};
    router router_{markers_, {"s", "_t_ghc"}, {&feed_}};
};

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

TEST_F(a_router, tells_what_others_did_to_our_tables_once_a_marker_has_come) {
    statement("ALTER TABLE _t_gho ADD COLUMN a INT");  // Our own, which made it.
    EXPECT_EQ(feed_.change_of_ours(), "");
    feed_.watch_ours();
    for (const char* const harmless :
         {"ALTER TABLE `s`.`_t_gho` AUTO_INCREMENT=17", "CREATE TABLE x LIKE _t_gho",
          "ANALYZE TABLE _t_gho", "DROP TABLE other._t_gho"}) {
        statement(harmless);
        EXPECT_EQ(feed_.change_of_ours(), "") << harmless;
    }
    statement("ALTER TABLE `s`.`_t_gho` AUTO_INCREMENT=17, DROP COLUMN a");
    EXPECT_EQ(feed_.change_of_ours(),
              "the new table `s`.`_t_gho` was changed by somebody else while the migration ran: "
              "ALTER TABLE `s`.`_t_gho` AUTO_INCREMENT=17, DROP COLUMN a");
    statement("TRUNCATE _t_ghc");
    EXPECT_NE(feed_.change_of_ours().find("DROP COLUMN"), std::string::npos) << "the first one";
}

TEST_F(a_router, knows_the_triggers_that_we_make_on_our_tables) {
    feed_.watch_ours();
    feed_.expect_triggers({"audit_new"});
    statement(
        "CREATE DEFINER=`a`@`b` TRIGGER `s`.`audit_new` AFTER INSERT ON `s`.`_t_gho` FOR EACH "
        "ROW SET @a=1");
    EXPECT_EQ(feed_.change_of_ours(), "");
    statement("CREATE TRIGGER other AFTER INSERT ON _t_gho FOR EACH ROW SET @a=1");
    EXPECT_NE(feed_.change_of_ours().find("TRIGGER other"), std::string::npos);
}

TEST_F(a_router, knows_our_statements_by_their_whole_texts) {
    const std::string ours = "ALTER TABLE `s`.`_t_gho` ADD CONSTRAINT `k` FOREIGN KEY (`a`)";
    feed_.watch_ours();
    feed_.expect_statements({ours, "ALTER TABLE `s`.`t` DROP FOREIGN KEY `k`"});
    statement(ours);
    EXPECT_EQ(feed_.change_of_ours(), "");
    EXPECT_NO_THROW(statement("ALTER TABLE `s`.`t` DROP FOREIGN KEY `k`"));
    EXPECT_THROW(statement("ALTER TABLE `s`.`t` DROP FOREIGN KEY `k`, DROP a"), error);
    statement(ours + " REFERENCES `s`.`p` (`id`)");
    EXPECT_NE(feed_.change_of_ours().find("REFERENCES"), std::string::npos);
}

TEST_F(a_router, tells_how_our_tables_were_changed) {
    feed_.watch_ours();
    statement("TRUNCATE _t_ghc");
    EXPECT_EQ(feed_.change_of_ours(),
              "`s`.`_t_ghc` was emptied by somebody else while the migration ran: TRUNCATE _t_ghc");
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

TEST_F(a_router, a_data_change_in_text_passes_only_when_it_is_known_to_be_elsewhere) {
    EXPECT_NO_THROW(data_change({{"other", "third"}}));
    EXPECT_THAT([&] { data_change(std::nullopt); },
                ThrowsMessage<error>(HasSubstr("binlog_format=ROW")));
    EXPECT_THROW(data_change({{"other", "s"}}), error);
    EXPECT_THROW(data_change(std::vector<std::string>{}), error);
}

TEST_F(a_router, schemas_are_compared_as_the_server_stores_their_names) {
    EXPECT_NO_THROW(data_change({{"S"}}));
    table_feed folding({.original = {"s", "t"}, .columns = 2, .case_insensitive_names = true},
                       id_codec(), changes_, {});
    EXPECT_THROW(folding.on_statement({.is = binlog::statement::kind::data_change,
                                       .default_schema = "",
                                       .text = "UPDATE v SET a=1",
                                       .updated_schemas = {{"S"}}}),
                 error);
}

TEST_F(a_router, what_redefines_the_table_throws) {
    for (const char* const text :
         {"TRUNCATE TABLE t", "TRUNCATE s.t", "DROP TABLE IF EXISTS `x`, `t`", "DROP DATABASE s",
          "RENAME TABLE t TO t2", "RENAME TABLE x TO y, t TO z", "ALTER TABLE t ADD c INT",
          "ALTER TABLE `s`.`t` DROP PARTITION p0", "ALTER TABLE x RENAME TO t",
          "ALTER TABLE x EXCHANGE PARTITION p WITH TABLE t", "CREATE INDEX i ON t (a)",
          "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @a=1",
          "CREATE TABLE child (a INT REFERENCES t (id))"}) {
        SCOPED_TRACE(text);
        EXPECT_THAT([&] { statement(text); }, ThrowsMessage<error>(HasSubstr("redefined")));
    }
    EXPECT_THROW(statement("TRUNCATE s.t", "other"), error);
}

TEST_F(a_router, other_definitions_pass) {
    for (const char* const text :
         {"ALTER TABLE other ADD COLUMN t INT", "ALTER TABLE other DROP COLUMN t",
          "ALTER TABLE other ADD COLUMN t INT, ALGORITHM=INSTANT",
          "ALTER TABLE other ADD FOREIGN KEY (t) REFERENCES third (t)",
          "ALTER TABLE other DROP FOREIGN KEY t", "ALTER TABLE other RENAME COLUMN a TO t",
          "DROP TABLE other", "DROP TEMPORARY TABLE t", "TRUNCATE other.t",
          "RENAME TABLE other.t TO other.u", "ALTER TABLE _t_gho AUTO_INCREMENT=7",
          "CREATE TABLE t2 LIKE t", "OPTIMIZE TABLE t", "ANALYZE TABLE t", "FLUSH TABLES",
          "DROP DATABASE other"}) {
        SCOPED_TRACE(text);
        EXPECT_NO_THROW(statement(text));
    }
    EXPECT_NO_THROW(statement("TRUNCATE t", "other"));
}

TEST_F(a_router, a_statement_that_cannot_be_read_throws_without_claiming_what_it_did) {
    EXPECT_THAT([&] { statement("ALTER TABLE other COMMENT 'a"); },
                ThrowsMessage<error>(HasSubstr("cannot be read, so it may have redefined")));
}

TEST_F(a_router, a_definition_makes_the_caller_look_again_once) {
    EXPECT_FALSE(feed_.take_definition_seen());
    statement("DROP TRIGGER g");
    EXPECT_TRUE(feed_.take_definition_seen());
    EXPECT_FALSE(feed_.take_definition_seen());
    data_change({{"other"}});
    EXPECT_FALSE(feed_.take_definition_seen());
}

TEST_F(a_router, the_swap_of_our_own_passes_while_it_is_expected) {
    constexpr auto swap = "RENAME TABLE `s`.`t` TO `s`.`_t_del`, `s`.`_t_gho` TO `s`.`t`";
    feed_.expect_swap();
    EXPECT_NO_THROW(statement(swap));
    feed_.expect_no_swap();
    EXPECT_THROW(statement(swap), error);
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
