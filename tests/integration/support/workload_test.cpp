#include "tests/support/workload.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t rows = 3000;

class workload_on : public testing::TestWithParam<key_kind> {};

TEST_P(workload_on, ends_with_a_table_that_agrees_with_the_ledger) {
    auto& server = shared_server();
    const fresh_schema schema(server);
    const table_name table{schema.name(), "orders"};
    const table_spec spec{.key = GetParam(), .more = "spare INT NOT NULL DEFAULT 7"};
    application_session session(server.over_tcp());
    create_and_fill(session, table, spec, rows);

    workload writers(server.over_tcp(), table, spec);
    EXPECT_TRUE(writers.compare().equal());
    writers.start();
    writers.wait_for_transactions(1500);
    writers.pause();
    const auto half = writers.compare();
    EXPECT_TRUE(half.equal()) << half.text();
    EXPECT_EQ(half.in_doubt, 0U);
    const auto before = writers.report().transactions;
    writers.resume();
    writers.wait_for_transactions(500);
    writers.stop();
    const auto report = writers.report();
    EXPECT_GE(report.transactions, before + 500);
    EXPECT_EQ(report.complaints({er::lock_deadlock}), "") << report.text();
    const auto end = writers.compare();
    EXPECT_TRUE(end.equal()) << end.text();
    EXPECT_GT(end.rows, rows / 2);
}

INSTANTIATE_TEST_SUITE_P(every_kind_of_key, workload_on,
                         testing::Values(key_kind::signed_integer, key_kind::unsigned_integer,
                                         key_kind::auto_increment, key_kind::composite,
                                         key_kind::binary16, key_kind::varbinary,
                                         key_kind::bytewise_text, key_kind::any_case_text,
                                         key_kind::padded_latin_text, key_kind::any_case_composite,
                                         key_kind::enum_composite, key_kind::decimal,
                                         key_kind::datetime, key_kind::date_composite));

TEST(table_spec, key_numbers_are_found_again_in_the_rows) {
    for (const auto key : {key_kind::signed_integer, key_kind::unsigned_integer,
                           key_kind::auto_increment, key_kind::composite}) {
        const table_spec spec{.key = key};
        for (const std::uint64_t number : {0, 1, 299, 300, 301, 302, 499, 500, 501, 123456}) {
            row values;
            for (const auto& literal : spec.key_literals(number)) values.emplace_back(literal);
            EXPECT_EQ(spec.key_number(values), number);
        }
    }
    EXPECT_EQ(table_spec{}.key_number({"-501"}), std::nullopt);
    EXPECT_EQ(table_spec{.key = key_kind::composite}.key_number({"4", "1"}), std::nullopt);
}

class ledger_of_a_small_table : public testing::Test {
  protected:
    ledger_of_a_small_table() {
        create_and_fill(session, table, {}, 100);
        writers = std::make_unique<workload>(server.over_tcp(), table, table_spec{});
    }

    sandbox_server& server = shared_server();
    const fresh_schema schema{server};
    const table_name table{schema.name(), "t"};
    application_session session{server.over_tcp()};
    std::unique_ptr<workload> writers;
};

TEST_F(ledger_of_a_small_table, tells_a_missing_row) {
    session.execute("DELETE FROM " + table.quoted() + " WHERE id=-500");
    const auto found = writers->compare();
    EXPECT_EQ(found.missing, 1U);
    ASSERT_EQ(found.first.size(), 1U);
    EXPECT_TRUE(found.first[0].starts_with("key -500 is missing")) << found.first[0];
}

TEST_F(ledger_of_a_small_table, tells_an_extra_row) {
    session.execute("INSERT INTO " + table.quoted() +
                    " (id, quantity, title, made, raw) VALUES (77, 1, 'a', NOW(), '')");
    const auto found = writers->compare();
    EXPECT_EQ(found.extra, 1U) << found.text();
    EXPECT_FALSE(found.equal());
}

