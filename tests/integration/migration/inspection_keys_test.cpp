// docs/hazards.md, 7, 8 and 11: keys that do not serve are refused with the reason, and the choice
// among those that do is told.
#include "tests/integration/migration/quiet_run.hpp"

#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

struct unfit_key {
    const char* name;
    std::string table;  ///< What stands in CREATE TABLE t (...).
    std::string alter;
    std::string told;
    std::string rows = {};  ///< VALUES
    friend std::ostream& operator<<(std::ostream& to, const unfit_key& one) {
        return to << one.name;
    }
};

class a_key_that_does_not_serve : public testing::TestWithParam<unfit_key> {};

TEST_P(a_key_that_does_not_serve, is_refused_with_the_reason) {
    quiet_run run(shared_server());
    run.session().execute("SET SESSION sql_mode=''");  // for zero dates
    run.session().execute(fmt::format("CREATE TABLE t ({})", GetParam().table));
    if (!GetParam().rows.empty()) run.session().execute("INSERT INTO t VALUES " + GetParam().rows);
    expect_refused_and_nothing_left(run, GetParam().alter, {GetParam().told});
}

constexpr const char* add = "ADD COLUMN b INT";
constexpr const char* equal = "two keys could become equal";
const std::string names = "id VARCHAR(20) COLLATE utf8mb4_0900_as_cs PRIMARY KEY, a INT";

const unfit_key unfit_keys[] = {
    {"no_unique_index", "a INT, KEY (a)", add, "the table has no unique index"},
    {"null", "a INT NULL, UNIQUE KEY only_one (a)", add, "`only_one`: `a` can be NULL"},
    {"float_numbers", "id FLOAT PRIMARY KEY", add, "`PRIMARY`: `id` is float, of which two values"},
    {"double_numbers", "id DOUBLE PRIMARY KEY", add, "`PRIMARY`: `id` is double"},
    {"a_prefix", "id TEXT NOT NULL, UNIQUE KEY k (id(10))", add,
     "`k`: it holds only a prefix of `id`"},
    {"an_expression", "id INT NOT NULL, UNIQUE KEY k ((id + 1))", add, "`k`: it has an expression"},
    {"a_generated_column", "a INT, id INT AS (a + 1) STORED NOT NULL, UNIQUE KEY k (id)", add,
     "`k`: `id` is a generated column"},
    {"an_invisible_index", "id INT NOT NULL, a INT, UNIQUE KEY k (id, a) INVISIBLE", add,
     "`k`: it is invisible"},
    {"a_set_of_many_members", "id SET('a','b','c','d','e','f','g','h','i','j','k','l') PRIMARY KEY",
     add, "`id` is a SET of 12 members"},
    {"a_date_of_zeros", "id DATE PRIMARY KEY", add, "holds the date 0000-00-00",
     "('0000-00-00'), ('2024-01-01')"},
    {"a_datetime_without_a_day", "id DATETIME(3) PRIMARY KEY", add, "holds the date 2024-01-00",
     "('2024-01-00 00:00:00'), ('2024-01-01 00:00:00')"},
    // The alter
    {"dropped", "id INT PRIMARY KEY, a INT", "DROP PRIMARY KEY",
     "the new table has no index that begins with the same columns"},
    {"behind_another_column", "id INT PRIMARY KEY, a INT NOT NULL",
     "DROP PRIMARY KEY, ADD PRIMARY KEY (a, id)", "With ADD KEY (`id`) in the ALTER it serves"},
    {"in_an_index_of_words", "id VARCHAR(20) PRIMARY KEY",
     "DROP PRIMARY KEY, ADD FULLTEXT KEY (id)",
     "the new table has no index that begins with the same columns"},
    {"dropped_and_made_anew", "id INT PRIMARY KEY, a INT",
     "DROP PRIMARY KEY, DROP COLUMN id, ADD COLUMN id INT NOT NULL PRIMARY KEY",
     "the values of `id` are others in the new table"},
    {"some_columns_of_the_partitions", "id INT PRIMARY KEY, a INT NOT NULL",
     "DROP PRIMARY KEY, ADD PRIMARY KEY (id, a) PARTITION BY KEY () PARTITIONS 2",
     "the new table is partitioned by `id`, `a`, of which this key has only some"},
    {"some_columns_of_an_expression", "id INT PRIMARY KEY, `a b` INT NOT NULL",
     "DROP PRIMARY KEY, ADD PRIMARY KEY (id, `a b`) PARTITION BY HASH (`A B` + id)",
     "the new table is partitioned by `id`, `a b`, of which this key has only some"},
    {"some_columns_of_subpartitions", "id INT PRIMARY KEY, a INT NOT NULL, b INT NOT NULL",
     "DROP PRIMARY KEY, ADD PRIMARY KEY (id, a, b) PARTITION BY RANGE (a) SUBPARTITION BY KEY (id) "
     "(PARTITION p VALUES LESS THAN MAXVALUE)",
     "the new table is partitioned by `id`, `a`, of which this key has only some"},
    {"another_type", "id INT PRIMARY KEY", "MODIFY id VARCHAR(20) NOT NULL",
     "`id` changes its type from int to varchar(20)"},
    {"a_character_set_with_two_codes", names, "MODIFY id VARCHAR(20) CHARACTER SET cp932 NOT NULL",
     equal},
    {"blanks_that_are_cut", names, "MODIFY id CHAR(20) COLLATE utf8mb4_0900_as_cs NOT NULL", equal},
    {"fewer_digits_of_a_second", "id DATETIME(6) PRIMARY KEY", "MODIFY id DATETIME NOT NULL",
     equal},
    {"another_scale", "id DECIMAL(10,4) PRIMARY KEY", "MODIFY id DECIMAL(10,2) NOT NULL", equal},
    {"no_scale", "id DECIMAL(10,2) PRIMARY KEY", "MODIFY id INT NOT NULL",
     "two keys could become equal: digits behind the point are rounded off"},
    {"another_enum", "id ENUM('a','b') PRIMARY KEY", "MODIFY id ENUM('b','a') NOT NULL",
     "its members have other numbers then, by which Segue names the rows"},
    {"bytes_that_are_not_filled_up", "id BINARY(4) PRIMARY KEY", "MODIFY id VARBINARY(4) NOT NULL",
     "Segue follows no key from the one type to the other"}};

