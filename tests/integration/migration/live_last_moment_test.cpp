// docs/hazards.md, 20 and 42: what another session defines when the names are about to be swapped.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

struct definition {
    const char* name;
    const char* statement;          ///< {} is the table.
    std::vector<std::string> told;  ///< When it comes just before the lock.
    /// True where it came to act on the new table; {0} its schema, {1} its name.
    const char* on_the_new_table;
};

class a_definition : public testing::TestWithParam<definition> {
  protected:
    a_definition() {
        run.session().execute("CREATE TABLE bystander (id BIGINT PRIMARY KEY)");
        run.session().execute("CREATE TABLE child (id INT PRIMARY KEY, parent BIGINT)");
    }
    std::string statement() const {
        return fmt::format(fmt::runtime(GetParam().statement), run.table().quoted());
    }
    void start(const std::string& point) {
        faults.pause(point);
        run.start({.build = segue_build::faulty,
                   .faults = &faults,
                   .more = {"--cut-over-stall-budget-millis=60000"}});
        faults.wait_reached(point);
    }
    void let_it_wait(const std::string& point) {
        start(point);
        std::optional<std::string> failure;
        auto by = run.new_session();
        by.execute("SET SESSION foreign_key_checks=0");
        std::jthread other([&] {
            try {
                by.execute(statement());
            } catch (const std::exception& failed) {
                failure = failed.what();
            }
        });
        eventually("the statement waits for the table", [&] {
            return run.session().query_value(fmt::format(
                       "SELECT COUNT(*) FROM performance_schema.metadata_locks m JOIN "
                       "performance_schema.threads t ON t.thread_id=m.owner_thread_id WHERE "
                       "t.processlist_id={} AND m.lock_status='PENDING'",
                       by.connection_id())) != "0";
        });
        faults.go(point);
        run.expect_swapped();
        other.join();
        EXPECT_EQ(failure, std::nullopt);
        EXPECT_EQ(run.session().query_value(fmt::format(fmt::runtime(GetParam().on_the_new_table),
                                                        quoted_literal(run.table().schema),
                                                        quoted_literal("orders"))),
                  "1");
    }

    live_run run{shared_server(), {.rows = 300}};
    fault_points faults;
};

TEST_P(a_definition, just_before_the_lock_ends_the_migration) {
    start("cut_over.before_lock");
    run.new_session().execute(statement());
    faults.go("cut_over.before_lock");
    run.expect_stopped(GetParam().told);
}

TEST_P(a_definition, under_the_lock_waits_and_acts_on_the_new_table) {
    let_it_wait("cut_over.marker_seen");
}

TEST_P(a_definition, after_the_last_look_waits_and_acts_on_the_new_table) {
    let_it_wait("cut_over.before_rename");
}

const definition definitions[] = {
    {"trigger",
     "CREATE TRIGGER intruder AFTER INSERT ON {} FOR EACH ROW INSERT INTO bystander VALUES "
     "(NEW.id)",
     {"redefined by another session", "TRIGGER intruder"},
     "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema={0} AND "
     "event_object_table={1}"},
    {"index",
     "CREATE INDEX intruder ON {} (quantity)",
     {"redefined by another session", "CREATE INDEX"},
     "SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema={0} AND table_name={1} "
     "AND index_name='intruder'"},
    {"foreign_key",
     "ALTER TABLE child ADD CONSTRAINT intruder FOREIGN KEY (parent) REFERENCES {} (id)",
     {"redefined by another session", "FOREIGN KEY"},
     "SELECT COUNT(*) FROM information_schema.referential_constraints WHERE constraint_schema={0} "
     "AND referenced_table_name={1}"},
    {"foreign_key_of_a_table_made_if_it_does_not_exist",
     "CREATE TABLE IF NOT EXISTS another_child (id INT PRIMARY KEY, parent BIGINT, FOREIGN KEY "
     "(parent) REFERENCES {} (id))",
     {"a foreign key of the table", "another_child"},
     "SELECT COUNT(*) FROM information_schema.referential_constraints WHERE constraint_schema={0} "
     "AND referenced_table_name={1}"},
    {"truncate",
     "TRUNCATE TABLE {}",
     {"redefined by another session"},
     "SELECT COUNT(*)=0 FROM orders WHERE {0}={0} AND {1}={1}"}};
INSTANTIATE_TEST_SUITE_P(of_a, a_definition, testing::ValuesIn(definitions),
                         [](const auto& each) { return std::string(each.param.name); });

// Of another schema, which the account may not see: not by the index, but in the whole server.
TEST(a_foreign_key_that_the_account_cannot_see, just_before_the_lock_ends_the_migration) {
    live_run run(shared_server(), {.rows = 300});
    const std::string elsewhere = run.table().schema + "_elsewhere";
    const std::string name = "narrow_" + run.table().schema;
    const std::string account = quoted_literal(name) + "@'%'";
    auto root = shared_server().root();
    root.execute("CREATE DATABASE " + quoted_name(elsewhere));
    root.execute(fmt::format("CREATE USER {} IDENTIFIED BY 'narrow'", account));
    root.execute(fmt::format("GRANT ALL ON {}.* TO {}", quoted_name(run.table().schema), account));
    root.execute(
        fmt::format("GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT, "
                    "XA_RECOVER_ADMIN ON *.* TO {}",
                    account));
    root.execute(fmt::format("GRANT SELECT ON performance_schema.* TO {}", account));
    fault_points faults;
    faults.pause("cut_over.before_lock");
    run.start(
        {.build = segue_build::faulty,
         .faults = &faults,
         .more = {"--cut-over-stall-budget-millis=60000", "--user=" + name, "--password=narrow"}});
    faults.wait_reached("cut_over.before_lock");
    root.execute(
        fmt::format("CREATE TABLE IF NOT EXISTS {}.child (id INT PRIMARY KEY, parent "
                    "BIGINT, FOREIGN KEY (parent) REFERENCES {} (id))",
                    quoted_name(elsewhere), run.table().quoted()));
    faults.go("cut_over.before_lock");
    run.expect_stopped({"cut-over attempt 1 gave way: a statement may have made a foreign key",
                        "a foreign key of the table " + quoted_name(elsewhere) + ".`child`"});
    root.execute("DROP DATABASE " + quoted_name(elsewhere));
    root.execute("DROP USER " + account);
}

// 42
TEST(under_the_lock, nothing_is_asked_whose_cost_goes_by_the_server) {
    live_run run(shared_server(), {.rows = 300});
    const auto asked = [&] {
        return run.session().query_value(
            "SELECT COALESCE(SUM(COUNT_STAR), 0) FROM "
            "performance_schema.events_statements_summary_by_digest WHERE DIGEST_TEXT LIKE "
            "'%INNODB_FOREIGN%' OR DIGEST_TEXT LIKE '%`CONSTRAINT_SCHEMA` = ? AND `TABLE_NAME`%'");
    };
    fault_points faults;
    faults.pause("cut_over.locked");
    faults.pause("cut_over.before_rename");
    run.start({.build = segue_build::faulty,
               .faults = &faults,
               .more = {"--cut-over-stall-budget-millis=60000"}});
    faults.wait_reached("cut_over.locked");
    const auto before = asked();
    EXPECT_NE(before, "0");
    faults.go("cut_over.locked");
    faults.wait_reached("cut_over.before_rename");
    EXPECT_EQ(asked(), before);
    faults.go("cut_over.before_rename");
    run.expect_swapped();
}

}  // namespace
}  // namespace segue::test
