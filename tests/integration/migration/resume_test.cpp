// A run dies, and the same command goes on where it was.
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view goes_on = "going on with what an earlier run left";

// As slow as a busy machine allows, so that Segue keeps up there too.
live_options few_rows() {
    return {.rows = 3'000, .writing = {.rate_per_second = 50}};
}

void expect_killed(segue_process& segue) {
    EXPECT_EQ(segue.wait(), 128 + SIGKILL) << segue.err();
}

struct moment {
    const char* point;
    unsigned long arrival = 1;
    bool copied = false;  ///< There is something to go on with.
};

std::string name_of(const testing::TestParamInfo<moment>& of) {
    std::string name = of.param.point;
    std::replace(name.begin(), name.end(), '.', '_');
    return name + "_" + std::to_string(of.param.arrival);
}

class a_run_that_is_killed : public testing::TestWithParam<moment> {
  protected:
    void die() {
        // A run is gone on with from a place in the log; it is not to die before one is written
        // down.
        const std::string held_at = "copier.chunk_ended";
        const bool held = GetParam().copied && GetParam().point != held_at;
        fault_points faults;
        faults.abort(GetParam().point, {.first = GetParam().arrival});
        if (held) faults.pause(held_at);
        run.writers().start();
        live_run::start_options how{.build = segue_build::faulty, .faults = &faults, .more = more};
        if (held) how.threads = 1;
        run.start(how);
        if (held) {
            faults.wait_reached(held_at);
            run.wait_for_resume_point();
            faults.go(held_at);
        }
        expect_killed(run.segue());
    }
    void expect_no_other_table_than(const std::string& names) {
        EXPECT_EQ(run.session().query_value("SELECT GROUP_CONCAT(table_name ORDER BY table_name) "
                                            "FROM information_schema.tables "
                                            "WHERE table_schema=DATABASE()"),
                  names);
    }
    live_run run{shared_server(), few_rows()};
    std::vector<std::string> more;
};

TEST_P(a_run_that_is_killed, goes_on_by_the_same_command) {
    die();
    run.writers().wait_for_transactions(200);
    run.migrate_while_writers_pause(100, {});
    EXPECT_EQ(run.times_told(goes_on), GetParam().copied ? 1U : 0U) << run.segue().err();
    expect_no_other_table_than("_orders_del,orders");
}

INSTANTIATE_TEST_SUITE_P(before_the_swap, a_run_that_is_killed,
                         testing::Values(moment{"empty_table.created"},
                                         moment{"copier.chunk_committed", 20, true},
                                         moment{"cut_over.before_rename", 1, true}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(
    long_before_the_swap, a_run_that_is_killed,
    testing::Values(moment{"inspection.state_begun"}, moment{"target_table.before_alter"},
                    moment{"migration.table_made"}, moment{"migration.state_complete"},
                    moment{"migration.before_following"}, moment{"copier.chunk_ended", 30, true},
                    moment{"migration.before_attempt", 1, true}, moment{"cut_over.locked", 1, true},
                    moment{"cut_over.flushed", 1, true}),
    name_of);

class a_run_that_is_killed_after_the_swap : public a_run_that_is_killed {};

TEST_P(a_run_that_is_killed_after_the_swap, is_ended_by_the_same_command) {
    more = {"--ok-to-drop-table"};
    die();
    run.writers().wait_for_transactions(100);
    run.start({.more = more});
    run.expect_swapped();
    EXPECT_EQ(run.times_told("Swapped by an earlier run"), 1U) << run.segue().out();
    EXPECT_EQ(run.session().query("SELECT added FROM " + run.table().quoted() + " LIMIT 1").size(),
              1U);
    run.expect_nothing_lost();
    expect_no_other_table_than("orders");
}

INSTANTIATE_TEST_SUITE_P(at, a_run_that_is_killed_after_the_swap,
                         testing::Values(moment{"cut_over.swapped"},
                                         moment{"migration.before_drop", 2}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(long_at, a_run_that_is_killed_after_the_swap,
                         testing::Values(moment{"migration.swapped"},
                                         moment{"migration.before_drop", 1},
                                         moment{"migration.before_drop", 3}),
                         name_of);

TEST(long_a_run_that_is_killed_again_and_again, copies_no_chunk_twice_but_those_in_flight) {
    live_run run(shared_server(), {.rows = 20'000, .writing = {.rate_per_second = 50}});
    run.writers().start();
    constexpr unsigned threads = 2;
    unsigned deaths = 0;
    for (const unsigned long chunk : {20UL, 45UL, 30UL, 25UL}) {
        fault_points faults;
        faults.abort("copier.chunk_ended", {.first = chunk});
        run.start({.build = segue_build::faulty, .faults = &faults, .threads = threads});
        expect_killed(run.segue());
        EXPECT_EQ(run.times_told(goes_on), deaths > 0 ? 1U : 0U) << run.segue().err();
        ++deaths;
        run.writers().wait_for_transactions(30);
    }
    const auto chunks = run.session().query_value(
        "SELECT COUNT(*) FROM " + run.tables().checkpoint.quoted() + " WHERE kind='chunk'");
    const auto below =
        run.session().query_value("SELECT COALESCE(MAX(value->>'$.chunks_below'), 0) FROM " +
                                  run.tables().checkpoint.quoted() + " WHERE kind='watermark'");
    const auto done = std::stoul(chunks.value()) + std::stoul(below.value());
    // Each run ended as many chunks as it was to, and one a worker that was not noted as ended.
    EXPECT_GE(done, 20U + 45U + 30U + 25U - deaths * threads);
    run.migrate_while_writers_pause(100, {});
}

class what_an_earlier_run_left : public testing::Test {
  protected:
    void SetUp() override {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)");
        run.session().execute(
            "INSERT INTO t (a) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 900) SELECT i FROM n");
    }
    void die_in_the_copy() {
        std::vector<std::string> with = more;
        with.emplace_back("--chunk-size=100");
        run.start(alter, {.postponed = true, .more = with});
        run.segue().wait_for_output("phase: postponed");
        run.wait_for_resume_point();
        run.segue().signal(SIGKILL);
        expect_killed(run.segue());
    }
    void wait_for_another_second() {
        const auto now = [&] { return run.session().query_value("SELECT UNIX_TIMESTAMP()"); };
        const auto then = now();
        eventually("another second", [&] { return now() != then; });
    }
    fault_points& faults() { return faults_; }
    void expect_refused(const std::string& with, const std::vector<std::string>& words,
                        const std::vector<std::string>& flags = {}) {
        const auto before = run.everything();
        run.start(with, {.more = flags});
        run.expect_failed(words);
        EXPECT_EQ(run.everything(), before);
    }
    quiet_run run{shared_server()};
    std::vector<std::string> more;
    const std::string alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";

  private:
    fault_points faults_;
};

TEST_F(what_an_earlier_run_left, of_another_alter_is_refused_by_name_and_dropped_when_told) {
    die_in_the_copy();
    expect_refused("ADD COLUMN c INT", {"its ALTER is another", "ADD COLUMN b",
                                        "To go on with it, give the ALTER", "--no-resume"});
    expect_refused("ADD COLUMN c INT", {"its ALTER is another", "--no-resume"}, {"--resume"});
    EXPECT_EQ(run.segue().err().find("To begin anew"), std::string::npos);
    run.start("ADD COLUMN c INT", {.more = {"--initially-drop-ghost-table"}});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("--initially-drop-ghost-table says that what"));
    EXPECT_THAT(run.segue().err(), HasSubstr("900 rows, and its own command would go on"));
    EXPECT_EQ(run.everything(), "_t_del:900 t:900");
    run.expect_as_native_alter("ADD COLUMN c INT");
}

TEST_F(what_an_earlier_run_left, is_gone_on_with_though_the_alter_is_written_otherwise) {
    die_in_the_copy();
    run.start("ALTER TABLE t " + alter, {.more = {"--resume", "--checkpoint"}});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr(goes_on));
    EXPECT_THAT(run.segue().err(), HasSubstr("900 rows are copied"));
}

TEST_F(what_an_earlier_run_left, is_gone_on_with_though_leftovers_are_to_be_dropped) {
    die_in_the_copy();
    run.start(alter, {.more = {"--initially-drop-ghost-table"}});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr(goes_on));
}

TEST_F(what_an_earlier_run_left, is_dropped_when_told_to_begin_anew) {
    die_in_the_copy();
    run.start(alter, {.more = {"--no-resume"}});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), testing::Not(HasSubstr(goes_on)));
    EXPECT_THAT(run.segue().err(), HasSubstr("--no-resume says that what an earlier run ("));
    EXPECT_THAT(run.segue().err(),
                HasSubstr("left is dropped: it had copied 900 rows, and the same command without "
                          "it would go on from there. Its ALTER: " +
                          alter));
    run.expect_as_native_alter(alter);
}

TEST_F(what_an_earlier_run_left, is_needed_where_a_run_may_only_go_on) {
    expect_refused(alter, {"there is no run of", "--resume"}, {"--resume"});
}

TEST_F(what_an_earlier_run_left, is_refused_when_the_table_is_another_one) {
    die_in_the_copy();
    run.session().execute("ALTER TABLE t ADD COLUMN z INT, ALGORITHM=INSTANT");
    expect_refused(alter, {"the definition of the table is another: '  `z` int DEFAULT NULL', "
                           "which was not there before"});
}

TEST_F(what_an_earlier_run_left, is_refused_when_the_new_table_is_another_one) {
    die_in_the_copy();
    run.session().execute("ALTER TABLE _t_gho ADD COLUMN z INT");
    run.start(alter);
    run.expect_failed({"`z` int"});
}

TEST_F(what_an_earlier_run_left, is_of_no_use_when_somebody_emptied_the_new_table) {
    die_in_the_copy();
    run.session().execute("TRUNCATE TABLE _t_gho");
    run.start(alter);
    run.expect_failed({"the new table", "was emptied by somebody else"});
    run.expect_failed({"The original table is untouched"});
}

TEST_F(what_an_earlier_run_left, is_of_no_use_when_the_table_was_emptied_by_ddl) {
    die_in_the_copy();
    run.session().execute("TRUNCATE TABLE t");
    run.start(alter);
    run.expect_failed({"was redefined by another session", "or start again with --no-resume"});
    // The next one need not read the log to know.
    expect_refused(alter, {"cannot be gone on with", "was redefined by another session"});
}

TEST_F(what_an_earlier_run_left, is_refused_when_the_log_was_purged) {
    die_in_the_copy();
    run.session().execute("INSERT INTO t (a) VALUES (7)");
    run.session().execute("FLUSH BINARY LOGS");
    const auto logs = run.session().query("SHOW BINARY LOGS");
    run.session().execute("PURGE BINARY LOGS TO '" + logs.back().at(0).value() + "'");
    expect_refused(alter, {"does not hold all that came since", "purged",
                           "No run can go on with it. To give it up and begin anew, say "
                           "--no-resume"});
    run.start(alter, {.more = {"--initially-drop-ghost-table"}});
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST_F(what_an_earlier_run_left, without_its_new_table_is_refused) {
    die_in_the_copy();
    run.session().execute("DROP TABLE _t_gho");
    expect_refused(alter, {"_t_gho` is gone", "--no-resume"});
}

TEST_F(what_an_earlier_run_left, of_another_format_is_not_read) {
    die_in_the_copy();
    run.session().execute("UPDATE _t_ghk SET value='1' WHERE kind='format'");
    expect_refused(alter, {"written by another version of Segue"});
    expect_refused(alter, {"written by another version of Segue"}, {"--no-resume"});
}

TEST_F(what_an_earlier_run_left, has_the_triggers_of_an_attempt_taken_back) {
    run.session().execute("CREATE TABLE log (a INT)");
    run.session().execute(
        "CREATE TRIGGER t_ai AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.a)");
    more = {"--include-triggers", "--trigger-suffix=_new"};
    faults().abort("cut_over.triggers_made");
    run.start(alter,
              {.build = segue_build::faulty, .faults = &faults(), .postponed = true, .more = more});
    run.segue().wait_for_output("phase: postponed");
    run.wait_for_resume_point();
    run.let_cut_over();
    expect_killed(run.segue());
    run.start(alter, {.more = more});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr(goes_on));
    run.session().execute("INSERT INTO t (a) VALUES (55)");
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM log WHERE a=55"), "1");
}

TEST_F(what_an_earlier_run_left, is_told_of_by_a_rehearsal) {
    const auto rehearse = [&](const std::vector<std::string>& with, const char* words) {
        const auto before = run.everything();
        std::vector<std::string> flags = with;
        flags.emplace_back("--execute=false");
        run.start(alter, {.more = flags});
        run.expect_swapped();  // exit code 0
        EXPECT_THAT(run.segue().out(), HasSubstr(words));
        EXPECT_EQ(run.everything(), before);
    };
    die_in_the_copy();
    rehearse({}, "1. go on with what an earlier run (");
    rehearse({"--no-resume"}, "_t_gho` (about ");
    EXPECT_THAT(run.segue().out(), HasSubstr("rows), as --no-resume says"));
    run.start(alter, {.more = {"--no-resume", "--verify=sample=5%"}});
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("verified: "));
    run.session().execute("DROP TABLE _t_del");
    faults().abort("migration.swapped");
    run.start("ADD COLUMN c INT", {.build = segue_build::faulty, .faults = &faults()});
    expect_killed(run.segue());
    run.start("ADD COLUMN c INT", {.more = {"--execute=false"}});
    run.expect_swapped();  // exit code 0
    EXPECT_THAT(run.segue().out(), HasSubstr("has swapped the\ntables already"));
    EXPECT_THAT(run.segue().out(), HasSubstr("1. drop "));
}

