// One transaction that changes 100 000 rows, while rows are copied and just before the names are
// swapped.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t many = 100'000;

class a_big_transaction : public testing::TestWithParam<bool> {
  protected:
    static live_options options() {
        live_options with{.rows = many};
        // The bigger transaction is not the one to be rolled back when it meets a writer.
        with.writing = {.writers = 2,
                        .rate_per_second = 60,
                        .session_setup = {"SET SESSION innodb_lock_wait_timeout=3600"}};
        if (!GetParam()) with.spec.unique_column.clear();
        return with;
    }
    /// Rows that the writers' ledger does not know of; they must be gone when it is compared. The
    /// keys of the writers are from -500 to some 180 000, so these are from 4 999 500 on.
    static std::string insert_many(const live_run& run) {
        return fmt::format(
            "INSERT INTO {0} (id, quantity, title, made, raw, spare) SELECT id + "
            "5000000, quantity, title, made, raw, 1 FROM {0} WHERE id < 4000000",
            run.table().quoted());
    }
    static std::string update_all(const live_run& run) {
        return fmt::format("UPDATE {} SET spare = spare + 1, label = CONCAT(label, '!')",
                           run.table().quoted());
    }
    static std::string delete_many(const live_run& run) {
        return fmt::format("DELETE FROM {} WHERE id >= 4000000", run.table().quoted());
    }
    /// Until it is through: the application tries again after a deadlock as well.
    static void execute(application_session& by, const std::string& sql) {
        by.execute("SET SESSION innodb_lock_wait_timeout=3600");
        for (int tries = 0;; ++tries) {
            try {
                EXPECT_GE(by.execute(sql), many * 3 / 4);
                return;
            } catch (const error& failure) {
                if (failure.mysql_errno() != 1213 || tries == 20) throw;
            }
        }
    }
};

class a_big_transaction_under_writers : public a_big_transaction {};

TEST_P(a_big_transaction_under_writers, during_the_copy_and_just_before_the_swap_loses_nothing) {
    live_run run(shared_server(), options());
    fault_points faults;
    faults.pause("copier.chunk_read", {.first = 20});
    run.writers().start();
    run.start(
        {.build = segue_build::faulty, .faults = &faults, .postponed = true, .chunk_size = "500"});
    faults.wait_reached("copier.chunk_read");
    auto by = run.new_session();
    execute(by, update_all(run));
    faults.go("copier.chunk_read");
    execute(by, insert_many(run));
    run.segue().wait_for_output("phase: postponed");
    execute(by, update_all(run));
    execute(by, delete_many(run));
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_GE(run.keys_flushed(), many / 2);
    run.writers().wait_for_transactions(20);
    run.expect_nothing_lost();
}

TEST_P(a_big_transaction, leaves_what_the_native_alter_makes) {
    live_run run(shared_server(), options());
    fault_points faults;
    faults.pause("copier.chunk_read", {.first = 50});
    run.start(
        {.build = segue_build::faulty, .faults = &faults, .postponed = true, .chunk_size = "500"});
    faults.wait_reached("copier.chunk_read");
    auto by = run.new_session();
    execute(by, update_all(run));
    faults.go("copier.chunk_read");
    run.segue().wait_for_output("phase: postponed");
    execute(by, insert_many(run));
    execute(by, fmt::format("UPDATE {} SET id = id + 10000000 WHERE id < 4000000",
                            run.table().quoted()));
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
}

// Written while the flushes stand still: the keys kept reach their bound, and the stream waits
// there.
TEST(long_transaction, of_more_keys_than_are_kept_is_carried_over) {
    constexpr std::uint64_t rows = 300'000;
    constexpr std::uint64_t keys_kept_max = 200'000;
    live_run run(shared_server(), {.rows = rows});
    run.start({.postponed = true, .chunk_size = "5000", .more = {"--default-retries=100000"}});
    run.segue().wait_for_output("phase: postponed");
    auto holder = run.new_session();
    holder.execute("BEGIN");
    // More rows than all flushes take at a time.
    holder.query(
        fmt::format("SELECT id FROM {} WHERE id < 10000 FOR UPDATE", run.tables().ghost.quoted()));
    EXPECT_EQ(
        run.session().execute(fmt::format("UPDATE {} SET spare = spare + 1", run.table().quoted())),
        rows);
    eventually("as many keys wait as are kept",
               [&] { return run.keys_waiting() == keys_kept_max; });
    holder.execute("ROLLBACK");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
}

std::string name_of(const testing::TestParamInfo<bool>& each) {
    return each.param ? "a_second_unique_index" : "one_unique_index";
}
INSTANTIATE_TEST_SUITE_P(with, a_big_transaction_under_writers, testing::Values(false), name_of);
INSTANTIATE_TEST_SUITE_P(long_with, a_big_transaction_under_writers, testing::Values(true),
                         name_of);
INSTANTIATE_TEST_SUITE_P(with, a_big_transaction, testing::Values(true), name_of);
INSTANTIATE_TEST_SUITE_P(long_with, a_big_transaction, testing::Values(false), name_of);

}  // namespace
}  // namespace segue::test
