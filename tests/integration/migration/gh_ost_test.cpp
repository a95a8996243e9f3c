// gh-ost beside Segue: its lock, and its tables, as gh-ost makes them.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class beside_gh_ost : public testing::Test {
  protected:
    beside_gh_ost() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    }
    std::string lock() const { return "gh-ost::" + run.schema() + ".t"; }
    /// As gh-ost asks for it when it starts.
    bool gh_ost_gets_lock(application_session& gh_ost) const {
        return gh_ost.query_value("SELECT GET_LOCK('" + lock() + "', 0)") == "1";
    }
    std::string lock_holder() {
        return run.session().query_value("SELECT IS_USED_LOCK('" + lock() + "')").value_or("");
    }
    void make_changelog() {
        run.session().execute(
            R"(CREATE TABLE _t_ghc (
                 id bigint unsigned auto_increment,
                 last_update timestamp not null DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
                 hint varchar(64) charset ascii not null,
                 value varchar(4096) charset ascii not null,
                 primary key(id),
                 unique key hint_uidx(hint)
               ) auto_increment=256 comment='gh-ost changelog')");
        beat(0);
    }
    void beat(int number) {
        run.session().execute(
            fmt::format("INSERT INTO _t_ghc (id, hint, value) VALUES (NULLIF(1, 0), 'heartbeat', "
                        "'2026-11-27T12:00:00.{:09}Z') ON DUPLICATE KEY UPDATE "
                        "last_update=NOW(), value=VALUES(value)",
                        number));
    }
    void make_checkpoint(int is_cutover) {
        run.session().execute(
            R"(CREATE TABLE _t_ghk (
                 `gh_ost_chk_id` bigint auto_increment primary key,
                 `gh_ost_chk_timestamp` bigint,
                 `gh_ost_chk_coords` text charset ascii,
                 `gh_ost_chk_iteration` bigint,
                 `gh_ost_rows_copied` bigint,
                 `gh_ost_dml_applied` bigint,
                 `gh_ost_is_cutover` tinyint(1) DEFAULT '0',
                 `id_min` int,
                 `id_max` int
               ))");
        run.session().execute(
            fmt::format("INSERT INTO _t_ghk VALUES (NULL, unix_timestamp(now()), 'binlog.1:4', 1, "
                        "1000, 0, 0, 1, 2), (NULL, unix_timestamp(now()), 'binlog.1:9', 2, 1000, "
                        "0, {}, 1, 2)",
                        is_cutover));
    }
    void expect_left_alone(const std::vector<std::string>& told,
                           const std::vector<std::string>& flags) {
        const auto before = run.everything();
        for (const auto& flag : flags) {
            run.start("ADD COLUMN b INT", {.more = {flag}});
            run.expect_failed(told);
            EXPECT_EQ(run.everything(), before);
        }
    }

    quiet_run run{shared_server()};
    const std::vector<std::string> whatever_is_asked{"--execute", "--execute=false",
                                                     "--initially-drop-ghost-table",
                                                     "--initially-drop-old-table"};
};

TEST_F(beside_gh_ost, that_has_its_lock_nothing_begins) {
    application_session gh_ost(shared_server().over_tcp(), run.schema());
    ASSERT_TRUE(gh_ost_gets_lock(gh_ost));
    expect_left_alone(
        {fmt::format("gh-ost is at work on {}: connection {} (segue@", run.table().quoted(),
                     gh_ost.query_value("SELECT CONNECTION_ID()").value()),
         "has its lock '" + lock() + "'", "Drop none of its tables", "untouched"},
        whatever_is_asked);
    gh_ost.execute("DO RELEASE_ALL_LOCKS()");
    run.start("ADD COLUMN b INT");
    run.expect_swapped();
}

TEST_F(beside_gh_ost, that_starts_while_a_run_is_at_work_it_gets_no_lock) {
    application_session gh_ost(shared_server().over_tcp(), run.schema());
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    EXPECT_FALSE(gh_ost_gets_lock(gh_ost));
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_TRUE(gh_ost_gets_lock(gh_ost));
}

TEST_F(beside_gh_ost, a_lock_that_was_lost_with_its_connection_is_taken_again) {
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    const std::string first = lock_holder();
    ASSERT_FALSE(first.empty());
    run.session().execute("KILL " + first);
    run.wait_until("the lock is taken by another connection", [&] {
        const auto now = lock_holder();
        return !now.empty() && now != first;
    });
    run.let_cut_over();
    run.expect_swapped();
}

TEST_F(beside_gh_ost, that_takes_a_lock_that_was_lost_is_told) {
    application_session gh_ost(shared_server().over_tcp(), run.schema());
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    // It waits first, so that the run's own look cannot come before it.
    std::jthread waits(
        [&] { EXPECT_EQ(gh_ost.query_value("SELECT GET_LOCK('" + lock() + "', 600)"), "1"); });
    run.wait_until("the other waits for the lock", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM information_schema.processlist "
                   "WHERE state='User lock'") == "1";
    });
    run.session().execute("KILL " + lock_holder());
    waits.join();
    run.segue().wait_for_output("which it took while this run's connection was lost");
    gh_ost.execute("DO RELEASE_ALL_LOCKS()");
    run.wait_until("the lock is the run's again", [&] { return !lock_holder().empty(); });
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

TEST_F(beside_gh_ost, whose_heartbeat_moves_nothing_begins) {
    make_changelog();
    run.session().execute("CREATE TABLE _t_gho LIKE t");
    run.start("ADD COLUMN b INT", {.more = {"--initially-drop-ghost-table"}});
    int number = 0;
    eventually("Segue has ended beside a heartbeat", [&] {
        beat(++number);
        return !run.segue().running();
    });
    run.expect_failed({"gh-ost is at work on this table: the rows of", "_t_ghc` change",
                       "Drop none of its tables", "`panic`"});
    EXPECT_EQ(run.everything(), "_t_ghc:1 _t_gho:0 t:2");
}

TEST_F(beside_gh_ost, what_it_can_resume_is_not_dropped) {
    make_changelog();
    run.session().execute("CREATE TABLE _t_gho LIKE t");
    make_checkpoint(0);
    expect_left_alone({"_t_ghk` is gh-ost's: the state of a migration of this table that it has "
                       "begun, and can resume",
                       "--resume", "DROP TABLE IF EXISTS"},
                      whatever_is_asked);
}

TEST_F(beside_gh_ost, what_it_can_revert_is_not_dropped) {
    run.session().execute("CREATE TABLE _t_del LIKE t");
    make_checkpoint(1);
    expect_left_alone({"_t_ghk` is gh-ost's: it has swapped a migration of this table", "--revert",
                       "drop it by hand: DROP TABLE " + run.tables().checkpoint.quoted() + ";"},
                      whatever_is_asked);
    run.session().execute("DROP TABLE _t_ghk");
    run.start("ADD COLUMN b INT", {.more = {"--initially-drop-old-table"}});
    run.expect_swapped();
}

// Without a checkpoint there is nothing to resume from, and the operator has said so.
TEST_F(beside_gh_ost, what_a_dead_one_left_is_dropped_when_asked_for) {
    make_changelog();
    run.session().execute("CREATE TABLE _t_gho LIKE t");
    run.start("ADD COLUMN b INT", {.more = {"--initially-drop-ghost-table"}});
    run.expect_swapped();
    EXPECT_EQ(run.everything(), "_t_del:2 t:2");
}

}  // namespace
}  // namespace segue::test
