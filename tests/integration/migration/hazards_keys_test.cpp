// docs/hazards.md, 8 to 11, 18, 34, 38 and 39: keys of which the client knows neither the order
// nor which are equal, and keys that come up while a migration runs.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/oracle.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

constexpr const char* add = "ADD COLUMN b INT";

class keys_of_many_names : public testing::Test {
  protected:
    ~keys_of_many_names() override { std::filesystem::remove(throttled); }

    void make_table(const std::string& more = "") {
        run.session().execute(
            "CREATE TABLE t (id VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, a INT" + more +
            ")");
        run.session().execute("INSERT INTO t VALUES ('a',10), ('b',20), ('c',30), ('d',40)");
    }
    value in_ghost(const std::string& id) {
        return run.session().query_value("SELECT MAX(a) FROM _t_gho WHERE id='" + id + "'");
    }
    /// Segue has copied what is above the greatest key, and nothing else until let_copy().
    void start_before_the_copy(const std::string& alter) {
        std::ofstream(throttled).flush();
        run.start(alter, {.postponed = true, .more = {"--throttle-flag-file=" + throttled}});
        run.segue().wait_for_output("phase: copy");
        eventually("the tail is copied", [&] {
            return run.session().query_value("SELECT COUNT(*) FROM _t_ghk WHERE kind='chunk'") ==
                   "1";
        });
    }
    void let_copy() { std::filesystem::remove(throttled); }

    quiet_run run{shared_server()};
    const std::string throttled = run.flag().string() + ".throttle";
};

class a_chunk_that_waits_beside_a_change : public keys_of_many_names {
  protected:
    /// The chunk has read all rows and waits for the lock of 'b' in the ghost; 'd' changes.
    void begin(fault_points& faults) {
        make_table();
        faults.pause("copier.chunk_committed");
        run.start(add, {.build = segue_build::faulty,
                        .faults = &faults,
                        .postponed = true,
                        .more = {"--threads=1"}});
        faults.wait_reached("copier.chunk_committed");  // that of the tail
        holder.execute("BEGIN");
        holder.execute("INSERT INTO _t_gho (id, a) VALUES ('b', 0)");
        faults.go("copier.chunk_committed");
        run.wait_for_lock_wait_in_ghost();
        run.session().execute("UPDATE t SET a=41, id='D' WHERE id='d'");
    }
    oracle_answer end() {
        holder.execute("ROLLBACK");
        run.segue().wait_for_output("phase: postponed");
        run.let_cut_over();
        run.expect_swapped();
        return compare_with_native_alter(
            shared_server().over_tcp(),
            {.table = run.table(), .old_table = run.tables().old, .alter = add});
    }
    application_session holder{shared_server().over_tcp(), run.schema()};
};

TEST_F(a_chunk_that_waits_beside_a_change, has_it_flushed_afterwards) {
    fault_points faults;
    begin(faults);
    run.segue().wait_for_output("Backlog: 2/");
    const auto answer = end();
    EXPECT_TRUE(answer.equal()) << answer.text();
}

TEST_F(a_chunk_that_waits_beside_a_change, writes_the_older_row_over_it_if_flushes_run_beside) {
    fault_points faults;
    faults.leave_out("copying_and_flushing_take_turns");
    begin(faults);
    eventually("the change is flushed", [&] { return in_ghost("d") == "41"; });
    const auto answer = end();
    // The row by its new name is missing, that by its old one is extra.
    EXPECT_EQ(answer.differing_rows, 2U) << answer.text();
}

// 10
TEST_F(keys_of_many_names, are_flushed_ahead_of_the_copy_and_copied_over) {
    make_table();
    start_before_the_copy(add);
    run.session().execute("UPDATE t SET a=21, id='B' WHERE id='b'");
    eventually("the change is flushed", [&] { return in_ghost("b") == "21"; });
    run.session().execute("DELETE FROM t WHERE id='C'");
    let_copy();
    run.segue().wait_for_output("phase: postponed");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(add);
}

