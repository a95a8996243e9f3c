// The two windows in which a change can be lost: between the binary log and visibility, and between
// the snapshot of a chunk and its commit. Each is held open, and each test is seen to lose rows by
// the same steps with the rule taken out.
#include "src/base/server_errors.hpp"
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/late_replica.hpp"
#include "tests/support/oracle.hpp"

#include <optional>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

// ------------------------------------------------------------------------ chunks in flight

/// Rows that are deleted, or given another key, after the snapshot of their chunk was taken and
/// before the chunk was written: a lock on the ghost's gap stops the chunk's INSERT ... SELECT
/// there.
class a_chunk_in_flight : public testing::TestWithParam<bool> {
  protected:
    oracle_answer migrate(std::optional<std::string_view> rule_out) {
        live_options with{.rows = 1'000};
        if (!GetParam()) with.spec.unique_column.clear();
        live_run run(shared_server(), with);
        fault_points faults;
        if (rule_out) faults.leave_out(*rule_out);
        // The tail's chunk is the first one, so this is the lowest hundred rows, not yet committed.
        faults.pause("copier.chunk_read", {.first = 2});
        run.start(
            {.build = segue_build::faulty, .faults = &faults, .postponed = true, .threads = 1});
        faults.wait_reached("copier.chunk_read");

        const auto ghost = run.tables().ghost.quoted();
        const auto original = run.table().quoted();
        auto holder = run.new_session();
        const auto nth = [&](unsigned n) {
            return *run.session().query_value(
                fmt::format("SELECT id FROM {} ORDER BY id LIMIT 1 OFFSET {}", original, n));
        };
        const auto copied = nth(40);
        const auto deleted = nth(150);
        const auto moved = nth(160);
        const auto updated = nth(170);
        holder.execute("BEGIN");
        holder.query(fmt::format("SELECT id FROM {} WHERE id > {} FOR UPDATE", ghost, nth(99)));
        faults.go("copier.chunk_read");
        // Not information_schema.innodb_trx, whose answer stays the same for who asks often.
        eventually("the next chunk waits in the middle of its INSERT ... SELECT", [&] {
            return run.session().query_value(
                       "SELECT COUNT(*) FROM performance_schema.data_locks WHERE "
                       "lock_status='WAITING' AND object_schema='" +
                       run.table().schema + "'") != "0";
        });
        auto& application = run.session();
        application.execute(fmt::format("DELETE FROM {} WHERE id={}", original, deleted));
        if (rule_out) {
            // Nothing else, as its flush and the chunk would stand in each other's way.
            application.execute(fmt::format("DELETE FROM {} WHERE id={}", original, moved));
        } else {
            // To where the ghost is not locked.
            application.execute(
                fmt::format("UPDATE {} SET id=id-1000000 WHERE id={}", original, moved));
            application.execute(
                fmt::format("UPDATE {} SET title='changed' WHERE id={}", original, updated));
        }
        application.execute(
            fmt::format("UPDATE {} SET title='marks the end' WHERE id={}", original, copied));
        eventually("a later change was flushed", [&] {
            return run.session().query_value(fmt::format("SELECT title FROM {} WHERE id={}", ghost,
                                                         copied)) == "marks the end";
        });
        holder.execute("ROLLBACK");
        run.segue().wait_for_output("phase: postponed");
        run.let_cut_over();
        run.expect_swapped();
        read_again = run.times_told("copy a chunk: ") > 0;
        return compare_with_native_alter(shared_server().over_tcp(),
                                         {.table = run.table(),
                                          .old_table = run.tables().old,
                                          .alter = std::string(usual_alter)});
    }

    /// The chunk gave up waiting, and took another snapshot when it was tried again.
    bool read_again = false;
};

TEST_P(a_chunk_in_flight, brings_no_deleted_row_back) {
    const auto answer = migrate(std::nullopt);
    EXPECT_TRUE(answer.equal()) << answer.text();
    EXPECT_EQ(answer.expected_rows, 999U);
}

TEST_P(a_chunk_in_flight, brings_deleted_rows_back_if_nobody_waits_for_it) {
    auto answer = migrate("wait_for_chunks_in_flight");
    for (int tries = 1; read_again && tries < 20; ++tries)
        answer = migrate("wait_for_chunks_in_flight");
    EXPECT_EQ(answer.differing_rows, 2U) << answer.text();
    EXPECT_EQ(answer.found_rows, answer.expected_rows + 2) << answer.text();
}

INSTANTIATE_TEST_SUITE_P(with, a_chunk_in_flight, testing::Bool(), [](const auto& each) {
    return std::string(each.param ? "a_second_unique_index" : "one_unique_index");
});

// ------------------------------------------------------------------------------ visibility

const std::vector<std::string> semi_synchronous{"--plugin-load-add=semisync_source.so"};

/// One change whose transaction stands in the log, unseen, until it could have been flushed.
class a_change_not_yet_visible : public testing::Test {
  protected:
    /// Segue knows of the change, and waits for it.
    static bool waits(live_run& run) { return run.keys_waiting() >= 60; }
    /// A flush has read its rows, and waits to be committed behind it.
    static bool has_read(live_run& run) { return run.a_flush_waits_for_its_commit(); }

    oracle_answer migrate(const fault_points& faults, const std::string& change,
                          bool (*enough)(live_run&)) {
        const auto& server = shared_server(semi_synchronous);
        live_run run(server, {.rows = 500});
        run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true});
        run.segue().wait_for_output("phase: postponed");
        run.wait_until_flushes_are_known();
        {
            late_replica replica(server.over_tcp(), 0ms);
            replica.set_delay(1h);
            std::jthread application([&] {
                run.new_session().execute(fmt::format(fmt::runtime(change), run.table().quoted()));
            });
            eventually("the change could have been lost", [&] { return enough(run); });
            replica.set_delay(0ms);
            application.join();
            replica.check();
        }
        run.let_cut_over();
        run.expect_swapped();
        return compare_with_native_alter(server.over_tcp(), {.table = run.table(),
                                                             .old_table = run.tables().old,
                                                             .alter = std::string(usual_alter)});
    }
};

