// docs/hazards.md, 30: transactions whose snapshot is from before the new table was complete.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <algorithm>
#include <cstddef>
#include <ostream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr int rows = 600;
const std::string change = "ADD COLUMN b INT";

class an_old_snapshot : public testing::Test {
  protected:
    an_old_snapshot() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("CREATE TABLE other (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO other VALUES (1, 1), (2, 2)");
        run.session().execute(fmt::format(
            "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n "
            "WHERE i<{}) SELECT i, 0 FROM n",
            rows));
    }

    application_session another() const {
        return application_session(shared_server().over_tcp(), run.schema());
    }
    /// As mysqldump --single-transaction begins.
    static void begin_backup(application_session& on) {
        on.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        on.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    }
    /// `backup` begins when the ghost table holds a part of the rows; then the rest is copied.
    void migrate_around(application_session& backup, std::vector<std::string> more = {},
                        environment variables = {}) {
        more.insert(more.end(), {"--threads=1", "--chunk-size=100"});
        faults.pause("copier.chunk_committed", {.first = 3});
        run.start(change, {.build = segue_build::faulty,
                           .faults = &faults,
                           .more = more,
                           .variables = std::move(variables)});
        faults.wait_reached("copier.chunk_committed");
        begin_backup(backup);
        faults.go("copier.chunk_committed");
    }
    static std::string count(application_session& on) {
        return on.query_value("SELECT COUNT(*) FROM t").value();
    }
    std::string locks_asked_for() {
        return run.session().query("SHOW GLOBAL STATUS LIKE 'Com_lock_tables'").at(0).at(1).value();
    }
    std::string of(const application_session& on) {
        return fmt::format("gave way: the transaction of connection {}", on.connection_id());
    }
    void expect_one_attempt() {
        EXPECT_NE(run.segue().out().find("# Swapped after 1 attempt;"), std::string::npos)
            << run.segue().out() << run.segue().err();
    }

    /// A statement that runs for as long as this lives.
    class long_statement {
      public:
        long_statement(an_old_snapshot& of, const std::string& sql)
            : of_(of), session_(of.another()), thread_([this, sql] {
                  try {
                      session_.query(sql);
                  } catch (const std::exception&) {
                      // Killed.
                  }
              }) {
            eventually("the statement runs", [&] {
                return of_.run.session().query_value(fmt::format(
                           "SELECT COUNT(*) FROM performance_schema.threads WHERE "
                           "processlist_id={} AND processlist_info LIKE 'SELECT SLEEP%'",
                           session_.connection_id())) == "1";
            });
        }
        long_statement(const long_statement&) = delete;
        long_statement& operator=(const long_statement&) = delete;
        ~long_statement() {
            of_.run.session().execute(fmt::format("KILL {}", session_.connection_id()));
        }

      private:
        an_old_snapshot& of_;
        application_session session_;
        std::jthread thread_;
    };

    quiet_run run{shared_server()};
    fault_points faults;
};

TEST_F(an_old_snapshot, would_see_a_partly_filled_table_without_any_error) {
    auto backup = another();
    migrate_around(backup, {"--ignore-old-snapshots"});
    run.expect_swapped();
    const auto seen = std::stoi(count(backup));
    EXPECT_GT(seen, 0);
    EXPECT_LT(seen, rows);
    backup.execute("COMMIT");
    EXPECT_EQ(count(backup), std::to_string(rows));
}

TEST_F(an_old_snapshot, is_waited_for_and_sees_every_row) {
    auto backup = another();
    migrate_around(backup);
    run.segue().wait_for_output(of(backup));
    run.segue().wait_for_output("may have a snapshot from before the new table was complete");
    run.segue().wait_for_output("cut-over attempt 2 gave way");
    // By now it is foreseen, and nobody is made to wait in vain.
    const auto asked = locks_asked_for();
    run.segue().wait_for_output("cut-over attempt 3 gave way");
    EXPECT_EQ(locks_asked_for(), asked);
    EXPECT_EQ(count(backup), std::to_string(rows));
    backup.execute("COMMIT");
    run.expect_swapped();
    run.expect_as_native_alter(change);
}

class an_old_snapshot_that_nobody_could_foresee : public an_old_snapshot {
  protected:
    /// The lock is about to be asked for, and something is left to flush under it.
    void expect_seen_under_the_lock() {
        auto backup = another();
        faults.pause("cut_over.before_lock");
        run.start(change, {.build = segue_build::faulty,
                           .faults = &faults,
                           .more = {"--cut-over-stall-budget-millis=60000"}});
        faults.wait_reached("cut_over.before_lock");
        begin_backup(backup);
        run.session().execute("DELETE FROM t WHERE id<=7");
        faults.go("cut_over.before_lock");
        run.segue().wait_for_output("cut-over attempt 1 " + of(backup));
        EXPECT_EQ(count(backup), std::to_string(rows));
        backup.execute("COMMIT");
        run.expect_swapped();
        EXPECT_EQ(count(backup), std::to_string(rows - 7));
        run.expect_as_native_alter(change);
    }
};

