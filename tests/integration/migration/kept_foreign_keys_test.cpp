// Foreign keys of a child, which the new table gets in the swap: docs/decisions/0022.
#include "tests/integration/migration/child_of_a_parent.hpp"
#include "tests/support/conditions.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct table_with_keys {
    const char* what;
    std::vector<std::string> create;  ///< {} is a schema with a parent of its own.
    std::string alter;
};

const table_with_keys tables_with_keys[] = {
    {"names_that_the_server_made",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, FOREIGN KEY (a) REFERENCES p (id), "
      "FOREIGN KEY (b) REFERENCES p (id))"},
     "ADD COLUMN c INT"},
    {"numbers_with_gaps",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, FOREIGN KEY (a) REFERENCES p (id), "
      "FOREIGN KEY (b) REFERENCES p (id), CONSTRAINT x FOREIGN KEY (b) REFERENCES p (id))",
      "ALTER TABLE t DROP FOREIGN KEY t_ibfk_1"},
     "MODIFY id BIGINT"},
    {"chosen_names_and_indexes_of_their_own",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, KEY later (b, a), CONSTRAINT zz FOREIGN "
      "KEY (a) REFERENCES p (id) ON DELETE RESTRICT ON UPDATE NO ACTION, CONSTRAINT `a`` ä` "
      "FOREIGN KEY (b) REFERENCES p (id) ON UPDATE RESTRICT)",
      "ALTER TABLE t ADD KEY last_one (id, a)"},
     "ADD COLUMN c INT FIRST"},
    {"an_index_that_takes_the_place_of_the_servers",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, CONSTRAINT k FOREIGN KEY (a) REFERENCES "
      "p (id))"},
     "ADD INDEX longer (a, b)"},
    {"several_columns",
     {"CREATE TABLE p (x INT, y VARCHAR(20), PRIMARY KEY (x, y))",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), CONSTRAINT two FOREIGN KEY (a, b) "
      "REFERENCES p (x, y))"},
     "MODIFY b VARCHAR(30), ADD COLUMN c INT"},
    {"a_parent_in_another_schema",
     {"CREATE TABLE {}.q (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, CONSTRAINT far FOREIGN KEY (a) REFERENCES {}.q "
      "(id))"},
     "ADD COLUMN c INT"},
    {"one_that_the_alter_drops",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, CONSTRAINT gone FOREIGN KEY (a) "
      "REFERENCES p (id), CONSTRAINT stays FOREIGN KEY (b) REFERENCES p (id))"},
     "DROP FOREIGN KEY gone, DROP COLUMN a, ADD COLUMN c INT"},
    {"all_that_the_alter_drops",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES p (id))"},
     "DROP CONSTRAINT t_ibfk_1"},
    {"a_renamed_column",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, CONSTRAINT k FOREIGN KEY (a) REFERENCES "
      "p (id))"},
     "CHANGE a parent INT, RENAME COLUMN b TO a"},
    {"beside_check_constraints",
     {"CREATE TABLE p (id INT PRIMARY KEY)",
      "CREATE TABLE t (id INT PRIMARY KEY, a INT, CHECK (a > 0), FOREIGN KEY (a) REFERENCES p "
      "(id))"},
     "ADD COLUMN c INT CHECK (c < 9)"},
};

class a_table_with_foreign_keys
    : public testing::TestWithParam<std::tuple<table_with_keys, std::string>> {};

// The other schema is of the same name for both, so that it is told the same.
TEST_P(a_table_with_foreign_keys, becomes_what_alter_table_makes_of_it) {
    const auto& [of, version] = GetParam();
    const sandbox_server* const server = server_of(version);
    if (server == nullptr) GTEST_SKIP() << *why_not_to_be_had(version);
    quiet_run run(*server);
    const fresh_schema other(*server);
    const fresh_schema native(*server);
    application_session natively(server->over_tcp(), native.name());
    for (const std::string& text : of.create) {
        const auto statement = fmt::format(fmt::runtime(text), other.name());
        run.session().execute(statement);
        if (!statement.starts_with("CREATE TABLE " + other.name())) natively.execute(statement);
    }
    natively.execute("ALTER TABLE t " + of.alter);
    run.start(of.alter);
    run.expect_swapped();
    EXPECT_EQ(definition_of(run.session(), run.table()),
              definition_of(natively, {native.name(), "t"}))
        << run.segue().err();
    EXPECT_EQ(keys_of(run.session(), run.tables().old), "");
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM information_schema.tables WHERE "
                                        "table_schema=DATABASE() AND table_name LIKE '\\_t\\_g%'"),
              "0");
    EXPECT_EQ(run.segue().err().find("could not"), std::string::npos) << run.segue().err();
    EXPECT_EQ(run.segue().err().find("redefined"), std::string::npos) << run.segue().err();
}

