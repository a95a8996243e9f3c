// The new table is compared before the swap: throttled like copying, and gone on with by the run
// that comes after one that died.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view range_ended = "verification.range_ended";
constexpr unsigned long ranges = 30;

class a_verification : public testing::Test {
  protected:
    explicit a_verification(sandbox_server& on = shared_server()) : run(on) {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        run.session().execute("SET SESSION cte_max_recursion_depth=10000");
        run.session().execute(
            "INSERT INTO t (a) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 3000) SELECT i FROM n");
    }
    /// By 30 ranges; a run that stops when so many are compared, and one turn that begins.
    void start_and_stop_behind(unsigned long compared, std::vector<std::string> more = {}) {
        faults.pause(range_ended, {.first = compared + 1});
        start(std::move(more), &faults);
        faults.wait_reached(range_ended);
    }
    void start(std::vector<std::string> more = {}, const fault_points* switched = nullptr) {
        for (const char* const one :
             {"--threads=1", "--chunk-size=100", "--checkpoint-seconds=1", "--verbose"})
            more.emplace_back(one);
        run.start(alter, {.build = segue_build::faulty, .faults = switched, .more = more});
    }
    void die_behind(unsigned long compared, std::vector<std::string> more = {}) {
        start_and_stop_behind(compared, std::move(more));
        run.wait_until("how far it is stands in the state", [&] { return ranges_in_state() > 0; });
        run.segue().signal(SIGKILL);
        EXPECT_EQ(run.segue().wait(), 128 + SIGKILL) << run.segue().err();
    }
    unsigned long ranges_in_state() {
        const auto found =
            run.session().query("SELECT value->>'$.ranges' FROM _t_ghk WHERE kind='verified'");
        return found.empty() ? 0 : std::stoul(found.front().at(0).value());
    }
    /// Statements by which ranges were compared, of all runs.
    unsigned long compared() {
        return std::stoul(run.session()
                              .query_value("SELECT COALESCE(SUM(COUNT_STAR), 0) FROM "
                                           "performance_schema.events_statements_summary_by_digest "
                                           "WHERE SCHEMA_NAME=DATABASE() AND DIGEST_TEXT LIKE "
                                           "'SELECT COUNT ( * ) , COALESCE%LEFT JOIN%'")
                              .value());
    }
    void change_new_table(const std::string& statement) {
        application_session somebody(run.server().over_tcp(), run.schema());
        somebody.execute("SET SESSION sql_log_bin=0");
        somebody.execute(statement);
    }

    const std::string alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";
    quiet_run run;
    fault_points faults;
};

class long_a_verification_before : public a_verification {};

TEST_F(a_verification, that_was_killed_goes_on_where_it_was) {
    die_behind(20);
    const auto before = ranges_in_state();
    EXPECT_EQ(compared(), 20U);
    start();
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(),
                HasSubstr("an earlier run has verified " + std::to_string(before * 100) + " rows"));
    EXPECT_THAT(run.segue().err(),
                HasSubstr("verified: 3000 rows of the original and 3000 of the new table"));
    // None but those that were not written down, and the open one behind the last key.
    EXPECT_LE(compared(), 20U + (ranges - before) + 1);
    run.expect_as_native_alter(alter);
}

TEST_F(long_a_verification_before, that_was_done_is_not_made_again) {
    start({"--postpone-cut-over-flag-file=" + run.flag().string()}, nullptr);
    run.segue().wait_for_output("phase: postponed");
    run.wait_until("that it is done stands in the state", [&] {
        return !run.session()
                    .query("SELECT 1 FROM _t_ghk WHERE kind='verified' AND value->'$.done'=true")
                    .empty();
    });
    run.segue().signal(SIGKILL);
    EXPECT_EQ(run.segue().wait(), 128 + SIGKILL);
    const auto before = compared();
    run.session().execute("UPDATE t SET a=0 WHERE id%10=0");
    std::filesystem::remove(run.flag());
    start();
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("an earlier run has verified 3000 rows"));
    EXPECT_EQ(compared(), before);
    run.expect_as_native_alter(alter);
}

