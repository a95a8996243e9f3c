// --include-triggers: the swap makes the table's triggers on the new table, without a gap.
#include "src/schema/trigger.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

/// Writers of t(id, w, v), each of rows of its own, each write with a number of its own in w: what
/// was acknowledged is in the ledger, as the triggers are to write it into `audit`.
class audited_writers {
  public:
    explicit audited_writers(quiet_run& run) : run_(run) {
        constexpr int writers = 3;
        for (int i = 0; i < writers; ++i) threads_.emplace_back([this, i] { write(i); });
    }
    audited_writers(const audited_writers&) = delete;
    audited_writers& operator=(const audited_writers&) = delete;
    ~audited_writers() { stop(); }

    void wait_for_more(int writes) {
        const int from = writes_;
        eventually("writes are acknowledged",
                   [&] { return writes_ >= from + writes || !complaint().empty(); });
        EXPECT_EQ(complaint(), "");
    }
    void stop() {
        ends_ = true;
        for (auto& thread : threads_)
            if (thread.joinable()) thread.join();
    }
    std::string complaint() {
        const std::lock_guard lock(mutex_);
        return complaint_;
    }
    /// Precondition: stop() was called.
    std::vector<std::string> ledger() {
        std::ranges::sort(ledger_);
        return ledger_;
    }

  private:
    void write(int who) {
        try {
            application_session session(run_.server().over_tcp(), run_.schema());
            for (int i = 1; !ends_; ++i) {
                const int id = who * 1'000'000 + i;
                acknowledge(session, "i", [&](int w) {
                    return fmt::format("INSERT INTO t (id, w, v) VALUES ({}, {}, 0)", id, w);
                });
                const int last = acknowledge(session, "u", [&](int w) {
                    return fmt::format("UPDATE t SET w={}, v=v+1 WHERE id={}", w, id);
                });
                if (i % 3 != 0) continue;
                session.execute(fmt::format("DELETE FROM t WHERE id={}", id));
                note("d", last);
            }
        } catch (const std::exception& failed) {
            const std::lock_guard lock(mutex_);
            complaint_ = failed.what();
        }
    }
    template <typename Statement>
    int acknowledge(application_session& session, const char* kind, Statement statement) {
        const int w = ++numbers_;
        session.execute(statement(w));
        note(kind, w);
        return w;
    }
    void note(const char* kind, int w) {
        const std::lock_guard lock(mutex_);
        ledger_.push_back(fmt::format("{}{}", kind, w));
        ++writes_;
    }

    quiet_run& run_;
    std::atomic<bool> ends_{false};
    std::atomic<int> numbers_{0};
    std::atomic<int> writes_{0};
    std::mutex mutex_;
    std::string complaint_;
    std::vector<std::string> ledger_;
    std::vector<std::thread> threads_;
};