const auto table_name_of = [](const auto& of) {
    return std::string(std::get<0>(of.param).what) +
           (std::get<1>(of.param).empty() ? "" : "_on_8_0");
};
INSTANTIATE_TEST_SUITE_P(_, a_table_with_foreign_keys,
                         testing::Combine(testing::ValuesIn(tables_with_keys), newest),
                         table_name_of);
INSTANTIATE_TEST_SUITE_P(long_, a_table_with_foreign_keys,
                         testing::Combine(testing::ValuesIn(tables_with_keys), oldest),
                         table_name_of);

struct refused_alter {
    const char* what;
    std::string alter;
    std::vector<std::string> told;
};

class an_alter_that_alter_table_refuses : public testing::TestWithParam<refused_alter> {};

TEST_P(an_alter_that_alter_table_refuses, is_refused_before_anything_is_copied) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE p (id INT PRIMARY KEY)");
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, CONSTRAINT k FOREIGN KEY (a) REFERENCES p "
        "(id))");
    EXPECT_NE(failure_of(run.session(), "ALTER TABLE t " + GetParam().alter), 0);
    expect_refused_and_nothing_left(run, GetParam().alter, GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(
    _, an_alter_that_alter_table_refuses,
    testing::Values(refused_alter{"another_type", "MODIFY a BIGINT", {"'k' are incompatible"}},
                    refused_alter{"no_column", "DROP COLUMN a", {"'a': needed in", "'k'"}},
                    refused_alter{"no_index", "DROP INDEX k", {"'k': needed in"}},
                    refused_alter{"no_such_key", "DROP FOREIGN KEY m", {"DROP 'm'"}},
                    refused_alter{"partitions",
                                  "PARTITION BY HASH (id) PARTITIONS 2",
                                  {"not yet supported in conjunction with partitioning"}}),
    [](const auto& of) { return std::string(of.param.what); });

class a_child_that_keeps_its_keys : public child_of_a_parent {};
INSTANTIATE_TEST_SUITE_P(_, a_child_that_keeps_its_keys, newest, server_name);
INSTANTIATE_TEST_SUITE_P(long_, a_child_that_keeps_its_keys, oldest, server_name);

TEST_P(a_child_that_keeps_its_keys, with_an_orphan_ends_the_run_and_the_orphan_is_named) {
    make();
    session().execute("SET SESSION foreign_key_checks=0");
    session().execute("INSERT INTO t VALUES (7,77,1)");
    session().execute("SET SESSION foreign_key_checks=1");
    run().start("ADD COLUMN b INT");
    run().expect_failed({"a row has no parent by the table's foreign key `named` (`p`) to `",
                         "`p` (`id`)", "7", "The original table is untouched"});
    EXPECT_EQ(keys_of(session(), run().table()), "named,t_ibfk_1");
}

TEST_P(a_child_that_keeps_its_keys, is_constrained_when_the_process_dies_right_after_the_swap) {
    make();
    fault_points faults;
    faults.abort("cut_over.swapped");
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    EXPECT_NE(run().segue().wait(3 * patience), 0);
    EXPECT_EQ(keys_of(session(), run().table()), "t_ibfk_1,t_ibfk_2");
    EXPECT_EQ(failure_of(session(), "INSERT INTO t (id,p,q) VALUES (999,99,1)"), no_such_parent);
    EXPECT_EQ(failure_of(session(), "INSERT INTO t (id,p,q) VALUES (999,1,99)"), no_such_parent);
    expect_finished_by_the_next_run();
}

// InnoDB compares members by their numbers: the first of the one is the first of the other.
TEST_P(a_child_that_keeps_its_keys, by_an_enum_of_other_members_is_compared_as_the_server_does) {
    session().execute("CREATE TABLE p (e ENUM('b','a') PRIMARY KEY, s SET('y','x') UNIQUE)");
    session().execute("INSERT INTO p VALUES ('b', 'y')");
    session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, e ENUM('a','b'), s SET('x','y','z'), "
        "FOREIGN KEY (e) REFERENCES p (e), FOREIGN KEY (s) REFERENCES p (s))");
    session().execute("INSERT INTO t VALUES (1, 'a', 'x')");
    EXPECT_EQ(failure_of(session(), "INSERT INTO t VALUES (2, 'b', NULL)"), no_such_parent);
    run().start("ADD COLUMN c INT");
    run().expect_swapped();
    EXPECT_EQ(keys_of(session(), run().table()), "t_ibfk_1,t_ibfk_2");
    EXPECT_EQ(failure_of(session(), "DELETE FROM p"), cannot_delete_parent);
    session().execute("DROP TABLE _t_del");
    session().execute("SET SESSION foreign_key_checks=0");
    session().execute("INSERT INTO t (id, e) VALUES (2, 'b')");
    session().execute("SET SESSION foreign_key_checks=1");
    run().start("ADD COLUMN d INT");
    run().expect_failed({"a row has no parent", "id=2"});
}