TEST_F(ledger_of_a_small_table, tells_a_changed_byte) {
    session.execute("UPDATE " + table.quoted() + " SET raw=CONCAT(raw, '\\0') WHERE id=-499");
    const auto found = writers->compare();
    EXPECT_EQ(found.different, 1U) << found.text();
}

TEST_F(ledger_of_a_small_table, does_not_mind_columns_that_were_widened) {
    session.execute("ALTER TABLE " + table.quoted() +
                    " MODIFY amount DECIMAL(20,6) NULL, MODIFY made DATETIME(6) NOT NULL, MODIFY "
                    "quantity BIGINT NOT NULL, MODIFY title VARCHAR(200) CHARACTER SET utf16 NOT "
                    "NULL, MODIFY raw VARBINARY(400) NOT NULL, ADD COLUMN more INT, MODIFY note "
                    "LONGTEXT");
    const auto found = writers->compare();
    EXPECT_TRUE(found.equal()) << found.text();
}

TEST_F(ledger_of_a_small_table, tells_two_unique_values_that_changed_places) {
    session.execute("UPDATE " + table.quoted() + " SET code=NULL WHERE id=-500");
    session.execute("UPDATE " + table.quoted() + " SET code=0 WHERE id=-499");
    session.execute("UPDATE " + table.quoted() + " SET code=1 WHERE id=-500");
    EXPECT_EQ(writers->compare().different, 2U);
}

TEST(workload, a_write_that_finds_no_row_is_a_surprise) {
    auto& server = shared_server();
    const fresh_schema schema(server);
    const table_name table{schema.name(), "t"};
    application_session session(server.over_tcp());
    create_and_fill(session, table, {}, 100);
    workload writers(server.over_tcp(), table, {},
                     {.writers = 1, .weights = {.insert = 0, .move = 0, .erase = 0}});
    session.execute("DELETE FROM " + table.quoted());
    writers.start();
    eventually("a surprise", [&] { return !writers.report().surprises.empty(); });
    writers.stop();
    EXPECT_NE(writers.report().complaints({}).find("0 rows were affected"), std::string::npos);
}

TEST(workload, a_table_that_is_gone_is_an_error_it_counts) {
    auto& server = shared_server();
    const fresh_schema schema(server);
    const table_name table{schema.name(), "t"};
    application_session session(server.over_tcp());
    create_and_fill(session, table, {}, 100);
    workload writers(server.over_tcp(), table, {});
    writers.start();
    writers.wait_for_transactions(20);
    session.execute("RENAME TABLE " + table.quoted() + " TO " + schema.name() + ".other");
    eventually("error 1146", [&] { return writers.report().errors.contains(1146); });
    writers.stop();
    EXPECT_NE(writers.report().complaints({er::lock_deadlock}), "");
    EXPECT_TRUE(writers.compare({schema.name(), "other"}).equal());
}

TEST(workload, measures_how_long_a_statement_waited) {
    auto& server = shared_server();
    const fresh_schema schema(server);
    const table_name table{schema.name(), "t"};
    application_session session(server.over_tcp());
    create_and_fill(session, table, {}, 100);
    workload writers(server.over_tcp(), table, {});
    writers.start();
    writers.wait_for_transactions(50);
    writers.reset_longest_wait();
    application_session watcher(server.over_tcp());
    session.execute("LOCK TABLES " + table.quoted() + " WRITE");
    eventually("a writer waits for the table", [&] {
        return watcher.query_value(
                   "SELECT COUNT(*) FROM performance_schema.metadata_locks WHERE "
                   "lock_status='PENDING' AND object_schema='" +
                   schema.name() + "'") != "0";
    });
    session.query("SELECT SLEEP(0.7)");
    session.execute("UNLOCK TABLES");
    writers.wait_for_transactions(10);
    writers.stop();
    EXPECT_GE(writers.report().longest.duration, 600ms);
    EXPECT_NE(writers.report().longest.statement, "");
}

