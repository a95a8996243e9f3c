// Transactions that hold the table when the names are to be swapped.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <chrono>
#include <regex>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

// As slow as a busy machine allows, so that Segue keeps up there too.
live_options few_rows() {
    return {.rows = 3'000, .writing = {.rate_per_second = 50}};
}

std::uint64_t status_counter(application_session& session, const std::string& name) {
    return std::stoull(session.query("SHOW GLOBAL STATUS LIKE '" + name + "'").at(0).at(1).value());
}

TEST(a_long_transaction, that_is_foreseen_is_waited_for_and_named) {
    live_run run(shared_server(), few_rows());
    auto holder = run.new_session();
    holder.execute("BEGIN");
    holder.query("SELECT * FROM " + run.table().quoted() + " LIMIT 1");
    const auto locks_before = status_counter(run.session(), "Com_lock_tables");
    run.start();
    const auto who = fmt::format("gave way: the transaction of connection {} holds the table",
                                 holder.connection_id());
    run.segue().wait_for_output("cut-over attempt 1 " + who);
    run.segue().wait_for_output("cut-over attempt 2 " + who);
    // Nobody was made to wait: the lock was not even asked for.
    EXPECT_EQ(status_counter(run.session(), "Com_lock_tables"), locks_before);
    run.writers().start();
    run.writers().wait_for_transactions(20);
    holder.execute("COMMIT");
    run.expect_swapped();
    run.expect_nothing_lost();
}

// LOCK TABLES names that table, too, and the application would wait behind it.
TEST(a_long_transaction, that_writes_to_the_state_of_the_run_is_foreseen_and_named) {
    live_run run(shared_server(), few_rows());
    const auto locks_before = status_counter(run.session(), "Com_lock_tables");
    run.start({.postponed = true});
    run.segue().wait_for_output("postponing cut-over");
    auto holder = run.new_session();
    holder.execute("BEGIN");
    holder.execute("INSERT INTO " + run.tables().checkpoint.quoted() +
                   " VALUES ('remark', 1, 'of somebody')");
    run.let_cut_over();
    run.segue().wait_for_output(fmt::format(
        "cut-over attempt 1 gave way: the transaction of connection {} writes the table of the "
        "run's state",
        holder.connection_id()));
    EXPECT_EQ(status_counter(run.session(), "Com_lock_tables"), locks_before);
    holder.execute("ROLLBACK");
    run.expect_swapped();
    run.expect_as_native_alter();
}

TEST(a_long_transaction, that_only_read_is_no_deadlock_victim_when_it_writes) {
    live_run run(shared_server(), few_rows());
    auto holder = run.new_session();
    holder.execute("BEGIN");
    holder.query("SELECT * FROM " + run.table().quoted() + " LIMIT 1");
    run.start();
    run.segue().wait_for_output("cut-over attempt 1 gave way");
    EXPECT_EQ(holder.execute("UPDATE " + run.table().quoted() + " SET spare=spare+1 LIMIT 1"), 1U);
    holder.execute("COMMIT");
    run.expect_swapped();
    run.expect_as_native_alter();
}

// Without performance_schema nobody can be foreseen.
class a_long_transaction_that_nobody_sees : public testing::Test {
  protected:
    bool a_writer_waits_behind_the_request() {
        return watcher.query_value(
                   "SELECT SUM(info LIKE 'LOCK TABLES%') = 1 AND COUNT(*) > 1 FROM "
                   "information_schema.processlist WHERE state='Waiting for table metadata "
                   "lock'") == "1";
    }

    // information_schema.processlist cannot show statements with characters of four bytes.
    static live_options plain_values() {
        live_options with = few_rows();
        with.spec.columns = {{"quantity", column_kind::integer}, {"amount", column_kind::decimal}};
        with.spec.more = "spare INT NOT NULL DEFAULT 7";
        with.alter =
            "DROP COLUMN spare, ADD COLUMN added INT NOT NULL DEFAULT 5, MODIFY quantity BIGINT "
            "NOT NULL";
        return with;
    }
    // Half a second before lock_wait_timeout, and long enough to be looked into.
    static constexpr std::chrono::milliseconds budget{2'500};
    live_run run{shared_server({"--performance-schema=OFF"}), plain_values()};
    application_session watcher = run.new_session();
};

TEST_F(a_long_transaction_that_nobody_sees, is_given_way_to_within_the_budget) {
    auto holder = run.new_session();
    holder.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    holder.execute("BEGIN");
    holder.query("SELECT * FROM " + run.table().quoted() + " LIMIT 1");
    run.writers().start();
    run.start({.stall_budget = budget});
    run.segue().wait_for_output("performance_schema.metadata_locks cannot be read");
    // The writers queue up behind the request...
    eventually("a writer waits behind the request for the lock",
               [&] { return a_writer_waits_behind_the_request(); });
    run.segue().wait_for_output("cut-over attempt 1 gave way: ");
    // ... and go on once it was given up, while the transaction still holds the table.
    run.writers().wait_for_transactions(200);
    run.segue().wait_for_output("cut-over attempt 3 gave way: ");
    // The watchdog ends the request: lock_wait_timeout, which has whole seconds only, comes later.
    run.segue().wait_for_match(std::regex("cut-over attempt [0-9]+ gave way: [^\n]*interrupted"));
    holder.execute("COMMIT");
    run.expect_swapped();
    run.expect_nothing_lost();
}

TEST_F(a_long_transaction_that_nobody_sees, delays_the_swap_but_never_ends_the_migration) {
    auto holder = run.new_session();
    holder.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    holder.execute("BEGIN");
    holder.query("SELECT * FROM " + run.table().quoted() + " LIMIT 1");
    run.start({.stall_budget = std::chrono::milliseconds(500), .more = {"--default-retries=2"}});
    run.segue().wait_for_output("cut-over attempt 2 gave way: ");
    run.segue().wait_for_output("the cut-over is postponed after 2 attempts in a row");
    run.segue().wait_for_output("State: postponing cut-over");
    // Rows go on to be carried over.
    run.writers().start();
    const auto before = run.keys_flushed();
    eventually("rows are carried over", [&] { return run.keys_flushed() > before; });
    holder.execute("COMMIT");
    run.expect_swapped();
    run.expect_nothing_lost();
}

}  // namespace
}  // namespace segue::test