INSTANTIATE_TEST_SUITE_P(of, a_key_that_does_not_serve, testing::ValuesIn(unfit_keys),
                         [](const auto& each) { return each.param.name; });

TEST(a_key_that_has_no_column_of_the_partitions, serves) {
    quiet_run run(shared_server());
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT NOT NULL)");
    run.session().execute(
        "INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < "
        "500) SELECT i, i * 7 FROM n");
    const std::string alter =
        "ADD COLUMN half INT AS (a DIV 2) STORED, DROP PRIMARY KEY, ADD PRIMARY KEY (id, a) "
        "PARTITION BY KEY (a) PARTITIONS 7";
    run.start(alter, {.postponed = true, .more = {"--chunk-size=10"}});
    run.segue().wait_for_output("phase: postponed");
    for (int i = 0; i < 20; ++i) {
        run.session().execute("FLUSH TABLES");
        run.session().execute(fmt::format("DELETE FROM t WHERE id % 50 = {}", i));
        run.session().execute(fmt::format("UPDATE t SET a = a + 1 WHERE id % 50 = {}", 49 - i));
    }
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter(alter);
}

TEST(a_key_that_names_no_row, is_refused_by_a_rehearsal_too) {
    quiet_run run(shared_server());
    run.session().execute("SET SESSION sql_mode=''");
    run.session().execute("CREATE TABLE t (id DATE PRIMARY KEY)");
    run.session().execute("INSERT INTO t VALUES ('0000-00-00'), ('2024-01-01')");
    expect_refused_and_nothing_left(run, add, {"holds the date 0000-00-00"}, {"--execute=false"});
}