class triggers : public testing::Test {
  protected:
    triggers() {
        for (const char* const statement :
             {"CREATE TABLE t (id INT PRIMARY KEY, w INT, v INT)",
              "CREATE TABLE audit (n INT AUTO_INCREMENT PRIMARY KEY, kind CHAR(1), w INT)",
              "INSERT INTO t VALUES (-1,-1,0),(-2,-2,0),(-3,-3,0)",
              "CREATE TRIGGER made AFTER INSERT ON t FOR EACH ROW "
              "INSERT INTO audit (kind, w) VALUES ('i', NEW.w)",
              "CREATE TRIGGER changed AFTER UPDATE ON t FOR EACH ROW "
              "INSERT INTO audit (kind, w) VALUES ('u', NEW.w)",
              "CREATE TRIGGER gone BEFORE DELETE ON t FOR EACH ROW "
              "INSERT INTO audit (kind, w) VALUES ('d', OLD.w)"})
            run.session().execute(statement);
    }
    quiet_run::start_options with(const std::vector<std::string>& more = {},
                                  const fault_points* faults = nullptr) const {
        quiet_run::start_options how{.build = faults ? segue_build::faulty : segue_build::released,
                                     .faults = faults,
                                     .postponed = true,
                                     .more = {"--include-triggers", "--trigger-suffix=_new",
                                              "--cut-over-stall-budget-millis=10000"}};
        how.more.insert(how.more.end(), more.begin(), more.end());
        return how;
    }
    void start(const std::vector<std::string>& more = {}, const fault_points* faults = nullptr) {
        run.start(alter, with(more, faults));
        run.segue().wait_for_output("State: postponing cut-over");
    }
    std::vector<std::string> audit() {
        std::vector<std::string> rows;
        for (const row& one : run.session().query("SELECT CONCAT(kind, w) FROM audit"))
            rows.push_back(one[0].value());
        std::ranges::sort(rows);
        return rows;
    }
    std::string names_on(const std::string& table) {
        return run.session()
            .query_value(
                "SELECT COALESCE(GROUP_CONCAT(TRIGGER_NAME ORDER BY TRIGGER_NAME), '') FROM "
                "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE() AND "
                "EVENT_OBJECT_TABLE='" +
                table + "'")
            .value();
    }
    bool told(const std::string& text) { return run.segue().err().find(text) != std::string::npos; }
    void kill_the_locker() {
        const auto found = run.session().query(
            "SELECT t.processlist_id FROM performance_schema.variables_by_thread v JOIN "
            "performance_schema.threads t USING (thread_id) WHERE v.variable_name='autocommit' AND "
            "v.variable_value='OFF'");
        ASSERT_EQ(found.size(), 1U);
        run.session().execute("KILL " + found[0][0].value());
    }
    void expect_each_write_audited_once(audited_writers& writers) {
        writers.stop();
        EXPECT_EQ(writers.complaint(), "");
        EXPECT_EQ(audit(), writers.ledger());
    }
    const std::string alter = "ADD COLUMN added INT NOT NULL DEFAULT 5, MODIFY v BIGINT";
    quiet_run run{shared_server()};
};

TEST_F(triggers, are_refused_with_the_flags_that_take_them_along) {
    expect_refused_and_nothing_left(
        run, alter,
        {"the table has a trigger, `made`", "say --include-triggers and --trigger-suffix"});
}

TEST_F(triggers, miss_no_write_and_tell_none_twice) {
    audited_writers writers(run);
    start();
    writers.wait_for_more(60);
    run.let_cut_over();
    run.expect_swapped();
    writers.wait_for_more(60);
    expect_each_write_audited_once(writers);
    EXPECT_EQ(names_on("t"), "changed_new,gone_new,made_new");
    EXPECT_EQ(names_on("_t_del"), "changed,gone,made");
    EXPECT_TRUE(told("the swap makes the new table's triggers, `made_new`")) << run.segue().err();
}

// What is carried over after such an attempt would fire them.
TEST_F(triggers, of_an_attempt_that_gives_way_are_gone_before_a_row_is_carried_over) {
    fault_points faults;
    faults.pause("cut_over.triggers_made");
    audited_writers writers(run);
    start({"--cut-over-stall-budget-millis=2000"}, &faults);
    writers.wait_for_more(30);
    run.let_cut_over();
    faults.wait_reached("cut_over.triggers_made");
    // Nobody lets it go on within the budget, and the server frees the tables in the end.
    writers.wait_for_more(30);
    faults.go("cut_over.triggers_made");
    run.expect_swapped();
    EXPECT_TRUE(told("cut-over attempt 1 gave way")) << run.segue().err();
    writers.wait_for_more(30);
    expect_each_write_audited_once(writers);
    EXPECT_EQ(names_on("t"), "changed_new,gone_new,made_new");
}

class triggers_of_a_lost_connection : public triggers,
                                      public testing::WithParamInterface<const char*> {};

TEST_P(triggers_of_a_lost_connection, are_gone_before_a_row_is_carried_over) {
    fault_points faults;
    faults.pause(GetParam());
    audited_writers writers(run);
    start({"--cut-over-stall-budget-millis=60000"}, &faults);
    writers.wait_for_more(30);
    run.let_cut_over();
    faults.wait_reached(GetParam());
    kill_the_locker();
    writers.wait_for_more(30);
    faults.go(GetParam());
    run.expect_swapped();
    writers.wait_for_more(30);
    expect_each_write_audited_once(writers);
    EXPECT_EQ(names_on("t"), "changed_new,gone_new,made_new");
}

