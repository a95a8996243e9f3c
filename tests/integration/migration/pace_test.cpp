// What the operator's --nice-ratio and --critical-load do to a run.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <regex>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr unsigned rows = 1'000;
const std::string alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";

class a_pace : public testing::Test {
  protected:
    a_pace() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL)");
        run.session().execute(
            fmt::format("INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM "
                        "n WHERE i<{}) SELECT i, 0 FROM n",
                        rows));
    }
    std::string ghost_value(const std::string& expression) {
        return run.session().query_value("SELECT " + expression + " FROM _t_gho").value_or("");
    }
    /// How many of its status lines so far tell that.
    std::size_t lines_with(const std::string& pattern) const {
        const std::regex wanted("Copy: [^\n]*" + pattern);
        const auto out = const_cast<quiet_run&>(run).segue().out();
        return static_cast<std::size_t>(
            std::distance(std::sregex_iterator(out.begin(), out.end(), wanted), {}));
    }
    void await_more_lines_with(const std::string& pattern, std::size_t more) {
        const auto before = lines_with(pattern);
        ASSERT_TRUE(eventually(pattern, [&] { return lines_with(pattern) >= before + more; }))
            << run.segue().out() << run.segue().err();
    }

    quiet_run run{shared_server()};
};

TEST_F(a_pace, whose_worker_rests_holds_no_keys_meanwhile) {
    fault_points faults;
    faults.pause("copier.chunk_read", {.first = 2});  // the first one is the tail's
    run.start(alter, {.build = segue_build::faulty,
                      .faults = &faults,
                      .more = {"--threads=1", "--chunk-size=100", "--nice-ratio=100",
                               "--chunk-time=10000"}});
    faults.wait_reached("copier.chunk_read");
    // A chunk that takes seconds is followed by a rest of minutes.
    await_more_lines_with("", 3);
    faults.go("copier.chunk_read");
    ASSERT_TRUE(eventually("the first chunk", [&] { return ghost_value("COUNT(*)") == "100"; }));
    run.session().execute("UPDATE t SET a=7 WHERE id=150");
    run.session().execute("UPDATE t SET a=7 WHERE id=5");
    await_more_lines_with("Applied: 1; Backlog: 0/", 1);
    EXPECT_EQ(ghost_value("SUM(a)"), "7");
    EXPECT_EQ(ghost_value("COUNT(*)"), "100");
    run.segue().signal(SIGTERM);
    run.expect_failed({"stopped by a signal"});
}

// Seconds of waiting would be followed by a rest of minutes.
TEST_F(a_pace, that_is_nice_does_not_take_a_wait_for_a_lock_for_work) {
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 4});
    run.start(alter, {.build = segue_build::faulty,
                      .faults = &faults,
                      .more = {"--threads=1", "--chunk-size=200", "--nice-ratio=100",
                               "--chunk-time=10", "--verify=none"}});
    faults.wait_reached("copier.chunk_committed");
    run.session().execute("LOCK TABLES t WRITE, _t_gho WRITE");
    faults.go("copier.chunk_committed");
    const auto waits_for = [&](const std::string& seconds) {
        application_session looks(run.server().over_tcp());
        return looks.query_value(
                   "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE DB='" + run.schema() +
                   "' AND STATE='Waiting for table metadata lock' AND TIME>=" + seconds) != "0";
    };
    run.wait_until("a chunk waits", [&] { return waits_for("4"); });
    run.session().execute("UNLOCK TABLES");
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

// As behind a crash of the server.
TEST_F(a_pace, is_told_by_what_is_copied_where_the_estimate_is_of_long_ago) {
    run.session().execute("CREATE TABLE few LIKE t");
    run.session().execute("ALTER TABLE few STATS_PERSISTENT=1, STATS_AUTO_RECALC=0");
    run.session().execute("INSERT INTO few SELECT * FROM t LIMIT 37");
    run.session().execute("ANALYZE TABLE few");
    run.session().execute("INSERT INTO few SELECT * FROM t WHERE id>37");
    run.session().execute("DROP TABLE t");
    run.session().execute("RENAME TABLE few TO t");
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 5});
    run.start(alter, {.build = segue_build::faulty,
                      .faults = &faults,
                      .more = {"--threads=1", "--chunk-size=100"}});
    faults.wait_reached("copier.chunk_committed");
    await_more_lines_with("State: migrating; ETA: N/A", 2);
    EXPECT_EQ(lines_with("\\d\\d\\d/37 "), 0U) << run.segue().out();
    EXPECT_GT(lines_with("(\\d00)/\\1 100.0%"), 0U) << run.segue().out();
    faults.go("copier.chunk_committed");
    run.expect_swapped();
}

TEST_F(a_pace, that_is_nice_copies_everything) {
    run.start(alter, {.more = {"--chunk-size=100", "--nice-ratio=0.5"}});
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

/// The load is the number of prepared statements, which nobody but the test has.
class a_load : public a_pace {
  protected:
    a_load() { reach(); }
    ~a_load() override { fall(); }
    void reach() { load.execute("PREPARE one FROM 'SELECT 1'"); }
    void fall() {
        load.execute("PREPARE one FROM 'DO 1'");
        load.execute("DEALLOCATE PREPARE one");
    }

    application_session load{shared_server().over_tcp(), run.schema()};
    const std::string critical = "--critical-load=Prepared_stmt_count=1";
};

TEST_F(a_load, that_is_critical_again_ends_the_run_and_leaves_the_original) {
    const auto before = run.session().query("SHOW CREATE TABLE t");
    run.start(alter, {.more = {critical, "--critical-load-interval-millis=300"}});
    run.expect_failed({"critical-load met once: Prepared_stmt_count=1, >=1",
                       "FATAL critical-load met again after 300 millis: Prepared_stmt_count=1, >=1",
                       "The original table is untouched"});
    EXPECT_EQ(run.session().query("SHOW CREATE TABLE t"), before);
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM t"), std::to_string(rows));
}

TEST_F(a_load, that_is_critical_has_copy_replay_and_swap_hibernate) {
    run.start(alter,
              {.postponed = true, .more = {critical, "--critical-load-hibernate-seconds=2"}});
    await_more_lines_with(
        "State: throttled, (critical-load-hibernate until \\d{4}-|leaving hibernation)", 1);
    EXPECT_EQ(ghost_value("COUNT(*)"), "0");
    // Into the tail, whose changes are replayed from the start.
    run.session().execute(fmt::format("INSERT INTO t VALUES ({}, 1)", rows + 1));
    await_more_lines_with("Applied: 0; Backlog: 1/", 3);
    EXPECT_EQ(ghost_value("COUNT(*)"), "0");
    fall();
    await_more_lines_with("State: postponing cut-over", 1);
    EXPECT_EQ(ghost_value("COUNT(*)"), std::to_string(rows + 1));
    const auto met = [&] {
        const auto told = run.segue().err();
        return told.rfind("critical-load met");
    };
    const auto met_before = met();
    reach();
    ASSERT_TRUE(eventually("hibernation", [&] { return met() != met_before; }));
    run.let_cut_over();
    await_more_lines_with("State: throttled, (critical-load-hibernate|leaving hibernation)", 3);
    EXPECT_TRUE(run.segue().running());
    fall();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

}  // namespace
}  // namespace segue::test
