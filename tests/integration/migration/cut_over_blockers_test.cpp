// docs/hazards.md, 28: locks that are not on the table; and sessions that are ended when asked.
#include "src/base/error.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <regex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::string change = "ADD COLUMN b INT";

class a_blocker : public testing::Test {
  protected:
    a_blocker() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
    }
    application_session another() const {
        return application_session(shared_server().over_tcp(), run.schema());
    }
    std::string counter(const std::string& name) {
        return run.session().query("SHOW GLOBAL STATUS LIKE '" + name + "'").at(0).at(1).value();
    }
    void postpone(std::vector<std::string> more = {}, const fault_points* faults = nullptr,
                  environment variables = {}) {
        run.start(change, {.build = segue_build::faulty,
                           .faults = faults,
                           .postponed = true,
                           .more = std::move(more),
                           .variables = std::move(variables)});
        run.segue().wait_for_output("State: postponing cut-over");
    }
    /// `who` is waited for and named, and the lock is not asked for meanwhile.
    void expect_foreseen(const std::string& who) {
        const auto before = counter("Com_lock_tables");
        run.let_cut_over();
        run.segue().wait_for_output("cut-over attempt 1 gave way: " + who);
        run.segue().wait_for_output("cut-over attempt 2 gave way: " + who);
        EXPECT_EQ(counter("Com_lock_tables"), before);
    }
    void expect_swapped_as_by_alter() {
        run.expect_swapped();
        run.expect_as_native_alter(change);
    }

    quiet_run run{shared_server()};
    application_session holder = another();
    const std::string id = std::to_string(holder.connection_id());
};

class a_lock : public a_blocker {};

TEST_F(a_lock, of_the_instance_for_a_backup_is_foreseen) {
    postpone();
    holder.execute("LOCK INSTANCE FOR BACKUP");
    expect_foreseen("connection " + id + " holds LOCK INSTANCE FOR BACKUP");
    holder.execute("UNLOCK INSTANCE");
    expect_swapped_as_by_alter();
}