// The name has the moment of the first start in it.
TEST_F(what_an_earlier_run_left, keeps_the_name_of_the_old_table) {
    more = {"--timestamp-old-table"};
    die_in_the_copy();
    const auto old_table =
        run.session().query_value("SELECT value FROM _t_ghk WHERE kind='old_table'").value();
    wait_for_another_second();
    run.start(alter, {.more = more});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), old_table + ":900 t:900");
}

// Nothing but its old table tells that this swap is done: the definition is as it was.
TEST_F(what_an_earlier_run_left, is_dropped_behind_a_swap_under_a_name_with_a_time) {
    more = {"--timestamp-old-table", "--ok-to-drop-table"};
    faults().abort("migration.swapped");
    run.start("ENGINE=InnoDB", {.build = segue_build::faulty, .faults = &faults(), .more = more});
    expect_killed(run.segue());
    wait_for_another_second();
    run.start("ENGINE=InnoDB", {.more = more});
    run.expect_swapped();
    EXPECT_THAT(run.segue().out(), HasSubstr("Swapped by an earlier run"));
    EXPECT_EQ(run.everything(), "t:900");
}

TEST(a_log_that_is_purged_soon, is_told_of_at_the_start) {
    const global_setting expiry(shared_server(), "binlog_expire_logs_seconds", "3600");
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("binlog_expire_logs_seconds is 3600: "));
}