TEST(workload, keeps_to_its_rate) {
    auto& server = shared_server();
    const fresh_schema schema(server);
    const table_name table{schema.name(), "t"};
    application_session session(server.over_tcp());
    create_and_fill(session, table, {}, 100);
    const auto begin = std::chrono::steady_clock::now();
    workload writers(server.over_tcp(), table, {}, {.writers = 2, .rate_per_second = 20});
    writers.start();
    writers.wait_for_transactions(30);
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took, 500ms);
    writers.stop();
}

TEST(workload, survives_killed_connections_and_knows_what_it_does_not_know) {
    auto& server = shared_server();
    const fresh_schema schema(server);
    const table_name table{schema.name(), "t"};
    application_session session(server.over_tcp());
    create_and_fill(session, table, {}, rows);
    workload writers(server.over_tcp(), table, {});
    writers.start();
    while (writers.report().reconnects < 40) {
        writers.wait_for_transactions(10);
        for (const auto& id : session.query(
                 "SELECT processlist_id FROM performance_schema.threads WHERE processlist_db='" +
                 schema.name() + "' AND processlist_id <> CONNECTION_ID()")) {
            try {
                session.execute("KILL " + id[0].value());
            } catch (const error& gone) {
                EXPECT_EQ(gone.mysql_errno(), 1094);
            }
        }
    }
    writers.wait_for_transactions(100);
    writers.stop();
    const auto found = writers.compare();
    EXPECT_TRUE(found.equal()) << found.text() << "\n" << writers.report().text();
}

TEST(workload, makes_xa_transactions_and_leaves_prepared_ones_only_uncommitted) {
    auto& server = shared_server();
    const fresh_schema schema(server);
    const table_name table{schema.name(), "t"};
    application_session session(server.over_tcp());
    create_and_fill(session, table, {}, rows);
    const auto commits = [&] {
        return std::stoul(
            session.query("SHOW GLOBAL STATUS LIKE 'Com_xa_commit'").at(0).at(1).value());
    };
    const auto before = commits();
    workload writers(server.over_tcp(), table, {},
                     {.weights = {.insert = 10, .update = 10, .move = 10, .erase = 10, .big = 40},
                      .xa_percent = 100,
                      .session_setup = {"SET SESSION innodb_lock_wait_timeout=1"}});
    writers.start();
    while (writers.report().reconnects < 30) {
        writers.wait_for_transactions(5);
        for (const auto& id : session.query(
                 "SELECT processlist_id FROM performance_schema.threads WHERE processlist_db='" +
                 schema.name() + "' AND processlist_id <> CONNECTION_ID()")) {
            try {
                session.execute("KILL " + id[0].value());
            } catch (const error& gone) {
                EXPECT_EQ(gone.mysql_errno(), 1094);
            }
        }
        for (const auto& left : session.query("XA RECOVER CONVERT XID")) {
            try {
                session.execute("XA ROLLBACK " + left[3].value());
            } catch (const error& at_work) {
                // Its own session is about to commit it.
                EXPECT_TRUE(at_work.from_server()) << at_work.what();
            }
        }
    }
    writers.stop();
    for (const auto& left : session.query("XA RECOVER CONVERT XID"))
        session.execute("XA ROLLBACK " + left[3].value());
    EXPECT_GT(commits(), before + 20);
    const auto found = writers.compare();
    EXPECT_TRUE(found.equal()) << found.text() << "\n" << writers.report().text();
}

TEST(workload, what_was_acknowledged_outlives_a_crash_of_the_server) {
    sandbox_server server;
    const fresh_schema schema(server);
    const table_name table{schema.name(), "t"};
    {
        application_session session(server.over_tcp());
        create_and_fill(session, table, {.key = key_kind::auto_increment}, rows);
    }
    workload writers(server.over_tcp(), table, {.key = key_kind::auto_increment});
    writers.start();
    writers.wait_for_transactions(300);
    server.kill_hard();
    server.resume();
    writers.wait_for_transactions(300);
    writers.stop();
    EXPECT_GE(writers.report().reconnects, 1U);
    const auto found = writers.compare();
    EXPECT_TRUE(found.equal()) << found.text();
}

}  // namespace
}  // namespace segue::test