TEST_F(an_old_snapshot_that_nobody_could_foresee, is_seen_under_the_lock) {
    expect_seen_under_the_lock();
}

// What is read of information_schema.INNODB_TRX is old where others read it all the time.
TEST_F(an_old_snapshot_that_nobody_could_foresee, is_seen_beside_somebody_who_polls_innodb_trx) {
    const auto poll = [this](const std::stop_token& stop) {
        auto watcher = another();
        while (!stop.stop_requested())
            watcher.query("SELECT COUNT(*) FROM information_schema.INNODB_TRX");
    };
    const std::jthread one(poll);
    const std::jthread other(poll);
    expect_seen_under_the_lock();
}

TEST_F(an_old_snapshot, of_serializable_is_waited_for) {
    auto reader = another();
    faults.pause("copier.chunk_committed", {.first = 3});
    run.start(change, {.build = segue_build::faulty,
                       .faults = &faults,
                       .more = {"--threads=1", "--chunk-size=100"}});
    faults.wait_reached("copier.chunk_committed");
    reader.execute("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
    reader.execute("START TRANSACTION READ ONLY");
    reader.query("SELECT * FROM other");
    faults.go("copier.chunk_committed");
    run.segue().wait_for_output(of(reader));
    reader.execute("COMMIT");
    run.expect_swapped();
}

class an_account_without_process : public an_old_snapshot {
  protected:
    an_account_without_process() {
        root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'narrow'", account));
        root.execute(
            fmt::format("GRANT ALL ON {}.* TO {}", segue::quoted_name(run.schema()), account));
        root.execute(
            fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO {}", account));
    }
    ~an_account_without_process() override { root.execute("DROP USER " + account); }

    const std::string name = "noproc_" + run.schema();
    const std::string account = quoted_literal(name) + "@'%'";
    db::session root = shared_server().root();
};

TEST_F(an_account_without_process, waits_for_every_open_transaction_that_it_sees) {
    root.execute(fmt::format("GRANT SELECT ON performance_schema.* TO {}", account));
    auto backup = another();
    migrate_around(backup, {"--user=" + name}, {{"MYSQL_PWD", "narrow"}});
    run.segue().wait_for_output("every open one at REPEATABLE READ or above counts");
    run.segue().wait_for_output(of(backup));
    backup.execute("COMMIT");
    run.expect_swapped();
}

TEST_F(an_account_without_process, that_sees_nothing_says_so) {
    auto backup = another();
    migrate_around(backup, {"--user=" + name}, {{"MYSQL_PWD", "narrow"}});
    run.segue().wait_for_output("without the PROCESS privilege old snapshots cannot be seen");
    run.expect_swapped();
}

class an_account_that_sees_less : public an_account_without_process,
                                  public testing::WithParamInterface<std::vector<std::string>> {
  protected:
    std::size_t times_told(const std::string& words) {
        const std::string told = run.segue().err();
        std::size_t times = 0;
        for (auto at = told.find(words); at != told.npos; at = told.find(words, at + 1)) ++times;
        return times;
    }
};

// As a run that starts with that account.
TEST_P(an_account_that_sees_less, than_at_the_start_swaps_and_says_so_once) {
    const std::vector<std::string> all = {"PROCESS ON *.*", "SELECT ON performance_schema.*"};
    for (const std::string& one : all) root.execute(fmt::format("GRANT {} TO {}", one, account));
    run.start(
        change,
        {.postponed = true, .more = {"--user=" + name}, .variables = {{"MYSQL_PWD", "narrow"}}});
    run.segue().wait_for_output("State: postponing cut-over");
    for (const std::string& one : GetParam())
        root.execute(fmt::format("REVOKE {} FROM {}", one, account));
    run.let_cut_over();
    run.expect_swapped();
    for (const std::string& one : all) {
        const auto taken = std::ranges::count(GetParam(), one);
        const auto told = times_told(fmt::format("GRANT {} TO {}", one, account));
        // PROCESS is asked for only where somebody has a transaction open, or something else lacks.
        const bool may_not_be_needed = GetParam().size() == 1 && one.starts_with("PROCESS");
        if (may_not_be_needed && told == 0) continue;
        EXPECT_EQ(told, taken) << run.segue().err();
    }
}

INSTANTIATE_TEST_SUITE_P(_, an_account_that_sees_less,
                         testing::Values(std::vector<std::string>{"PROCESS ON *.*"},
                                         std::vector<std::string>{"SELECT ON performance_schema.*"},
                                         std::vector<std::string>{
                                             "PROCESS ON *.*", "SELECT ON performance_schema.*"}));

struct open_transaction {
    const char* name;
    std::vector<std::string> statements;
    friend std::ostream& operator<<(std::ostream& to, const open_transaction& one) {
        return to << one.name;
    }
};

class an_open_transaction : public an_old_snapshot,
                            public testing::WithParamInterface<open_transaction> {
  protected:
    void migrate_beside() {
        auto open = another();
        faults.pause("copier.chunk_committed", {.first = 3});
        run.start(change, {.build = segue_build::faulty,
                           .faults = &faults,
                           .more = {"--threads=1", "--chunk-size=100"}});
        faults.wait_reached("copier.chunk_committed");
        for (const auto& statement : GetParam().statements) open.execute(statement);
        faults.go("copier.chunk_committed");
        run.expect_swapped();
        expect_one_attempt();
        // And so it is: what it reads now is whole.
        EXPECT_EQ(count(open), std::to_string(rows));
        open.execute("COMMIT");
    }
};

TEST_P(an_open_transaction, without_an_old_snapshot_delays_nothing) {
    migrate_beside();
}

// MySQL 9 cannot show INNODB_TRX meanwhile.
TEST_P(an_open_transaction, delays_nothing_beside_statements_with_characters_of_four_bytes) {
    const long_statement other(*this, "SELECT SLEEP(100), '\xF0\x9F\x98\x80' FROM other");
    migrate_beside();
}

const open_transaction harmless[] = {
    {"that_has_read_nothing", {"BEGIN"}},
    {"that_has_only_written", {"BEGIN", "UPDATE other SET a=a+1 WHERE id=1"}},
    {"that_has_only_locked", {"BEGIN", "SELECT * FROM other WHERE id=1 FOR UPDATE"}},
    {"at_read_committed",
     {"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "BEGIN", "SELECT * FROM other"}},
};
INSTANTIATE_TEST_SUITE_P(_, an_open_transaction, testing::ValuesIn(harmless),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_F(an_old_snapshot, is_none_if_nothing_was_carried_over_since) {
    auto reader = another();
    run.start(change, {.postponed = true});
    run.segue().wait_for_output("State: postponing cut-over");
    begin_backup(reader);
    run.let_cut_over();
    run.expect_swapped();
    expect_one_attempt();
    EXPECT_EQ(count(reader), std::to_string(rows));
}

TEST_F(an_old_snapshot, is_none_of_a_single_statement) {
    const long_statement other(*this, "SELECT SLEEP(100) FROM other");
    run.start(change);
    run.expect_swapped();
    expect_one_attempt();
}

// It began before the last flush, and has read nothing.
TEST_F(an_old_snapshot, is_none_of_a_transaction_that_began_and_waits_for_the_table) {
    faults.pause("cut_over.before_lock").pause("cut_over.flushed");
    run.start(change, {.build = segue_build::faulty,
                       .faults = &faults,
                       .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("cut_over.before_lock");
    auto writer = another();
    writer.execute("BEGIN");
    run.session().execute("DELETE FROM t WHERE id<=7");
    // So that InnoDB's list cannot be read on MySQL 9.
    const long_statement other(*this, "SELECT SLEEP(100), '\xF0\x9F\x98\x80' FROM other");
    faults.go("cut_over.before_lock");
    faults.wait_reached("cut_over.flushed");
    std::jthread waiting([&] {
        writer.execute("UPDATE t SET a=5 WHERE id=9");
        writer.execute("COMMIT");
    });
    eventually("the write waits for the table", [&] {
        return run.session().query_value(fmt::format(
                   "SELECT COUNT(*) FROM performance_schema.metadata_locks m JOIN "
                   "performance_schema.threads t ON t.thread_id=m.owner_thread_id WHERE "
                   "t.processlist_id={} AND m.lock_status='PENDING'",
                   writer.connection_id())) == "1";
    });
    faults.go("cut_over.flushed");
    run.expect_swapped();
    expect_one_attempt();
    waiting.join();
    EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=9"), "5");
}

TEST_F(an_old_snapshot, is_seen_beside_statements_with_characters_of_four_bytes) {
    const long_statement other(*this, "SELECT SLEEP(100), '\xF0\x9F\x98\x80' FROM other");
    auto backup = another();
    migrate_around(backup);
    run.segue().wait_for_output(of(backup));
    EXPECT_EQ(count(backup), std::to_string(rows));
    backup.execute("COMMIT");
    run.expect_swapped();
}

}  // namespace
}  // namespace segue::test