INSTANTIATE_TEST_SUITE_P(long_at, triggers_of_a_lost_connection,
                         testing::Values("cut_over.before_triggers", "cut_over.triggers_made",
                                         "cut_over.before_rename", "cut_over.swapped"),
                         [](const auto& of) {
                             return std::string(of.param).substr(sizeof "cut_over." - 1);
                         });

TEST_F(triggers, of_a_run_that_fails_after_they_were_made_are_fired_by_nobody) {
    fault_points faults;
    faults.fail("cut_over.triggers_made");
    audited_writers writers(run);
    start({}, &faults);
    writers.wait_for_more(30);
    run.let_cut_over();
    run.expect_failed({"fault injected at cut_over.triggers_made", "Left behind"});
    writers.wait_for_more(30);
    expect_each_write_audited_once(writers);
    EXPECT_EQ(names_on("t"), "changed,gone,made");
}

TEST_F(triggers, of_a_process_that_died_are_dropped_with_its_table_by_the_next_run) {
    fault_points faults;
    faults.abort("cut_over.triggers_made");
    audited_writers writers(run);
    start({}, &faults);
    run.let_cut_over();
    ASSERT_NE(run.segue().wait(3 * patience), 0);
    writers.wait_for_more(30);
    EXPECT_EQ(names_on("_t_gho"), "changed_new,gone_new,made_new");
    start({"--initially-drop-ghost-table"});
    run.let_cut_over();
    run.expect_swapped();
    writers.wait_for_more(30);
    expect_each_write_audited_once(writers);
    EXPECT_EQ(names_on("t"), "changed_new,gone_new,made_new");
}

TEST_F(triggers, that_are_made_or_dropped_meanwhile_end_the_run) {
    for (const std::string change :
         {"CREATE TRIGGER late BEFORE INSERT ON t FOR EACH ROW SET NEW.v=1", "DROP TRIGGER gone"}) {
        start();
        run.session().execute(change);
        run.let_cut_over();
        run.expect_failed({"The original table is untouched"});
        run.session().execute("DROP TABLE _t_gho, _t_ghc, _t_ghk");
    }
    EXPECT_EQ(names_on("t"), "changed,late,made");
}

TEST_F(triggers, whose_tables_are_held_wait_for_that_without_asking_for_the_lock) {
    start();
    application_session writer(run.server().over_tcp(), run.schema());
    writer.execute("BEGIN");
    writer.execute("INSERT INTO audit (kind, w) VALUES ('x', 0)");
    run.let_cut_over();
    const std::string holds =
        fmt::format("holds `{}`.`audit`, which is locked with the table", run.schema());
    run.wait_until("the writer is told of", [&] { return told(holds); });
    EXPECT_FALSE(told("writes waited for")) << run.segue().err();
    writer.execute("COMMIT");
    run.expect_swapped();
}

TEST_F(triggers, keep_definer_mode_character_set_and_order) {
    auto& session = run.session();
    session.execute("DROP TRIGGER made");
    session.execute("CREATE TRIGGER second BEFORE INSERT ON t FOR EACH ROW SET NEW.v=NEW.v*2");
    session.execute(
        "CREATE DEFINER='nobody of us'@'10.0.0.%' TRIGGER first BEFORE INSERT ON t FOR EACH ROW "
        "PRECEDES second BEGIN SET NEW.v=NEW.v+3; SET @`a;b`='FOR EACH ROW'; END");
    session.execute(
        "CREATE TRIGGER third BEFORE INSERT ON t FOR EACH ROW FOLLOWS second SET @x='\\'\\\\ü'");
    session.execute(
        "SET sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES', character_set_client=latin1, "
        "collation_connection=latin1_german1_ci");
    session.execute(
        "CREATE TRIGGER \"fo`urth\" AFTER INSERT ON t FOR EACH ROW SET @\"y\"='\xe9\\n\xff'");
    session.execute("SET sql_mode=DEFAULT, character_set_client=gbk, collation_connection=gbk_bin");
    session.execute(
        "CREATE TRIGGER fifth AFTER INSERT ON t FOR EACH ROW SET @z='\xb0\x5c\xb0\x60'");
    session.execute("SET NAMES utf8mb4");
    auto root = run.server().root();
    const table_name old{run.schema(), "_t_del"};
    const auto before = schema::read_triggers(root, run.table());
    std::vector<std::string> bodies;
    for (const auto& one : before)
        bodies.push_back(schema::read_trigger_body(root, run.table(), one.name));
    start();
    run.let_cut_over();
    run.expect_swapped();
    const auto after = schema::read_triggers(root, run.table());
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
        auto wanted = before[i];
        wanted.name += "_new";
        wanted.created = after[i].created;
        EXPECT_EQ(after[i], wanted) << wanted.name;
        EXPECT_EQ(schema::read_trigger_body(root, run.table(), after[i].name), bodies[i]);
    }
    EXPECT_EQ(schema::read_triggers(root, old), before);
}