TEST(a_binary_log_of_minimal_images, serves_primary_keys_only) {
    const auto& server = shared_server({"--binlog-row-image=MINIMAL"});
    quiet_run run(server);
    run.session().execute("CREATE TABLE t (id INT NOT NULL, a INT, UNIQUE KEY by_id (id))");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    expect_refused_and_nothing_left(
        run, "ADD COLUMN b INT",
        {"`by_id`: it is not the primary key, and binlog_row_image is not FULL",
         "SET GLOBAL binlog_row_image=FULL", "The table needs a primary key",
         "Often a KEY over its columns"});
}

TEST(the_choice_of_a_key, is_told_for_each_index) {
    quiet_run run(shared_server());
    run.session().execute(
        "CREATE TABLE t (name VARCHAR(20) PRIMARY KEY, wide BINARY(40) NOT NULL, id INT NOT NULL, "
        "size DOUBLE NOT NULL, UNIQUE KEY by_wide (wide), UNIQUE KEY by_id (id), UNIQUE KEY "
        "by_size (size))");
    run.session().execute("INSERT INTO t VALUES ('a', 'a', 1, 1.5), ('B', 'b', 2, 2.5)");
    run.start("ADD COLUMN b INT", {.more = {"--verbose"}});
    run.expect_swapped();
    const auto told = run.segue().out() + run.segue().err();
    for (const char* const line :
         {"`by_id`: chosen, a NOT NULL unique index of both tables",
          "`by_wide`: would serve, but `by_id` has fewer or narrower columns",
          "`PRIMARY`: would serve, but only the server can order its values; `by_id` is better",
          "`by_size`: `size` is double"})
        EXPECT_NE(told.find(line), std::string::npos) << line << "\n" << told;
    run.expect_as_native_alter("ADD COLUMN b INT");
}

/// A zone with summer time, as tzdata has it, for a server whose zone tables are empty.
void make_zone(const sandbox_server& server) {
    auto root = server.root();
    for (const char* const sql :
         {"REPLACE INTO mysql.time_zone VALUES (4001, 'N')",
          "REPLACE INTO mysql.time_zone_name VALUES ('Segue/Summer', 4001)",
          "REPLACE INTO mysql.time_zone_transition_type VALUES (4001, 0, 3600, 0, 'W'), (4001, 1, "
          "7200, 1, 'S')",
          "REPLACE INTO mysql.time_zone_transition VALUES (4001, 1711846800, 1), (4001, "
          "1729990800, 0)"})
        root.execute(sql);
}

class a_timestamp_in_the_key : public testing::Test {
  protected:
    a_timestamp_in_the_key() {
        run.session().execute("CREATE TABLE t (id TIMESTAMP(2) NOT NULL PRIMARY KEY, a INT)");
        run.session().execute("SET SESSION time_zone='+00:00'");
        // In a zone with summer time the two moments would print alike.
        run.session().execute(
            "INSERT INTO t VALUES ('2024-10-27 00:30:00', 1), ('2024-10-27 01:30:00.25', 2)");
    }
    quiet_run run{shared_server()};
};

TEST_F(a_timestamp_in_the_key, is_refused_where_two_moments_can_have_one_name) {
    make_zone(shared_server());
    const global_setting zone(shared_server(), "time_zone", "'Segue/Summer'");
    expect_refused_and_nothing_left(run, "ADD COLUMN b INT", {"two moments can have one name"});
}

TEST_F(a_timestamp_in_the_key, serves_in_a_zone_of_a_fixed_offset) {
    const global_setting zone(shared_server(), "time_zone", "'+05:30'");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    run.session().execute("UPDATE t SET a=7 WHERE a=2");
    run.session().execute("UPDATE t SET id='2024-10-27 01:30:00.50' WHERE a=1");
    run.session().execute("INSERT INTO t VALUES ('2024-03-31 01:30:00', 3)");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

}  // namespace
}  // namespace segue::test