TEST_F(a_change_not_yet_visible, is_carried_over_once_it_is) {
    for (const std::string change :
         {"UPDATE {} SET title='changed' WHERE id < -400", "DELETE FROM {} WHERE id < -400",
          "UPDATE {} SET id=id+1000000 WHERE id < -400"}) {
        const auto answer = migrate(fault_points(), change, waits);
        EXPECT_TRUE(answer.equal()) << change << ": " << answer.text();
    }
}

TEST_F(a_change_not_yet_visible, is_lost_without_the_barrier) {
    for (const std::string change :
         {"UPDATE {} SET title='changed' WHERE id < -400", "DELETE FROM {} WHERE id < -400",
          "UPDATE {} SET id=id+1000000 WHERE id < -400"}) {
        fault_points faults;
        faults.leave_out("barrier");
        const auto answer = migrate(faults, change, has_read);
        EXPECT_GT(answer.differing_rows, 0U) << change << ": " << answer.text();
    }
}

// The COMMIT of the last flush waits for an acknowledgement while the tables are locked.
TEST(a_commit_under_the_lock, that_nobody_acknowledges_makes_the_attempt_give_way) {
    const auto& server = shared_server(semi_synchronous);
    live_run run(server, {.rows = 500});
    fault_points faults;
    faults.pause("cut_over.before_lock").pause("cut_over.marker_seen");
    run.start(
        {.build = segue_build::faulty, .faults = &faults, .stall_budget = std::chrono::seconds(3)});
    faults.wait_reached("cut_over.before_lock");
    run.session().execute("UPDATE " + run.table().quoted() + " SET title='last' WHERE id < -400");
    late_replica replica(server.over_tcp(), 0ms);
    faults.go("cut_over.before_lock");
    faults.wait_reached("cut_over.marker_seen");
    replica.set_delay(1h);
    const auto kills = [&] {
        return run.session().query("SHOW GLOBAL STATUS LIKE 'Com_kill'").at(0).at(1).value();
    };
    const auto before = kills();
    faults.go("cut_over.marker_seen");
    eventually("the watchdog has fired", [&] { return kills() != before; });
    replica.set_delay(0ms);
    run.expect_swapped();
    EXPECT_EQ(run.times_told("cut-over attempt 1 gave way: "), 1U) << run.segue().err();
    replica.check();
    run.expect_as_native_alter();
}

TEST(a_commit_that_nobody_acknowledges, is_told_of_and_outlasted) {
    const auto& server = shared_server(semi_synchronous);
    live_run run(server, {.rows = 500});
    run.start({.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    late_replica replica(server.over_tcp(), 0ms);
    replica.set_delay(1h);
    std::jthread application([&] {
        run.new_session().execute("UPDATE " + run.table().quoted() + " SET title='a' WHERE id=-1");
    });
    run.segue().wait_for_output("a COMMIT of one row takes long, and everything waits for it");
    replica.set_delay(0ms);
    application.join();
    replica.check();
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.times_told("a COMMIT of one row takes long"), 1U) << run.segue().err();
    run.expect_as_native_alter();
}

/// Writers just ahead of the copy, every commit of which stays unseen for a while.
class writers_ahead_of_the_copy : public testing::Test {
  protected:
    /// Differences between the ledger and the table.
    comparison migrate(fault_points& faults, std::chrono::milliseconds late) {
        const auto& server = shared_server(semi_synchronous);
        live_options with{.rows = 12'000};
        with.spec.unique_column.clear();
        with.writing = {.writers = 8,
                        .weights = {.insert = 20, .update = 40, .move = 20, .erase = 20, .big = 2}};
        live_run run(server, with);
        late_replica replica(server.over_tcp(), late);
        run.writers().start();
        run.hold_copy(faults);
        run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true});
        {
            copy_follower follower(run, 600);
            run.let_copy_go_on(faults, 30);
            run.segue().wait_for_output("phase: postponed");
        }
        run.writers().stop();
        EXPECT_EQ(run.writers().report().complaints({er::lock_deadlock}), "")
            << run.writers().report().text();
        replica.check();
        run.let_cut_over();
        run.expect_swapped();
        return run.writers().compare();
    }
};

TEST_F(writers_ahead_of_the_copy, lose_nothing) {
    for (const auto late : {30ms, 80ms}) {
        fault_points faults;
        const auto found = migrate(faults, late);
        EXPECT_TRUE(found.equal())
            << "acknowledged after " << late.count() << " ms: " << found.text();
    }
}

TEST_F(writers_ahead_of_the_copy, lose_rows_without_the_barrier) {
    constexpr int rounds_max = 4;
    comparison found;
    int round = 0;
    // The slower the machine, the longer the window must be held open.
    for (auto late = 80ms; found.equal() && round < rounds_max; ++round, late *= 2) {
        fault_points faults;
        faults.leave_out("barrier");
        found = migrate(faults, late);
    }
    EXPECT_FALSE(found.equal()) << "nothing was lost in " << round << " rounds";
    RecordProperty("rounds", round);
    RecordProperty("lost", std::to_string(found.missing + found.extra + found.different));
    fmt::print(stderr, "round {}: {}\n", round, found.text().substr(0, 300));
}

}  // namespace
}  // namespace segue::test