TEST_P(a_child_that_keeps_its_keys, is_as_it_was_when_the_process_dies_right_before_the_swap) {
    make();
    fault_points faults;
    faults.abort("foreign_keys.made");
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    EXPECT_NE(run().segue().wait(3 * patience), 0);
    EXPECT_EQ(keys_of(session(), run().table()), "named,t_ibfk_1");
    EXPECT_NE(keys_of(session(), run().tables().ghost), "");
    run().start("ADD COLUMN b INT", {.more = {"--initially-drop-ghost-table"}});
    run().expect_swapped();
    expect_constrained();
    expect_nothing_held();
}

// Made, and then something else is in the way: no parent is held until the next attempt.
TEST_P(a_child_that_keeps_its_keys, is_given_back_without_keys_on_the_new_table) {
    make();
    fault_points faults;
    faults.fail("foreign_keys.made").pause("migration.before_attempt", {.first = 2});
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    run().segue().wait_for_output("gave way");
    faults.wait_reached("migration.before_attempt");
    EXPECT_EQ(keys_of(session(), run().tables().ghost), "");
    EXPECT_EQ(session().execute("DELETE FROM p WHERE id=5"), 1U);
    session().execute("INSERT INTO t VALUES (8,4,4)");
    faults.go("migration.before_attempt");
    run().expect_swapped();
    EXPECT_NE(run().segue().err().find("the new table's foreign keys cannot be made"),
              std::string::npos)
        << run().segue().err();
    expect_constrained();
    EXPECT_EQ(session().query_value("SELECT COUNT(*) FROM t"), "4");
    expect_nothing_held();
}

TEST_P(a_child_that_keeps_its_keys, gets_what_could_not_be_done_under_the_lock_after_it) {
    make();
    fault_points faults;
    faults.fail("cut_over.before_foreign_keys").fail("foreign_keys.before_names");
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    run().expect_swapped();
    EXPECT_EQ(run().segue().err().find("could not"), std::string::npos) << run().segue().err();
    expect_constrained();
    expect_nothing_held();
}

TEST_P(a_child_that_keeps_its_keys, is_told_how_to_do_what_could_not_be_done) {
    make();
    fault_points faults;
    faults.fail("cut_over.before_foreign_keys", {.first = 1, .always = true});
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    run().expect_swapped();
    const std::string err = run().segue().err();
    EXPECT_NE(err.find("the old table's foreign keys could not be dropped"), std::string::npos);
    EXPECT_NE(err.find("could not be given the names"), std::string::npos);
    EXPECT_NE(err.find("_t_ghk` stays"), std::string::npos) << err;
    EXPECT_NE(session().query_value("SELECT COUNT(*) FROM _t_ghk"), "0");
    session().execute("SET SESSION foreign_key_checks=0");
    for (const std::string& begin :
         {"ALTER TABLE " + run().tables().old.quoted(), "ALTER TABLE " + run().table().quoted()}) {
        const auto from = err.rfind(begin);
        ASSERT_NE(from, std::string::npos) << err;
        session().execute(err.substr(from, err.find(';', from) - from));
    }
    session().execute("SET SESSION foreign_key_checks=1");
    expect_constrained();
    expect_nothing_held();
}