// It would grant the lock of the tables, and hold RENAME up.
TEST_F(a_lock, of_the_instance_is_seen_under_the_lock_before_rename_is_sent) {
    fault_points faults;
    faults.pause("cut_over.before_lock");
    run.start(change, {.build = segue_build::faulty,
                       .faults = &faults,
                       .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("cut_over.before_lock");
    const auto renames = counter("Com_rename_table");
    holder.execute("LOCK INSTANCE FOR BACKUP");
    faults.go("cut_over.before_lock");
    run.segue().wait_for_output("cut-over attempt 1 gave way: connection " + id +
                                " holds LOCK INSTANCE FOR BACKUP");
    EXPECT_EQ(counter("Com_rename_table"), renames);
    holder.execute("UNLOCK INSTANCE");
    expect_swapped_as_by_alter();
}

// Nothing looks any more, and the watchdog is gone: the server's own limit ends RENAME.
TEST_F(a_lock, that_comes_after_the_last_look_makes_the_attempt_give_way) {
    fault_points faults;
    faults.pause("cut_over.before_rename");
    run.start(change, {.build = segue_build::faulty,
                       .faults = &faults,
                       .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("cut_over.before_rename");
    const auto renames = counter("Com_rename_table");
    holder.execute("LOCK INSTANCE FOR BACKUP");
    std::jthread waiting([&] { another().execute("UPDATE t SET a=7 WHERE id=3"); });
    faults.go("cut_over.before_rename");
    // Whoever waited for the table goes on while the backup's lock is still held.
    waiting.join();
    EXPECT_NE(counter("Com_rename_table"), renames);
    run.segue().wait_for_output("cut-over attempt 1 gave way: Lock wait timeout exceeded");
    holder.execute("UNLOCK INSTANCE");
    expect_swapped_as_by_alter();
    EXPECT_EQ(run.session().query("SELECT a FROM t WHERE id=3").at(0).at(0).value(), "7");
}

TEST_F(a_lock, of_all_tables_for_reading_is_foreseen) {
    postpone();
    holder.execute("FLUSH TABLES WITH READ LOCK");
    expect_foreseen("connection " + id + " holds FLUSH TABLES WITH READ LOCK");
    holder.execute("UNLOCK TABLES");
    expect_swapped_as_by_alter();
}

TEST_F(a_lock, of_the_ghost_table_is_foreseen) {
    postpone();
    holder.execute("BEGIN");
    holder.query("SELECT * FROM _t_gho");
    expect_foreseen("the transaction of connection " + id + " holds the table");
    holder.execute("COMMIT");
    expect_swapped_as_by_alter();
}

TEST_F(a_blocker, of_the_old_tables_name_postpones_the_swap) {
    postpone();
    run.session().execute("CREATE TABLE _t_del (id INT PRIMARY KEY)");
    run.let_cut_over();
    run.segue().wait_for_output("cut-over attempt 1 gave way: " + run.tables().old.quoted() +
                                " already exists");
    run.session().execute("UPDATE t SET a=1 WHERE id=2");
    run.session().execute("DROP TABLE _t_del");
    expect_swapped_as_by_alter();
}

class a_session_that_holds_the_table : public a_blocker {
  protected:
    void hold() {
        holder.execute("BEGIN");
        holder.execute("UPDATE t SET a=5 WHERE id=1");
    }
    static constexpr const char* kill_soon = "--kill-blockers-after-seconds=1";
};

TEST_F(a_session_that_holds_the_table, is_ended_when_asked_and_rolled_back) {
    postpone({kill_soon});
    hold();
    run.let_cut_over();
    run.segue().wait_for_output("ended, as --kill-blockers-after-seconds asks: connection " + id +
                                " (");
    expect_swapped_as_by_alter();
    EXPECT_THROW(holder.execute("COMMIT"), error);
    EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=1"), "0");
}

// The table is held without a gap, by one and then by another.
TEST_F(a_session_that_holds_the_table, is_not_ended_for_the_time_of_the_one_before) {
    postpone({"--kill-blockers-after-seconds=4"});
    hold();
    const std::string held_for =
        "SELECT COALESCE(TIMESTAMPDIFF(MICROSECOND, trx_started, "
        "SYSDATE(6)), 0) FROM information_schema.innodb_trx WHERE "
        "trx_mysql_thread_id=" +
        id;
    run.let_cut_over();
    run.segue().wait_for_output("cut-over attempt 1 gave way: the transaction of connection " + id);
    eventually("it has been held for most of the time",
               [&] { return std::stol(run.session().query_value(held_for).value()) > 3'000'000; });
    auto newcomer = another();
    newcomer.execute("BEGIN");
    newcomer.execute("UPDATE t SET a=6 WHERE id=2");
    holder.execute("COMMIT");
    const std::regex ended(
        "ended, as --kill-blockers-after-seconds asks: connection (\\d+) "
        "[^\n]* for (\\d+) s");
    run.segue().wait_for_match(ended);
    std::smatch told;
    const std::string err = run.segue().err();
    ASSERT_TRUE(std::regex_search(err, told, ended)) << err;
    EXPECT_EQ(told[1], std::to_string(newcomer.connection_id()));
    EXPECT_GE(std::stoi(told[2]), 4) << err;
    expect_swapped_as_by_alter();
}

TEST_F(a_session_that_holds_the_table, is_not_ended_unless_asked) {
    postpone();
    hold();
    expect_foreseen("the transaction of connection " + id + " holds the table");
    holder.execute("COMMIT");
    expect_swapped_as_by_alter();
    EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=1"), "5");
}

TEST_F(a_session_that_holds_the_table, by_a_prepared_xa_transaction_is_never_ended) {
    postpone({kill_soon});
    // So that the connection keeps it.
    holder.execute("SET SESSION xa_detach_on_prepare=OFF");
    holder.execute("XA START 'x'");
    holder.execute("UPDATE t SET a=5 WHERE id=1");
    holder.execute("XA END 'x'");
    holder.execute("XA PREPARE 'x'");
    run.let_cut_over();
    run.segue().wait_for_output("not ended: a prepared XA transaction");
    holder.execute("XA COMMIT 'x'");
    expect_swapped_as_by_alter();
    EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=1"), "5");
}

// As those of replication are none.
TEST_F(a_session_that_holds_the_table, and_is_no_clients_is_never_ended) {
    postpone({kill_soon});
    run.session().execute(
        "CREATE EVENT e ON SCHEDULE AT CURRENT_TIMESTAMP DO BEGIN START TRANSACTION; SELECT "
        "COUNT(*) INTO @rows FROM t; DO SLEEP(100); END");
    std::string worker;
    eventually("the event holds the table", [&] {
        const auto found = run.session().query(fmt::format(
            "SELECT t.processlist_id FROM performance_schema.metadata_locks m JOIN "
            "performance_schema.threads t ON t.thread_id=m.owner_thread_id WHERE "
            "t.name='thread/sql/event_worker' AND m.object_schema={} AND m.object_name='t'",
            quoted_literal(run.schema())));
        if (!found.empty()) worker = found[0][0].value();
        return !found.empty();
    });
    run.let_cut_over();
    run.segue().wait_for_output("not ended: connection " + worker);
    EXPECT_EQ(run.segue().err().find("ended, as --kill"), std::string::npos);
    run.session().execute("KILL " + worker);
    expect_swapped_as_by_alter();
}

TEST_F(a_session_that_holds_the_table, of_another_account_needs_a_privilege) {
    const std::string name = "noadmin_" + run.schema();
    const std::string account = quoted_literal(name) + "@'%'";
    auto root = shared_server().root();
    root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'narrow'", account));
    root.execute(fmt::format("GRANT ALL ON {}.* TO {}", segue::quoted_name(run.schema()), account));
    root.execute(
        fmt::format("GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    root.execute(fmt::format("GRANT SELECT ON performance_schema.* TO {}", account));
    postpone({kill_soon, "--user=" + name}, nullptr, {{"MYSQL_PWD", "narrow"}});
    const std::string grant = "GRANT CONNECTION_ADMIN ON *.* TO " + account + ";";
    run.segue().wait_for_output("can end sessions of this account only. For those of others: " +
                                grant);
    hold();
    run.let_cut_over();
    run.segue().wait_for_output("not ended: connection " + id);
    run.segue().wait_for_output("For sessions of other accounts:\n" + grant);
    holder.execute("COMMIT");
    expect_swapped_as_by_alter();
    root.execute("DROP USER " + account);
}

// 31. Where locks cannot be seen, nothing is foreseen.
TEST(deadlocks, while_the_lock_is_asked_for_are_counted) {
    sandbox_server& server =
        shared_server({"--performance-schema-instrument=wait/lock/metadata/sql/mdl=OFF"});
    quiet_run run(server);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 0), (2, 0)");
    run.start(change, {.postponed = true, .more = {"--cut-over-stall-budget-millis=60000"}});
    run.segue().wait_for_output("State: postponing cut-over");
    // Its snapshot is younger than the last write to the new table, and no obstacle.
    application_session reader(server.over_tcp(), run.schema());
    reader.execute("BEGIN");
    reader.query("SELECT * FROM t");
    run.let_cut_over();
    eventually("the lock is waited for", [&] {
        return run.session().query_value(
                   "SELECT COUNT(*) FROM performance_schema.threads WHERE "
                   "processlist_state='Waiting for table metadata lock' AND processlist_info LIKE "
                   "'LOCK TABLES%'") == "1";
    });
    try {
        reader.execute("UPDATE t SET a=1 WHERE id=1");
        ADD_FAILURE() << "no deadlock";
    } catch (const error& victim) {
        EXPECT_EQ(victim.mysql_errno(), 1213);
    }
    run.expect_swapped();
    EXPECT_NE(run.segue().err().find("raised deadlock errors (1213)"), std::string::npos)
        << run.segue().err();
    run.expect_as_native_alter(change);
}

}  // namespace
}  // namespace segue::test