class a_place_in_the_oldest_log : public testing::TestWithParam<std::vector<std::string>> {
  protected:
    void leave_a_place_in_the_oldest_file() {
        run.session().execute("PURGE BINARY LOGS TO " + quoted_literal(last_file()));
        run.session().execute("FLUSH BINARY LOGS");
    }
    std::string last_file() {
        return run.session().query("SHOW BINARY LOGS").back()[0].value_or("");
    }
    quiet_run run{shared_server(GetParam())};
};

TEST_P(a_place_in_the_oldest_log, is_told_of_when_a_run_goes_on_from_it) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    run.wait_for_resume_point();
    run.segue().signal(SIGKILL);
    expect_killed(run.segue());
    run.let_cut_over();
    const std::string oldest = last_file();
    leave_a_place_in_the_oldest_file();
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
    EXPECT_THAT(run.segue().err(), HasSubstr("from its oldest file on, " + oldest));
}

// What a prepared transaction has changed has to be read again, for as long as it is prepared.
TEST_P(a_place_in_the_oldest_log, is_told_of_while_a_run_cannot_leave_it) {
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY)");
    run.start("ADD COLUMN b INT", {.postponed = true, .more = {"--checkpoint-seconds=1"}});
    run.segue().wait_for_output("phase: postponed");
    {
        application_session other(run.server().over_tcp(), run.schema());
        other.execute("XA START 'x'");
        other.execute("INSERT INTO t VALUES (1)");
        other.execute("XA END 'x'");
        other.execute("XA PREPARE 'x'");
    }
    const std::string oldest = last_file();
    leave_a_place_in_the_oldest_file();
    run.segue().wait_for_output("from its oldest file on, " + oldest);
    run.session().execute("XA COMMIT 'x'");
    run.let_cut_over();
    run.expect_swapped();
}

INSTANTIATE_TEST_SUITE_P(, a_place_in_the_oldest_log,
                         testing::Values(std::vector<std::string>{},
                                         std::vector<std::string>{
                                             "--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"}));

TEST(without_gtids, a_run_goes_on_by_its_place_in_a_file) {
    live_run run(shared_server({"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"}), few_rows());
    run.writers().start();
    run.kill_in_the_copy({});
    run.writers().wait_for_transactions(100);
    run.session().execute("FLUSH BINARY LOGS");
    run.writers().wait_for_transactions(100);
    run.migrate_while_writers_pause(100, {});
    EXPECT_EQ(run.times_told(goes_on), 1U) << run.segue().err();
}

}  // namespace
}  // namespace segue::test