TEST_P(a_child_that_keeps_its_keys, is_finished_by_the_same_command) {
    make();
    fault_points faults;
    faults.fail("cut_over.before_foreign_keys", {.first = 1, .always = true});
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty, .faults = &faults});
    run().expect_swapped();
    run().start("ADD COLUMN b INT");
    run().expect_swapped();
    expect_constrained();
    expect_nothing_held();
    EXPECT_EQ(run().everything().find("_gh"), std::string::npos) << run().everything();
}

// RENAME TABLE, and what is done about foreign keys, exclude those who read the parent.
TEST_P(a_child_that_keeps_its_keys, whose_parent_is_read_for_long_waits_without_the_lock) {
    make();
    run().start("ADD COLUMN b INT", {.postponed = true});
    run().segue().wait_for_output("State: postponing cut-over");
    application_session reader(run().server().over_tcp(), run().schema());
    reader.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    reader.execute("BEGIN");
    reader.query("SELECT * FROM p");
    run().let_cut_over();
    const std::string told =
        fmt::format("holds {}, which is locked with the table", own("p").quoted());
    run().wait_until("the reader is told of",
                     [&] { return run().segue().err().find(told) != std::string::npos; });
    EXPECT_EQ(run().segue().err().find("writes waited for"), std::string::npos)
        << run().segue().err();
    reader.execute("COMMIT");
    run().expect_swapped();
    expect_constrained();
}

// What has read the parent before it waits for the table is a deadlock's victim if the parent is
// not locked with the table.
TEST_P(a_child_that_keeps_its_keys, whose_parent_is_read_under_the_lock_lets_the_reader_wait) {
    make();
    fault_points faults;
    faults.pause("foreign_keys.before");
    run().start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                     .faults = &faults,
                                     .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("foreign_keys.before");
    application_session reader(run().server().over_tcp(), run().schema());
    std::string failure;
    std::string seen;
    std::jthread reading([&] {
        try {
            reader.execute("BEGIN");
            reader.query("SELECT * FROM p");
            seen = reader.query_value("SELECT COUNT(*) FROM t").value();
            reader.execute("COMMIT");
        } catch (const std::exception& failed) {
            failure = failed.what();
        }
    });
    eventually("the reader waits", [&] {
        return session().query_value(
                   fmt::format("SELECT COUNT(*) FROM performance_schema.metadata_locks m JOIN "
                               "performance_schema.threads t ON t.thread_id=m.owner_thread_id "
                               "WHERE t.processlist_id={} AND m.lock_status='PENDING'",
                               reader.connection_id())) != "0";
    });
    faults.go("foreign_keys.before");
    run().expect_swapped();
    reading.join();
    EXPECT_EQ(failure, "");
    EXPECT_EQ(seen, "3");
    expect_constrained();
}

TEST_P(a_child_that_keeps_its_keys, does_not_lock_where_the_time_would_not_do) {
    make();
    run().start("ADD COLUMN b INT", {.more = {"--cut-over-stall-budget-millis=1"}});
    run().wait_until("it is told", [&] {
        return run().segue().err().find("what is to be done about foreign keys takes some") !=
               std::string::npos;
    });
    EXPECT_EQ(run().segue().err().find("writes waited for"), std::string::npos)
        << run().segue().err();
    run().segue().signal(SIGTERM);
    EXPECT_NE(run().segue().wait(3 * patience), 0);
    EXPECT_EQ(keys_of(session(), run().table()), "named,t_ibfk_1");
}

/// Writers of a parent and its child, who write down what the server has said that it committed.
class family {
  public:
    family(const sandbox_server& server, std::string schema) : server_(server), schema_(schema) {
        for (int who = 0; who < 3; ++who)
            threads_.emplace_back([this, who](std::stop_token stop) { write(who, stop); });
    }
    void stop() {
        for (auto& one : threads_) one.request_stop();
        threads_.clear();
    }
    void wait_for(std::uint64_t more) const {
        const auto wanted = committed_ + more;
        eventually("the family grows", [&] { return committed_ >= wanted || failed(); });
    }
    bool failed() const {
        const std::lock_guard lock(mutex_);
        return !complaints_.empty();
    }
    // After stop().
    std::string complaints() const { return complaints_; }
    const std::map<int, int>& children() const { return children_; }
    const std::set<int>& parents() const { return parents_; }
    std::uint64_t refused() const { return refused_; }

