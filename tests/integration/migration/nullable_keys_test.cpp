// --allow-nullable-unique-key: a unique index whose columns can be NULL, and never are.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <atomic>
#include <exception>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class a_key_that_can_be_null : public testing::Test {
  protected:
    a_key_that_can_be_null() {
        run.session().execute(
            "CREATE TABLE t (a INT, b INT NULL DEFAULT 0, v INT, UNIQUE KEY u (a, b))");
        run.session().execute(
            "INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE "
            "i<500) SELECT i, i % 7, i FROM n");
    }
    void start(const std::string& alter = "ADD COLUMN c INT") {
        run.start(alter, {.postponed = true, .more = {"--allow-nullable-unique-key"}});
        run.segue().wait_for_output("State: postponing cut-over");
    }
    quiet_run run{shared_server()};
};

TEST_F(a_key_that_can_be_null, is_refused_with_the_flag_that_helps) {
    expect_refused_and_nothing_left(
        run, "ADD COLUMN c INT",
        {"`u`: `a` can be NULL", "serves with --allow-nullable-unique-key"});
}

TEST_F(a_key_that_can_be_null, names_the_rows_while_writers_are_at_work) {
    std::atomic<bool> ends{false};
    std::string complaint;
    std::atomic<int> rounds{0};
    std::thread writer([&] {
        try {
            application_session session(run.server().over_tcp(), run.schema());
            for (int i = 0; !ends; ++i, ++rounds) {
                session.execute(fmt::format("INSERT INTO t VALUES ({}, {}, 0)", 1'000 + i, i % 5));
                session.execute(fmt::format("UPDATE t SET a=a+5000, v={} WHERE a={}", i, i % 500));
                session.execute(fmt::format("DELETE FROM t WHERE a={}", 5'000 + i % 400));
            }
        } catch (const std::exception& failed) {
            complaint = failed.what();
        }
    });
    eventually("the writer is at work", [&] { return rounds > 5; });
    start("ADD COLUMN c INT NOT NULL DEFAULT 4, MODIFY b BIGINT NOT NULL");
    const int before = rounds;
    eventually("the writer was at work", [&] { return rounds > before + 20; });
    ends = true;
    writer.join();
    EXPECT_EQ(complaint, "");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN c INT NOT NULL DEFAULT 4, MODIFY b BIGINT NOT NULL");
    EXPECT_NE(run.segue().err().find("the key `u` has columns that can be NULL (`a`, `b`)"),
              std::string::npos);
}

TEST_F(a_key_that_can_be_null, and_is_at_the_start_is_refused) {
    run.session().execute("INSERT INTO t VALUES (9999, NULL, 1)");
    expect_refused_and_nothing_left(run, "ADD COLUMN c INT",
                                    {"the key `u` does not name all rows: there is a NULL in `b`"},
                                    {"--allow-nullable-unique-key"});
}

// Neither the first look sees it nor the stream.
TEST_F(a_key_that_can_be_null, and_is_when_the_stream_begins_ends_it_before_a_row_is_copied) {
    fault_points faults;
    faults.pause("migration.before_following");
    run.start(
        "ADD COLUMN c INT",
        {.build = segue_build::faulty, .faults = &faults, .more = {"--allow-nullable-unique-key"}});
    faults.wait_reached("migration.before_following");
    run.session().execute("INSERT INTO t VALUES (9999, NULL, 1)");
    faults.go("migration.before_following");
    run.expect_failed({"the key `u` does not name all rows: there is a NULL in `b`",
                       "The original table is untouched"});
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM _t_gho"), "0");
}

TEST_F(a_key_that_can_be_null, ends_it_when_a_null_comes) {
    for (const std::string null :
         {"INSERT INTO t VALUES (NULL, 4, 1)", "UPDATE t SET b=NULL WHERE a=77"}) {
        start();
        run.session().execute(null);
        run.let_cut_over();
        run.expect_failed(
            {"a row event holds NULL in the key column", "The original table is untouched"});
        run.session().execute("DROP TABLE _t_gho, _t_ghc, _t_ghk");
        run.session().execute("DELETE FROM t WHERE a IS NULL OR b IS NULL");
    }
}

TEST_F(a_key_that_can_be_null, is_not_taken_where_another_one_serves) {
    run.session().execute("ALTER TABLE t ADD COLUMN id INT AUTO_INCREMENT PRIMARY KEY");
    run.session().execute("INSERT INTO t (a, b) VALUES (NULL, NULL), (NULL, NULL)");
    start();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN c INT");
}

}  // namespace
}  // namespace segue::test
