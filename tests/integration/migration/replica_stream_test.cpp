// The stream comes from a replica, while rows are read and written on its primary.
// docs/decisions/0006-stream-from-a-replica.md
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/integration/migration/replica_pair.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/late_replica.hpp"
#include "tests/support/oracle.hpp"

#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

const pair_options pairs[] = {usual_pair()};
const pair_options more_pairs[] = {
    {.name = "by_file_with_one_worker",
     .primary = {"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"},
     .replica = {"--replica-parallel-workers=1", "--replica-preserve-commit-order=OFF"}},
    {.name = "by_file_with_workers_in_order",
     .primary = {"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"},
     .replica = usual_pair().replica},
    {.name = "over_another", .replica = usual_pair().replica, .another_between = true},
    pair_of_8_0()};

// A replica on a busy machine would fall behind faster writers, and its lag throttle the copy.
const workload_options gentle = {.writers = 3, .rate_per_second = 20};

class a_stream_from_a_replica : public testing::TestWithParam<pair_options> {
  protected:
    replica_pair& servers = shared_pair(GetParam());
};

TEST_P(a_stream_from_a_replica, loses_nothing_when_names_are_swapped_under_writers) {
    live_run run(servers.primary(), {.rows = 5'000, .writing = gentle});
    servers.wait_replicated();
    fault_points faults;
    run.hold_copy(faults);
    run.writers().start();
    run.start({.build = segue_build::faulty, .faults = &faults, .more = servers.arguments()});
    run.let_copy_go_on(faults, 50);
    run.expect_swapped();
    EXPECT_EQ(
        run.times_told(fmt::format("binlog: reading from 127.0.0.1:{}", servers.replica().port())),
        1U);
    run.writers().wait_for_transactions(50);
    run.expect_nothing_lost();
}

TEST_P(a_stream_from_a_replica, leaves_a_table_as_the_native_alter_makes_it) {
    live_run run(servers.primary(), {.rows = 5'000, .writing = gentle});
    servers.wait_replicated();
    run.writers().start();
    run.migrate_while_writers_pause(100, {.more = servers.arguments()});
}

std::string name_of(const testing::TestParamInfo<pair_options>& each) {
    return each.param.name;
}
INSTANTIATE_TEST_SUITE_P(pair, a_stream_from_a_replica, testing::ValuesIn(pairs), name_of);
INSTANTIATE_TEST_SUITE_P(long_pair, a_stream_from_a_replica, testing::ValuesIn(more_pairs),
                         name_of);

class with_a_replica : public testing::Test {
  protected:
    replica_pair& servers = shared_pair(usual_pair());
};

// Its table is looked for on the replica whose lag counts.
TEST_F(with_a_replica, a_rehearsal_warns_where_that_does_not_replicate) {
    quiet_run run(servers.primary());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    servers.wait_replicated();
    auto flags = servers.arguments_to_find_the_primary();
    flags.front() = fmt::format("--port={}", servers.primary().port());
    flags.push_back(
        fmt::format("--throttle-control-replicas=127.0.0.1:{}", servers.replica().port()));
    flags.emplace_back("--execute=false");
    run.start("ADD COLUMN b INT", {.more = flags});
    run.expect_swapped();  // exit code 0
    EXPECT_NE(run.segue().out().find("Every check passed."), std::string::npos)
        << run.segue().out();
    servers.wait_replicated();
    servers.on_replica({"STOP REPLICA SQL_THREAD"});
    run.start("ADD COLUMN b INT", {.more = flags});
    run.expect_swapped();
    servers.start_replication();
    EXPECT_NE(run.segue().out().find("has not come to it within"), std::string::npos)
        << run.segue().out();
}

TEST_F(with_a_replica, the_primary_is_found_from_it) {
    live_run run(servers.primary(), {.rows = 1'000});
    servers.wait_replicated();
    run.start({.postponed = true, .more = servers.arguments_to_find_the_primary()});
    run.segue().wait_for_output("phase: postponed");
    run.session().execute(fmt::format("UPDATE {} SET title='late'", run.table().quoted()));
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
}

TEST_F(with_a_replica, the_primary_may_still_be_named_itself) {
    live_run run(servers.primary(), {.rows = 1'000});
    run.start({.more = {"--allow-on-master", servers.assume_primary()}});
    run.expect_swapped();
    EXPECT_EQ(
        run.times_told(fmt::format("binlog: reading from 127.0.0.1:{}", servers.primary().port())),
        1U);
    run.expect_as_native_alter();
}

TEST_F(with_a_replica, one_that_is_stopped_and_crashes_meanwhile_is_waited_for) {
    live_run run(servers.primary(), {.rows = 5'000, .writing = gentle});
    servers.wait_replicated();
    run.writers().start();
    run.start({.postponed = true, .more = servers.arguments()});
    run.segue().wait_for_output("phase: copy");
    servers.on_replica({"STOP REPLICA"});
    run.writers().wait_for_transactions(100);
    servers.start_replication();
    run.segue().wait_for_output("phase: postponed");
    servers.replica().kill_hard();
    run.writers().wait_for_transactions(100);
    servers.replica().resume();
    servers.start_replication();
    run.segue().wait_for_match(std::regex("reading on from"));
    servers.on_replica({"STOP REPLICA"});
    run.let_cut_over();
    run.segue().wait_for_output("gave way: the stream is behind the binary log's end");
    servers.start_replication();
    run.expect_swapped();
    run.writers().wait_for_transactions(50);
    run.expect_nothing_lost();
}

/// A change that the replica gets, and hands on, long before it is visible on the primary.
class with_a_replica_ahead : public with_a_replica {
  protected:
    /// Segue knows of the change, and waits for it.
    static bool waits(live_run& run) { return run.keys_waiting() >= 60; }
    /// A flush has read its rows, and waits to be committed behind it.
    static bool has_read(live_run& run) { return run.a_flush_waits_for_its_commit(); }

    oracle_answer migrate(const fault_points& faults, bool (*enough)(live_run&)) {
        live_run run(servers.primary(), {.rows = 500});
        servers.wait_replicated();
        run.start({.build = segue_build::faulty,
                   .faults = &faults,
                   .postponed = true,
                   .more = servers.arguments()});
        run.segue().wait_for_output("phase: postponed");
        run.wait_until_flushes_are_known();
        {
            late_replica late(servers.primary().over_tcp(), 0ms);
            late.set_delay(1h);
            std::jthread application([&] {
                run.new_session().execute(fmt::format(
                    "UPDATE {} SET title='changed' WHERE id < -400", run.table().quoted()));
            });
            eventually("the change could have been lost", [&] { return enough(run); });
            late.set_delay(0ms);
            application.join();
            late.check();
        }
        run.let_cut_over();
        run.expect_swapped();
        return compare_with_native_alter(servers.primary().over_tcp(),
                                         {.table = run.table(),
                                          .old_table = run.tables().old,
                                          .alter = std::string(usual_alter)});
    }
};

TEST_F(with_a_replica_ahead, changes_are_carried_over_once_they_are_visible) {
    const auto answer = migrate(fault_points(), waits);
    EXPECT_TRUE(answer.equal()) << answer.text();
}

TEST_F(with_a_replica_ahead, changes_are_lost_without_the_barrier_on_the_primary) {
    fault_points faults;
    faults.leave_out("barrier");
    const auto answer = migrate(faults, has_read);
    EXPECT_GE(answer.differing_rows, 60U) << answer.text();
}

// Else the stream would begin with it, and the migration end.
TEST_F(with_a_replica, what_was_defined_before_the_start_is_waited_for) {
    live_run run(servers.primary(), {.rows = 300});
    servers.wait_replicated();
    auto holder = servers.replica().root();
    holder.execute("FLUSH TABLES WITH READ LOCK");
    run.session().execute(
        fmt::format("ALTER TABLE {} COMMENT='as it was before'", run.table().quoted()));
    run.start({.more = servers.arguments()});
    run.segue().wait_for_output("to catch up");
    EXPECT_EQ(run.times_told("binlog: reading from"), 0U);
    holder.execute("UNLOCK TABLES");
    run.expect_swapped();
    run.expect_as_native_alter();
}

TEST_F(with_a_replica, its_lag_throttles_the_copy) {
    live_run run(servers.primary(), {.rows = 3'000});
    servers.wait_replicated();
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 3});
    run.start({.build = segue_build::faulty,
               .faults = &faults,
               .threads = 1,
               .more = servers.arguments()});
    faults.wait_reached("copier.chunk_committed");
    servers.on_replica({"STOP REPLICA SQL_THREAD"});
    run.segue().wait_for_match(std::regex("State: throttled, lag=[0-9.]+s;"));
    faults.go("copier.chunk_committed");
    servers.start_replication();
    run.expect_swapped();
    run.expect_as_native_alter();
}

TEST_F(with_a_replica, an_xa_transaction_is_followed_through_it) {
    live_run run(servers.primary(), {.rows = 1'000});
    servers.wait_replicated();
    const auto update = [&](unsigned from) {
        return fmt::format("UPDATE {} SET title='by xa' WHERE spare % 10 = {}",
                           run.table().quoted(), from);
    };
    auto early = run.new_session();
    auto late = run.new_session();
    const auto prepare = [](application_session& by, const std::string& xid,
                            const std::string& sql) {
        for (const auto& one : {"XA START " + xid, sql, "XA END " + xid, "XA PREPARE " + xid})
            by.execute(one);
    };
    prepare(early, "'replica early'", update(1));
    run.start({.postponed = true, .more = servers.arguments()});
    run.segue().wait_for_output("waiting for XA transactions");
    early.execute("XA COMMIT 'replica early'");
    run.segue().wait_for_output("phase: postponed");
    prepare(late, "'replica late'", update(2));
    run.let_cut_over();
    run.segue().wait_for_output("cut-over attempt 1 gave way");
    late.execute("XA COMMIT 'replica late'");
    run.expect_swapped();
    run.expect_as_native_alter();
}

// 22: a replica that does not keep the order of commits logs our marker before an earlier change.
TEST_F(with_a_replica, that_loses_the_order_of_commits_the_names_are_not_swapped) {
    live_run run(servers.primary(), {.rows = 1'000});
    servers.wait_replicated();
    fault_points faults;
    faults.pause("migration.before_attempt")
        .pause("cut_over.before_lock")
        .pause("cut_over.marker_seen");
    auto more = servers.arguments();
    more.emplace_back("--cut-over-stall-budget-millis=6000");
    // A heartbeat waits on the replica for the one before it, and for all that came before that.
    more.emplace_back("--heartbeat-interval-millis=1000");
    run.start({.build = segue_build::faulty, .faults = &faults, .more = more});
    faults.wait_reached("migration.before_attempt");
    const auto id =
        run.session()
            .query_value(fmt::format("SELECT id FROM {} ORDER BY id LIMIT 1", run.table().quoted()))
            .value();
    const replica_set_up set(servers, {.before = {"SET GLOBAL replica_preserve_commit_order=OFF"},
                                       .after = {"SET GLOBAL replica_preserve_commit_order=ON"}});
    auto holder = servers.replica().root();
    holder.execute("BEGIN");
    holder.query(fmt::format("SELECT id FROM {} WHERE id={} FOR UPDATE", run.table().quoted(), id));
    faults.go("migration.before_attempt");
    faults.wait_reached("cut_over.before_lock");
    run.session().execute(
        fmt::format("UPDATE {} SET title='late' WHERE id={}", run.table().quoted(), id));
    faults.go("cut_over.before_lock");
    // It comes before the change, which is still held up.
    faults.wait_reached("cut_over.marker_seen");
    faults.go("cut_over.marker_seen");
    run.expect_stopped({"cut-over attempt 1 gave way", "would prove nothing"});
}

}  // namespace
}  // namespace segue::test
