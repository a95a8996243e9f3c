// Segue's connections are killed, and its writes to the ghost are held up and made to deadlock.
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <random>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

/// An account of Segue's own, so that its connections are known.
class connections_of_segue : public testing::TestWithParam<bool> {
  protected:
    connections_of_segue() {
        admin.execute("CREATE USER IF NOT EXISTS segue_alone IDENTIFIED BY 'alone'");
        admin.execute("GRANT ALL ON *.* TO segue_alone");
    }
    static live_options options() {
        live_options with{.rows = 30'000};
        if (!GetParam()) with.spec.unique_column.clear();
        with.writing.rate_per_second = 60;
        return with;
    }
    static live_run::start_options as_segue_alone(bool postponed) {
        return {.postponed = postponed,
                .more = {"--user=segue_alone", "--password=alone", "--default-retries=1000"}};
    }
    std::vector<row> connections() {
        return admin.query(
            "SELECT processlist_id FROM performance_schema.threads WHERE processlist_user="
            "'segue_alone' AND processlist_command <> 'Killed' ORDER BY 1");
    }
    /// Returns whether there was one.
    bool kill_one() {
        const auto all = connections();
        if (all.empty()) return false;
        try {
            admin.execute("KILL " + *all[random() % all.size()][0]);
        } catch (const error& gone) {
            if (gone.mysql_errno() != er::no_such_thread) throw;
            return false;
        }
        return true;
    }

    application_session admin{shared_server().over_tcp()};
    const std::uint64_t seed = std::random_device()();
    std::mt19937_64 random{seed};
};

TEST_P(connections_of_segue, are_killed_at_random_and_nothing_is_lost) {
    fmt::print(stderr, "killing with seed {}\n", seed);
    live_run run(shared_server(), options());
    run.writers().start();
    run.start(as_segue_alone(true));
    run.segue().wait_for_output("phase: copy");
    // Not so often, and not for so long, that nothing could be done between.
    const auto kill_some = [&](unsigned count) {
        for (unsigned killed = 0; killed < count && run.segue().running();) {
            if (kill_one()) ++killed;
            run.writers().wait_for_transactions(10);
        }
    };
    kill_some(40);
    run.segue().wait_for_output("phase: postponed");
    kill_some(15);
    while (run.segue().running() && run.times_told("trying again") < 10) kill_some(1);
    run.let_cut_over();
    kill_some(8);
    run.expect_swapped();
    run.writers().wait_for_transactions(50);
    run.expect_nothing_lost();
}

TEST_P(connections_of_segue, are_killed_all_at_once_and_the_table_is_as_the_native_alter_makes_it) {
    live_run run(shared_server(), options());
    run.writers().start();
    run.start(as_segue_alone(true));
    run.segue().wait_for_output("phase: copy");
    for (unsigned rounds = 0; rounds < 6; ++rounds) {
        for (const auto& id : connections()) {
            try {
                admin.execute("KILL " + *id[0]);
            } catch (const error& gone) {
                if (gone.mysql_errno() != er::no_such_thread) throw;
            }
        }
        run.writers().wait_for_transactions(60);
    }
    run.segue().wait_for_output("phase: postponed");
    run.writers().wait_for_transactions(100);
    run.writers().pause();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
    run.expect_nothing_lost();
}

TEST_P(connections_of_segue, that_wait_for_the_ghost_or_deadlock_on_it_try_again) {
    live_run run(shared_server(), options());
    const auto ghost = run.tables().ghost.quoted();
    run.writers().start();
    run.start(as_segue_alone(true));
    run.segue().wait_for_output("phase: copy");
    const auto waits = [&] {
        return admin.query_value(
                   "SELECT COUNT(*) FROM performance_schema.data_lock_waits w JOIN "
                   "performance_schema.threads t ON t.thread_id=w.requesting_thread_id "
                   "WHERE t.processlist_user='segue_alone'") != "0";
    };
    auto holder = run.new_session();
    holder.execute("SET SESSION innodb_lock_wait_timeout=1");
    unsigned held = 0;
    unsigned rounds = 0;
    // Rows and gaps, in descending order: a flush that goes upwards meets it half-way.
    for (; held < 8 && rounds < 500; ++rounds) {
        try {
            holder.execute("BEGIN");
            holder.query("SELECT id FROM " + ghost + " ORDER BY id DESC LIMIT 3000 FOR UPDATE");
            holder.query("SELECT id FROM " + ghost + " ORDER BY id LIMIT 3000 FOR UPDATE");
            if (!eventually("segue waits for a row of the ghost", waits)) break;
            ++held;
        } catch (const error& failure) {
            // The test itself may be the one that waits too long, or the deadlock's victim.
            if (failure.mysql_errno() != 1205 && failure.mysql_errno() != 1213) throw;
        }
        holder.execute("ROLLBACK");
        run.writers().wait_for_transactions(20);
    }
    EXPECT_EQ(held, 8U) << "in " << rounds << " rounds";
    run.segue().wait_for_output("phase: postponed");
    // Longer than Segue's own innodb_lock_wait_timeout.
    holder.execute("BEGIN");
    holder.query("SELECT id FROM " + ghost + " FOR UPDATE");
    const auto retries = run.times_told("trying again");
    eventually("a flush gave up waiting and is tried again",
               [&] { return run.times_told("trying again") > retries; });
    holder.execute("ROLLBACK");
    run.writers().wait_for_transactions(50);
    run.writers().pause();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
    run.expect_nothing_lost();
}

INSTANTIATE_TEST_SUITE_P(with, connections_of_segue, testing::Bool(), [](const auto& each) {
    return std::string(each.param ? "a_second_unique_index" : "one_unique_index");
});

}  // namespace
}  // namespace segue::test