// In a range that was compared before it died, and so was one behind it.
TEST_F(a_verification, that_was_killed_with_a_difference_finds_it_again) {
    faults.pause("copier.chunk_committed", {.first = 20});
    faults.pause(range_ended, {.first = 16});
    start({}, &faults);
    faults.wait_reached("copier.chunk_committed");
    change_new_table("UPDATE _t_gho SET a=-1 WHERE id=450");
    faults.go("copier.chunk_committed");
    faults.wait_reached(range_ended);
    run.wait_until("how far it is stands in the state", [&] { return ranges_in_state() > 0; });
    run.segue().signal(SIGKILL);
    EXPECT_EQ(run.segue().wait(), 128 + SIGKILL);
    EXPECT_LE(ranges_in_state(), 4U);
    start();
    run.expect_failed({"the new table is not what the original gives: 1 row differs", "id=450"});
}

TEST_F(long_a_verification_before, of_another_kind_begins_anew) {
    die_behind(20);
    start({"--verify=sample=50%"});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("is verified anew: --verify was another one"));
}

TEST_F(long_a_verification_before, of_a_sample_goes_on_with_the_same_one) {
    die_behind(20, {"--verify=sample=50%"});
    const auto seed = [&] {
        return run.session().query_value(
            "SELECT value->>'$.seed' FROM _t_ghk WHERE kind='verified'");
    };
    const auto before = seed();
    faults.go(range_ended);
    start({"--verify=sample=50%", "--postpone-cut-over-flag-file=" + run.flag().string()});
    run.segue().wait_for_output("phase: postponed");
    EXPECT_THAT(run.segue().err(), HasSubstr("an earlier run has verified"));
    EXPECT_EQ(seed(), before);
    run.segue().signal(SIGTERM);
    run.expect_failed({});
}

TEST_F(long_a_verification_before, on_another_server_begins_anew) {
    die_behind(20);
    run.session().execute(
        "UPDATE _t_ghk SET value=JSON_SET(value, '$.server', 'another') WHERE kind='verified'");
    start();
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("is verified anew: the server was restarted since"));
    EXPECT_GE(compared(), 20U + ranges);
}

TEST_F(a_verification, waits_while_copying_is_throttled) {
    const auto flag = std::filesystem::path(run.flag().string() + "_throttle");
    start_and_stop_behind(5, {"--throttle-additional-flag-file=" + flag.string()});
    std::ofstream(flag) << "";
    run.segue().wait_for_output("State: throttled");
    faults.go(range_ended);
    const auto heartbeat = [&] {
        return run.session().query_value("SELECT value FROM _t_ghc WHERE hint='heartbeat'");
    };
    const auto heartbeats = [&](int wanted) {
        for (int seen = 0; seen < wanted; ++seen) {
            const auto last = heartbeat();
            run.wait_until("another heartbeat", [&] { return heartbeat() != last; });
        }
    };
    heartbeats(3);  // A range that was begun before has ended.
    const auto before = compared();
    EXPECT_LT(before, ranges);
    heartbeats(10);
    EXPECT_EQ(compared(), before);
    std::filesystem::remove(flag);
    run.expect_swapped();
}

// Before the swap would find it, which may be days later.
TEST_F(a_verification, that_meets_a_lock_tells_who_holds_it) {
    start_and_stop_behind(2);
    run.session().execute("LOCK TABLES _t_gho WRITE");
    faults.go(range_ended);
    run.segue().wait_for_output("the transaction of connection " +
                                std::to_string(run.session().connection_id()) +
                                " holds the table (");
    run.session().execute("UNLOCK TABLES");
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST_F(a_verification, finds_another_definition_that_no_log_tells) {
    start_and_stop_behind(20, {"--postpone-cut-over-flag-file=" + run.flag().string()});
    change_new_table("ALTER TABLE _t_gho ADD INDEX (a)");
    faults.go(range_ended);
    run.expect_failed({"the new table `" + run.schema() + "`.`_t_gho` was changed by somebody else",
                       "The original table is untouched"});
    EXPECT_THAT(run.segue().err(), Not(HasSubstr("phase: postponed")));
}

TEST_F(a_verification, tells_rows_and_what_the_swap_makes_of_auto_increment) {
    run.session().execute("INSERT INTO t VALUES (5000, 1)");
    run.session().execute("DELETE FROM t WHERE id=5000");
    const auto report = run.flag().string() + "_report";
    start({"--report=" + report});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(),
                HasSubstr("AUTO_INCREMENT is 5001 in the original and 3001 in the new table"));
    run.session().execute("INSERT INTO t (a) VALUES (1)");
    EXPECT_EQ(run.session().query_value("SELECT LAST_INSERT_ID()"), "5001");
    std::ifstream written(report);
    const std::string text{std::istreambuf_iterator<char>(written), {}};
    EXPECT_THAT(text, HasSubstr("\"verified\": 3000"));
    EXPECT_THAT(text, HasSubstr("\"verified_in_new_table\": 3000"));
    std::filesystem::remove(report);
}