TEST_F(keys_of_many_names, are_flushed_ahead_of_the_copy_beside_a_unique_index) {
    make_table(", UNIQUE KEY by_a (a)");
    start_before_the_copy(add);
    run.session().execute("UPDATE t SET a=NULL WHERE id='B'");
    run.session().execute("UPDATE t SET a=20, id='\u00c0' WHERE id='a'");
    eventually("the change is flushed", [&] { return in_ghost("a") == "20"; });
    let_copy();
    run.segue().wait_for_output("phase: postponed");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(add);
}

// 34: the row in the ghost has another name than the one in the original.
TEST_F(keys_of_many_names, of_rows_that_collide_are_both_told) {
    make_table();
    start_before_the_copy("ADD UNIQUE KEY by_a (a)");
    run.session().execute("UPDATE t SET a=21 WHERE id='b'");
    eventually("the row is there", [&] { return in_ghost("b") == "21"; });
    run.session().execute("UPDATE t SET id='B' WHERE id='b'");
    run.session().execute("UPDATE t SET id='C', a=21 WHERE id='c'");
    let_copy();
    run.expect_failed({"two rows have the same value under a unique index"});
    // By which of its names depends on what was flushed before.
    const std::regex both("row id='[bB]' and row id='[cC]'|row id='[cC]' and row id='[bB]'");
    EXPECT_TRUE(std::regex_search(run.segue().err(), both)) << run.segue().err();
}