TEST_F(triggers, get_their_first_names_again_where_the_suffix_is_there) {
    start();
    run.let_cut_over();
    run.expect_swapped();
    run.session().execute("DROP TABLE _t_del");
    run.session().execute("ALTER TABLE t DROP COLUMN added");
    start({"--remove-trigger-suffix-if-exists"});
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(names_on("t"), "changed,gone,made");
    run.session().execute("ALTER TABLE t DROP COLUMN added");
    // The same again, while the old table that is dropped in the end has the names.
    start({"--remove-trigger-suffix-if-exists", "--initially-drop-old-table"});
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(names_on("t"), "changed_new,gone_new,made_new");
}

TEST_F(triggers, whose_names_are_too_long_or_taken_are_refused) {
    run.session().execute("CREATE TABLE u (id INT)");
    run.session().execute("CREATE TRIGGER made_new BEFORE INSERT ON u FOR EACH ROW SET @a=1");
    expect_refused_and_nothing_left(run, alter,
                                    {"the table `u` has a trigger of the name `made_new`"},
                                    {"--include-triggers", "--trigger-suffix=_new"});
    expect_refused_and_nothing_left(
        run, alter, {"which is longer than 64 characters", "Give a shorter --trigger-suffix"},
        {"--include-triggers", "--trigger-suffix=" + std::string(61, 'x')});
    run.session().execute("CREATE TRIGGER made_b BEFORE INSERT ON t FOR EACH ROW SET @a=1");
    expect_refused_and_nothing_left(run, alter,
                                    {"would be called `made_b`, as another one of the table is"},
                                    {"--include-triggers", "--trigger-suffix=_b"});
}

TEST_F(triggers, that_name_a_column_which_goes_are_refused) {
    expect_refused_and_nothing_left(
        run, "DROP COLUMN w",
        {"cannot be made on the new table", "Unknown column", "would leave a trigger that fails"},
        {"--include-triggers", "--trigger-suffix=_new"});
}

TEST_F(triggers, that_the_account_may_not_make_are_refused_with_the_grant) {
    auto root = run.server().root();
    const std::string account = quoted_literal("triggers_" + run.schema()) + "@'%'";
    root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'narrow'", account));
    const std::string schema = segue::quoted_name(run.schema());
    root.execute(fmt::format(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, LOCK TABLES ON {}.* TO "
        "{}",
        schema, account));
    root.execute(
        fmt::format("GRANT REPLICATION SLAVE, REPLICATION CLIENT, PROCESS ON *.* TO {}", account));
    const auto refuse = [&](const std::vector<std::string>& words) {
        run.start(alter, {.more = {"--include-triggers", "--trigger-suffix=_new",
                                   "--user=triggers_" + run.schema()},
                          .variables = {{"MYSQL_PWD", "narrow"}}});
        run.expect_failed(words);
        EXPECT_EQ(names_on("t"), "changed,gone,made");
        EXPECT_FALSE(told("Left behind")) << run.segue().err();
    };
    refuse({"without the TRIGGER privilege", "GRANT TRIGGER ON"});
    root.execute(fmt::format("GRANT TRIGGER ON {}.* TO {}", schema, account));
    refuse({"cannot be made on the new table", "GRANT"});
    root.execute(fmt::format("DROP USER {}", account));
}

}  // namespace
}  // namespace segue::test
