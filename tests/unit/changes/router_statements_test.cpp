// Statements in the log: what others did to the tables, and data changes in text.
#include "tests/unit/changes/routers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::changes {
namespace {

using keys::id_codec;
using testing::HasSubstr;
using testing::ThrowsMessage;

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

TEST_F(a_router, tells_which_connection_wrote_the_target_once_a_marker_has_come) {
    table_feed feed({.original = {"s", "t"},
                     .columns = 2,
                     .ours = {{"s", "_t_gho"}},
                     .is_ours = [](std::uint64_t connection) { return connection == 7; }},
                    id_codec(), changes_, {});
    router watching(markers_, {"s", "_t_ghc"}, {&feed});
    constexpr std::size_t target_rows = 2;
    const auto wanted = watching.subscriptions();
    ASSERT_EQ(wanted.size(), target_rows + 1);
    EXPECT_EQ(wanted[target_rows].table, "_t_gho");
    EXPECT_TRUE(wanted[target_rows].only_who_writes);
    const auto transaction = [&](std::uint64_t connection, auto ending) {
        watching.on_begin(std::nullopt);
        watching.on_written(target_rows, connection);
        watching.on_end(ending);
    };
    using enum binlog::stream_handler::ending;
    transaction(8, committed);
    EXPECT_EQ(feed.change_of_ours(), "") << "an earlier run's";
    feed.watch_ours();
    transaction(7, committed);
    EXPECT_EQ(feed.change_of_ours(), "") << "its own";
    transaction(8, rolled_back);
    EXPECT_EQ(feed.change_of_ours(), "") << "nobody's";
    watching.on_begin(std::nullopt);
    watching.on_written(target_rows, 8);
    watching.on_reconnect();
    transaction(7, committed);
    EXPECT_EQ(feed.change_of_ours(), "") << "cut off, and to come again";
    transaction(8, committed);
    EXPECT_EQ(feed.change_of_ours(),
              "connection 8 has written into the new table `s`.`_t_gho`, whose rows are nobody "
              "else's to change while the migration runs");
}

TEST_F(a_router, tells_who_wrote_the_target_in_an_xa_transaction_once_that_is_committed) {
    table_feed feed({.original = {"s", "t"},
                     .columns = 2,
                     .ours = {{"s", "_t_gho"}},
                     .is_ours = [](std::uint64_t) { return false; }},
                    id_codec(), changes_, {});
    router watching(markers_, {"s", "_t_ghc"}, {&feed});
    feed.watch_ours();
    const auto prepare = [&](const std::string& xid, std::uint64_t connection) {
        watching.on_begin(xid);
        watching.on_written(2, connection);
        watching.on_end(binlog::stream_handler::ending::xa_prepared);
    };
    prepare("X'61',X'',1", 8);
    prepare("X'62',X'',1", 9);
    EXPECT_EQ(feed.held_for_xa(), 2U) << "no swap beside it";
    watching.on_xa_rollback("X'61',X'',1");
    EXPECT_EQ(feed.change_of_ours(), "");
    const std::uint64_t epoch = feed.begin_epoch();
    EXPECT_FALSE(feed.settled_before(epoch)) << "a later run has to see it prepared";
    watching.on_xa_commit("X'62',X'',1");
    EXPECT_NE(feed.change_of_ours().find("connection 9 has written"), std::string::npos);
    EXPECT_EQ(feed.held_for_xa(), 0U);
    EXPECT_TRUE(feed.settled_before(epoch));
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

}  // namespace
}  // namespace segue::changes