  private:
    // Each has numbers of its own, so that its ledger needs no order among all.
    void write(int who, const std::stop_token& stop) {
        // Not to be ended in a COMMIT, of which nobody would know.
        application_session session(server_.over_tcp(), schema_);
        for (int round = 0; !stop.stop_requested(); ++round) {
            const int id = 1'000 + 3 * round + who;
            try {
                grow(session, id, round);
            } catch (const error& failed) {
                const std::lock_guard lock(mutex_);
                complaints_ += std::string(failed.what()) + "\n";
                return;
            }
        }
    }
    void grow(application_session& session, int id, int round) {
        session.execute("BEGIN");
        session.execute(fmt::format("INSERT INTO p VALUES ({},0)", id));
        session.execute(fmt::format("INSERT INTO t (id,p,q) VALUES ({0},{0},{0})", id));
        session.execute("COMMIT");
        note([&] { parents_.insert(id), children_[id] = id; });
        expect(session, fmt::format("INSERT INTO t (id,p,q) VALUES ({},-1,{})", -id, id),
               no_such_parent);
        expect(session, fmt::format("DELETE FROM p WHERE id={}", id), cannot_delete_parent);
        if (round % 3 == 0) return;
        // A child moves from a parent that was made with it to another, and that one goes.
        if (round % 3 == 1) {
            session.execute(fmt::format("UPDATE t SET p=1, q=1 WHERE id={}", id));
            note([&] { children_[id] = 1; });
        } else {
            session.execute(fmt::format("DELETE FROM t WHERE id={}", id));
            note([&] { children_.erase(id); });
        }
        session.execute(fmt::format("DELETE FROM p WHERE id={}", id));
        note([&] { parents_.erase(id); });
    }
    template <typename Change>
    void note(Change change) {
        const std::lock_guard lock(mutex_);
        change();
        ++committed_;
    }
    void expect(application_session& session, const std::string& statement, int failure) {
        const int met = failure_of(session, statement);
        const std::lock_guard lock(mutex_);
        if (met == failure)
            ++refused_;
        else
            complaints_ += fmt::format("{} gave {}\n", statement, met);
    }

    const sandbox_server& server_;
    const std::string schema_;
    mutable std::mutex mutex_;
    std::map<int, int> children_;  // guarded by mutex_, as the next two
    std::set<int> parents_;
    std::string complaints_;
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<std::uint64_t> committed_{0};
    std::vector<std::jthread> threads_;
};

TEST_P(a_child_that_keeps_its_keys, loses_nothing_and_is_constrained_at_every_moment) {
    make();
    session().execute(
        "INSERT INTO t (id,p,q) WITH RECURSIVE n AS (SELECT 10 i UNION ALL SELECT i+1 FROM n WHERE "
        "i<900) SELECT i, 1 + i % 4, 1 + i % 5 FROM n");
    const auto before = session().query_value("SELECT COUNT(*) FROM t").value();
    family writers(run().server(), run().schema());
    writers.wait_for(50);
    run().start(
        "ADD COLUMN b INT NOT NULL DEFAULT 3, MODIFY id BIGINT NOT NULL",
        {.postponed = true, .more = {"--chunk-size=10", "--cut-over-stall-budget-millis=5000"}});
    run().segue().wait_for_output("State: postponing cut-over");
    writers.wait_for(200);
    run().let_cut_over();
    run().expect_swapped();
    writers.wait_for(100);
    writers.stop();
    EXPECT_EQ(writers.complaints(), "");
    EXPECT_GT(writers.refused(), 0U);

    std::map<int, int> children;
    for (const row& one : session().query("SELECT id, p, q FROM t WHERE id>=1000 OR id<0")) {
        EXPECT_EQ(one[1], one[2]);
        children[std::stoi(one[0].value())] = std::stoi(one[1].value());
    }
    EXPECT_EQ(children, writers.children());
    std::set<int> parents;
    for (const row& one : session().query("SELECT id FROM p WHERE id>=1000"))
        parents.insert(std::stoi(one[0].value()));
    EXPECT_EQ(parents, writers.parents());
    EXPECT_EQ(session().query_value("SELECT COUNT(*) FROM t WHERE id<1000 AND id>0"), before);
    EXPECT_EQ(session().query_value("SELECT COUNT(*) FROM t WHERE NOT EXISTS (SELECT 1 FROM p "
                                    "WHERE p.id=t.q)"),
              "0");
    expect_constrained();
    expect_nothing_held();
}

}  // namespace
}  // namespace segue::test
