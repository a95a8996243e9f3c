// What another session may do to the table while it is migrated, and what ends the migration.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

struct statements_seen {
    const char* name;
    std::vector<std::string> statements;  ///< {} is the table.
    std::vector<std::string> told;        ///< Empty: the migration goes on.
};

// ----------------------------------------------------------------------------- definitions

class another_session : public testing::TestWithParam<statements_seen> {
  protected:
    void act(live_run& run, application_session& by) {
        for (const auto& sql : GetParam().statements)
            by.execute(fmt::format(fmt::runtime(sql), run.table().quoted()));
    }
};

using that_redefines_the_table = another_session;

TEST_P(that_redefines_the_table, ends_the_migration_while_it_is_postponed) {
    live_run run(shared_server(), {.rows = 500});
    run.session().execute("CREATE TABLE bystander (id INT PRIMARY KEY, v INT)");
    run.start({.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    auto by = run.new_session();
    act(run, by);
    run.expect_stopped(GetParam().told);
}

TEST_P(that_redefines_the_table, ends_the_migration_while_rows_are_copied) {
    live_run run(shared_server(), {.rows = 3'000});
    run.session().execute("CREATE TABLE bystander (id INT PRIMARY KEY, v INT)");
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 3});
    run.start({.build = segue_build::faulty, .faults = &faults, .threads = 1, .chunk_size = "20"});
    faults.wait_reached("copier.chunk_committed");
    auto by = run.new_session();
    act(run, by);
    faults.go("copier.chunk_committed");
    run.expect_stopped(GetParam().told);
}

const statements_seen redefinitions[] = {
    {"truncate", {"TRUNCATE TABLE {}"}, {"redefined by another session", "TRUNCATE TABLE"}},
    {"drop", {"DROP TABLE {}"}, {"redefined by another session", "DROP TABLE"}},
    {"drop_if_exists",
     {"DROP TABLE IF EXISTS bystander, {}"},
     {"redefined by another session", "DROP TABLE IF EXISTS"}},
    {"rename", {"RENAME TABLE {} TO elsewhere"}, {"redefined by another session", "RENAME TABLE"}},
    {"rename_with_another",
     {"RENAME TABLE bystander TO elsewhere, {0} TO bystander, elsewhere TO {0}"},
     {"redefined by another session", "RENAME TABLE bystander"}},
    {"alter",
     {"ALTER TABLE {} ADD COLUMN intruder INT"},
     {"redefined by another session", "ADD COLUMN intruder"}},
    {"alter_rename",
     {"ALTER TABLE {} RENAME TO elsewhere"},
     {"redefined by another session", "RENAME TO elsewhere"}},
    {"alter_in_odd_spelling",
     {"/* bystander */ alter /*!50000 table */ {} comment='bystander'"},
     {"redefined by another session", "comment='bystander'"}},
    {"create_index",
     {"CREATE INDEX intruder ON {} (quantity)"},
     {"redefined by another session", "CREATE INDEX intruder"}},
    {"trigger",
     {"CREATE TRIGGER intruder AFTER INSERT ON {} FOR EACH ROW INSERT INTO bystander VALUES "
      "(NEW.id, 1)"},
     {"redefined by another session", "TRIGGER intruder"}},
    {"foreign_key_to_it",
     {"CREATE TABLE child (id INT PRIMARY KEY, parent BIGINT, FOREIGN KEY (parent) REFERENCES {} "
      "(id))"},
     {"redefined by another session", "CREATE TABLE child"}},
    {"foreign_key_to_it_of_a_table_made_if_it_does_not_exist",
     {"CREATE TABLE IF NOT EXISTS child (id INT PRIMARY KEY, parent BIGINT, FOREIGN KEY (parent) "
      "REFERENCES {} (id))"},
     {"foreign key"}},
    {"in_ansi_quotes",
     {"SET SESSION sql_mode='ANSI_QUOTES'", "TRUNCATE TABLE \"orders\""},
     {"redefined by another session", "TRUNCATE TABLE"}},
    {"in_a_character_set_with_backquotes_in_its_characters",
     {"SET NAMES gbk", "ALTER TABLE bystander COMMENT '\x81`'"},
     {"cannot be read, so it may have redefined", "ALTER TABLE bystander"}},
    {"foreign_key_to_it_unchecked",
     {"CREATE TABLE child (id INT PRIMARY KEY, parent BIGINT)", "SET SESSION foreign_key_checks=0",
      "ALTER TABLE child ADD FOREIGN KEY (parent) REFERENCES {} (id)"},
     {"redefined by another session", "ADD FOREIGN KEY"}},
    {"another_table_in_its_place",
     {"CREATE TABLE successor LIKE {0}", "RENAME TABLE {0} TO elsewhere, successor TO {0}"},
     {"redefined by another session", "RENAME TABLE"}},
    {"a_copy_in_its_place",
     {"CREATE TABLE successor AS SELECT * FROM {0}", "DROP TABLE {0}",
      "RENAME TABLE successor TO {0}"},
     {"redefined by another session", "DROP TABLE"}}};
INSTANTIATE_TEST_SUITE_P(by, that_redefines_the_table, testing::ValuesIn(redefinitions),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(harmless_definitions, do_not_stop_it) {
    live_run run(shared_server(), {.rows = 6'000, .writing = {.rate_per_second = 60}});
    auto by = run.new_session();
    by.execute("CREATE TABLE bystander (id INT PRIMARY KEY, v INT)");
    by.execute("CREATE TABLE spare (id INT PRIMARY KEY, orders INT)");
    run.writers().start();
    fault_points faults;
    faults.pause("copier.chunk_committed", {.first = 5});
    run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true, .threads = 1});
    faults.wait_reached("copier.chunk_committed");
    const auto disturb = [&] {
        for (const std::string sql :
             {"ANALYZE TABLE {}",
              "OPTIMIZE TABLE {}",
              "FLUSH TABLES",
              "FLUSH STATUS",
              "CREATE TEMPORARY TABLE orders_copy LIKE {}",
              "DROP TEMPORARY TABLE orders_copy",
              "CREATE TEMPORARY TABLE orders (id INT)",
              "DROP TEMPORARY TABLE orders",
              "CREATE INDEX orders ON bystander (v)",
              "DROP INDEX orders ON bystander",
              "ALTER TABLE bystander ADD COLUMN w INT",
              "ALTER TABLE bystander DROP COLUMN w",
              "ALTER TABLE spare DROP COLUMN orders",
              "ALTER TABLE spare ADD COLUMN orders INT",
              "ALTER TABLE spare DROP COLUMN orders, ALGORITHM=INSTANT",
              "ALTER TABLE spare ADD COLUMN orders INT, ALGORITHM=INSTANT",
              "ALTER TABLE spare RENAME COLUMN orders TO o",
              "ALTER TABLE spare RENAME COLUMN o TO orders",
              "ALTER TABLE spare ADD CONSTRAINT orders FOREIGN KEY (orders) REFERENCES bystander "
              "(id)",
              "ALTER TABLE spare DROP FOREIGN KEY orders",
              "CREATE TABLE IF NOT EXISTS spare (id INT PRIMARY KEY REFERENCES {} (id))",
              "SET NAMES latin1",
              "ALTER TABLE spare COMMENT 'caf\xe9'",
              "SET NAMES utf8mb4",
              "TRUNCATE TABLE bystander",
              "RENAME TABLE bystander TO by2",
              "RENAME TABLE by2 TO bystander",
              "CREATE TRIGGER harmless BEFORE INSERT ON bystander FOR EACH ROW SET NEW.v = 1",
              "DROP TRIGGER harmless",
              "CREATE VIEW seen AS SELECT id FROM {}",
              "DROP VIEW seen",
              "CREATE TABLE child (id INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES bystander "
              "(id))",
              "DROP TABLE child",
              "CREATE TABLE made AS SELECT * FROM bystander",
              "DROP TABLE made",
              "CREATE TABLE copied AS SELECT * FROM {}",
              "DROP TABLE copied",
              "CREATE USER IF NOT EXISTS nobody_at_all",
              "DROP USER nobody_at_all"}) {
            by.execute(fmt::format(fmt::runtime(sql), run.table().quoted()));
        }
    };
    disturb();
    faults.go("copier.chunk_committed");
    run.segue().wait_for_output("phase: postponed");
    disturb();
    run.writers().wait_for_transactions(50);
    run.writers().pause();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
    run.expect_nothing_lost();
}

TEST(a_partition, that_is_exchanged_with_the_table_ends_the_migration) {
    live_options with{.rows = 500};
    with.spec.unique_column.clear();
    live_run run(shared_server(), with);
    auto by = run.new_session();
    by.execute("CREATE TABLE parted LIKE " + run.table().quoted());
    by.execute(
        "ALTER TABLE parted PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN MAXVALUE)");
    run.start({.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    by.execute("ALTER TABLE parted EXCHANGE PARTITION p WITH TABLE " + run.table().quoted());
    run.expect_stopped({"redefined by another session", "EXCHANGE PARTITION"});
}

// ---------------------------------------------------------------- statements in place of rows

const char* const as_statements = "SET SESSION binlog_format='STATEMENT'";

class as_a_statement : public another_session {
  protected:
    void prepare(application_session& by) {
        by.execute("CREATE TABLE bystander (id INT PRIMARY KEY, v INT)");
        by.execute("INSERT INTO bystander VALUES (1, 1), (2, 2)");
        by.execute("CREATE DATABASE IF NOT EXISTS elsewhere");
        by.execute("CREATE TABLE IF NOT EXISTS elsewhere.t (id INT PRIMARY KEY)");
        by.execute(as_statements);
    }

    /// What is told, or goes on.
    void migrate(const sandbox_server& server) {
        live_run run(server, {.rows = 500});
        auto by = run.new_session();
        prepare(by);
        run.start({.postponed = true});
        run.segue().wait_for_output("phase: postponed");
        act(run, by);
        if (!GetParam().told.empty()) {
            run.expect_stopped(GetParam().told);
            return;
        }
        run.let_cut_over();
        run.expect_swapped();
    }
};

TEST_P(as_a_statement, a_change_ends_the_migration_if_it_may_concern_it) {
    migrate(shared_server());
}

TEST_P(as_a_statement, a_change_ends_the_migration_on_8_0_as_well) {
    if (const auto why = why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
    migrate(shared_server({}, "8.0"));
}

const statements_seen changes[] = {
    {"update", {"UPDATE {} SET quantity=7 WHERE id < 0"}, {"as text", "SET quantity=7"}},
    {"insert",
     {"INSERT INTO {} (id, quantity, title, made, raw) VALUES (99999, 1, 'a', NOW(), '')"},
     {"as text", "VALUES (99999"}},
    {"delete", {"DELETE FROM {} WHERE id=-500"}, {"as text", "DELETE FROM"}},
    {"update_in_a_transaction",
     {"BEGIN", "UPDATE {} SET quantity=7 WHERE id=-500", "COMMIT"},
     {"as text", "SET quantity=7"}},
    // Which tables it writes cannot be told from the text.
    {"of_another_table_of_the_schema",
     {"UPDATE bystander SET v=8"},
     {"as text", "UPDATE bystander"}},
    {"mixed",
     {"SET SESSION binlog_format='MIXED'", "DELETE FROM {} WHERE id=-499"},
     {"as text", "DELETE FROM"}},
    // Through names that do not tell what is changed.
    {"through_a_view",
     {"CREATE VIEW seen AS SELECT id, quantity FROM {}",
      "UPDATE seen SET quantity=7 WHERE id=-500"},
     {"as text", "UPDATE seen"}},
    {"by_a_trigger_in_another_schema",
     {"DROP TRIGGER IF EXISTS elsewhere.reaches_over",
      "CREATE TRIGGER elsewhere.reaches_over AFTER INSERT ON elsewhere.t FOR EACH ROW UPDATE {} "
      "SET "
      "quantity=7 WHERE id=-500",
      "REPLACE INTO elsewhere.t VALUES (2)", "DROP TRIGGER elsewhere.reaches_over"},
     {"as text", "REPLACE INTO elsewhere.t"}},
    {"of_another_schema", {"REPLACE INTO elsewhere.t VALUES (1)"}, {}}};
INSTANTIATE_TEST_SUITE_P(of, as_a_statement, testing::ValuesIn(changes),
                         [](const auto& each) { return std::string(each.param.name); });

// It is no query event.
TEST(a_file_loaded_as_a_statement, ends_the_migration) {
    const auto& server = shared_server({"--secure-file-priv="});
    live_run run(server, {.rows = 500});
    const auto file = std::filesystem::temp_directory_path() /
                      fmt::format("segue-load-{}-{}", ::getpid(), run.table().schema);
    std::ofstream(file) << "99999\t1\ta\t2020-01-01 00:00:00\tb\n";
    std::filesystem::permissions(file, std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    run.start({.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    auto by = run.new_session();
    by.execute(as_statements);
    by.execute(fmt::format("LOAD DATA INFILE '{}' INTO TABLE {} (id, quantity, title, made, raw)",
                           file.string(), run.table().quoted()));
    std::filesystem::remove(file);
    run.expect_stopped({"as text", "LOAD DATA"});
}

}  // namespace
}  // namespace segue::test