// On a server of that version, empty for any.
class long_a_verification_on : public testing::TestWithParam<std::string> {};

// What an update would take for no change: where a row is written over, it has to be another one.
TEST_P(long_a_verification_on, finds_values_that_are_equal_and_others_carried_over) {
    if (!GetParam().empty())
        if (const auto why = why_not_to_be_had(GetParam())) GTEST_SKIP() << *why;
    quiet_run run(shared_server({}, GetParam()));
    // Each row changes in one column.
    const std::string values =
        "(1, JSON_ARRAY(1), 1, 1, '{}'), (2, JSON_ARRAY(1.0), 1, 1, '{}'), "
        "(3, '[]', -0e0, 1, '{}'), (4, '[]', 1, 0e0, '{}'), (5, '[]', 1, 1, '[1.0]'), "
        "(6, JSON_OBJECT('d', DATE'2020-01-01', 't', JSON_ARRAY(TIME'10:00:00')), -0e0, 1, '{}')";
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, j JSON, d DOUBLE, f FLOAT, s VARCHAR(20))");
    run.session().execute("INSERT INTO t VALUES " + values);
    fault_points faults;
    faults.pause(range_ended);
    const std::string alter = "MODIFY f DOUBLE, MODIFY s JSON";
    run.start(alter, {.build = segue_build::faulty, .faults = &faults});
    faults.wait_reached(range_ended);
    run.session().execute(
        "REPLACE INTO t VALUES (1, JSON_ARRAY(1.0), 1, 1, '{}'), "
        "(2, JSON_ARRAY(1.0e0), 1, 1, '{}'), (3, '[]', 0e0, 1, '{}'), (4, '[]', 1, -0e0, '{}'), "
        "(5, '[]', 1, 1, '[1]')");
    faults.go(range_ended);
    run.expect_swapped();
    const auto all = [&](const std::string& table) {
        return run.session().query_value(
            "SELECT GROUP_CONCAT(CAST(j AS CHAR), JSON_TYPE(j->'$[0]'), d, f, CAST(s AS CHAR) "
            "ORDER BY id) FROM " +
            table);
    };
    EXPECT_EQ(all("t"), all("_t_del"));
    run.expect_as_native_alter(alter);
}

INSTANTIATE_TEST_SUITE_P(long_of, long_a_verification_on, testing::Values("", "8.0"),
                         [](const auto& given) { return given.param.empty() ? "any" : "8_0"; });

/// Of these tests alone, as it is killed.
sandbox_server& mortal_server() {
    return shared_server({"--innodb-flush-log-at-trx-commit=1", "--sync-binlog=1"});
}

class long_a_verification_before_a_restart : public a_verification {
  protected:
    long_a_verification_before_a_restart() : a_verification(mortal_server()) {}
};

// Nobody has seen which settings it had when it went down.
TEST_F(long_a_verification_before_a_restart, of_the_server_begins_anew) {
    die_behind(20);
    mortal_server().kill_hard();
    mortal_server().resume();
    start();
    EXPECT_EQ(run.segue().wait(), 0) << run.segue().err();
    EXPECT_THAT(run.segue().err(), HasSubstr("is verified anew: the server was restarted since"));
    EXPECT_THAT(run.segue().err(), HasSubstr("verified: 3000 rows of the original"));
}

}  // namespace
}  // namespace segue::test