TEST_F(keys_of_many_names, of_rows_that_exchange_their_values_are_no_conflict) {
    make_table(", UNIQUE KEY by_a (a)");
    run.start(add, {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    for (int i = 0; i < 20; ++i) {
        run.session().execute("BEGIN");
        run.session().execute("UPDATE t SET a=NULL WHERE id='A'");
        run.session().execute(fmt::format("UPDATE t SET a={}, id='{}' WHERE id='b'",
                                          i % 2 == 0 ? 10 : 20, i % 3 == 0 ? "b" : "B"));
        run.session().execute(fmt::format("UPDATE t SET a={} WHERE id='a'", i % 2 == 0 ? 20 : 10));
        run.session().execute("COMMIT");
    }
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(add);
}

/// Rows are copied, and the cut-over waits; in the ghost letters of either case are equal.
class keys_that_are_equal_in_the_ghost : public testing::Test {
  protected:
    keys_that_are_equal_in_the_ghost() {
        run.session().execute(
            "CREATE TABLE t (id VARCHAR(20) COLLATE utf8mb4_0900_as_cs PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES ('A',10), ('b',20), ('c',30)");
        run.start(alter, {.postponed = true});
        run.segue().wait_for_output("phase: postponed");
    }
    const std::string alter = "MODIFY id VARCHAR(20) COLLATE utf8mb4_0900_ai_ci NOT NULL";
    quiet_run run{shared_server()};
};

// 38
TEST_F(keys_that_are_equal_in_the_ghost, leave_the_others_row_when_one_comes_and_goes) {
    run.session().execute("BEGIN");
    run.session().execute("INSERT INTO t VALUES ('a',11), ('B',21)");
    run.session().execute("DELETE FROM t WHERE id IN ('a','B')");
    run.session().execute("COMMIT");
    run.session().execute("UPDATE t SET a=31 WHERE id='c'");
    eventually("later changes are flushed", [&] {
        return run.session().query_value("SELECT a FROM _t_gho WHERE id='c'") == "31";
    });
    EXPECT_EQ(run.session().query_value("SELECT GROUP_CONCAT(id, a ORDER BY a) FROM _t_gho"),
              "A10,b20,c31");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST_F(keys_that_are_equal_in_the_ghost, may_follow_one_another) {
    for (int i = 0; i < 20; ++i) {
        run.session().execute("DELETE FROM t WHERE a=10");
        run.session().execute(
            fmt::format("INSERT INTO t VALUES ('{}',10)", i % 2 == 0 ? "a" : "A"));
        run.session().execute(
            fmt::format("UPDATE t SET id='{}' WHERE a=20", i % 3 == 0 ? "B" : "b"));
    }
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST_F(keys_that_are_equal_in_the_ghost, end_the_migration_when_both_are_there) {
    run.session().execute("INSERT INTO t VALUES ('a',11)");
    run.expect_failed({"two rows have the same value under a unique index", "row id='A'",
                       "row id='a'", "Duplicate entry", "The original table is untouched"});
}

// 39
TEST(a_key_that_gains_a_column, has_one_row_however_often_it_changes) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, day DATE NOT NULL)");
    run.session().execute("INSERT INTO t VALUES (1,'2024-01-01'), (2,'2024-01-01')");
    const std::string alter = "DROP PRIMARY KEY, ADD PRIMARY KEY (id, day)";
    run.start(alter, {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    for (int i = 0; i < 20; ++i) {
        run.session().execute("UPDATE t SET day=day + INTERVAL 1 DAY");
        run.session().execute("DELETE FROM t WHERE id=2");
        run.session().execute(fmt::format("INSERT INTO t VALUES (2,'2025-01-{}')", 1 + i));
    }
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

// 8
TEST(a_date_of_zeros_in_the_key, ends_the_migration_when_it_comes_up) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (d DATE, id INT, a INT, PRIMARY KEY (id, d))");
    run.session().execute("INSERT INTO t VALUES ('2024-01-01', 1, 1), ('2024-01-02', 2, 2)");
    run.start(add, {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    run.session().execute("SET SESSION sql_mode=''");
    run.session().execute("INSERT INTO t VALUES ('0000-00-00', 3, 3)");
    run.expect_failed({"a key column holds the date 0000-00-00", "Give these rows another date",
                       "The original table is untouched"});
}

// 11
TEST(a_key_that_is_not_the_primary_key, ends_the_migration_where_an_image_leaves_it_out) {
    quiet_run run(shared_server());
    run.session().execute(
        "CREATE TABLE t (size DOUBLE PRIMARY KEY, id INT NOT NULL, a INT, UNIQUE KEY (id))");
    run.session().execute("INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)");
    run.start(add, {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    run.session().execute("SET SESSION binlog_row_image='MINIMAL'");
    run.session().execute("UPDATE t SET a=3 WHERE size=2");
    run.let_cut_over();
    run.expect_failed({"does not hold the key column `id`", "binlog_row_image be FULL"});
}

// 18
TEST(long_keys, fit_into_the_packets_of_the_server) {
    const auto& server = shared_server({"--max-allowed-packet=65536"});
    quiet_run run(server);
    run.session().execute(
        "CREATE TABLE t (id VARCHAR(700) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, a INT, UNIQUE KEY "
        "by_a (a))");
    run.session().execute(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<150) "
        "SELECT CONCAT(REPEAT('\u00e4', 690), i), i FROM n");
    run.start(add, {.postponed = true, .more = {"--chunk-size=10"}});
    run.segue().wait_for_output("phase: postponed");
    run.session().execute("UPDATE t SET a=a+1000");
    run.session().execute("UPDATE t SET id=UPPER(id)");
    run.session().execute("UPDATE t SET a=a-999 ORDER BY a");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(add);
}

TEST(renamed_key_columns, are_followed_in_either_order) {
    quiet_run run(shared_server());
    run.session().execute(
        "CREATE TABLE t (shop VARBINARY(8), day DATE, price DECIMAL(8,2), a INT, PRIMARY KEY "
        "(shop, "
        "day, price))");
    run.session().execute(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i+1 FROM n WHERE i<500) "
        "SELECT CONCAT('s', UNHEX('00'), i % 7), DATE'2024-01-01' + INTERVAL i % 11 DAY, i / 4, i "
        "FROM n");
    const std::string alter =
        "RENAME COLUMN shop TO day, RENAME COLUMN day TO shop, CHANGE price cost DECIMAL(8,2), "
        "DROP PRIMARY KEY, ADD PRIMARY KEY (cost, shop, day)";
    run.start(alter, {.postponed = true, .more = {"--chunk-size=50"}});
    run.segue().wait_for_output("phase: postponed");
    run.session().execute("UPDATE t SET price=price+1000 WHERE a % 5 = 1");
    run.session().execute("UPDATE t SET shop=CONCAT(shop, UNHEX('00')), a=-a WHERE a % 5 = 2");
    run.session().execute("DELETE FROM t WHERE a % 5 = 3");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

}  // namespace
}  // namespace segue::test
