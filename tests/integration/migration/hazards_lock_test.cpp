// docs/hazards.md, 14: what is flushed under LOCK TABLES is flushed without giving the lock up.
#include "src/base/error.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <atomic>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

TEST(the_lock_of_the_cut_over, is_never_given_up_by_a_transaction) {
    // Its general log holds what every connection sends.
    quiet_run run(shared_server({"--general-log=ON", "--log-output=TABLE"}));
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)");
    fault_points faults;
    faults.pause("cut_over.before_lock").pause("cut_over.flushed");
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .more = {"--cut-over-stall-budget-millis=600000"}});
    faults.wait_reached("cut_over.before_lock");
    // At the start the ends of the key are looked for in the new table by an insert that is undone.
    const auto inserts_of_a_row = [&] {
        return std::stoi(
            run.session()
                .query_value("SELECT COUNT(*) FROM mysql.general_log WHERE argument LIKE "
                             "'INSERT INTO `" +
                             run.schema() + "`.`_t_gho`%ROW(1)%'")
                .value());
    };
    const int before = inserts_of_a_row();
    // Something to flush under the lock.
    run.session().execute("UPDATE t SET a=1 WHERE id=1");
    run.session().execute("DELETE FROM t WHERE id=2");
    faults.go("cut_over.before_lock");
    faults.wait_reached("cut_over.flushed");
    EXPECT_EQ(inserts_of_a_row(), before + 1);

    std::atomic<bool> written = false;
    application_session late(shared_server({"--general-log=ON", "--log-output=TABLE"}).over_tcp(),
                             run.schema());
    std::jthread writer([&] {
        late.execute("UPDATE t SET a=2 WHERE id=3");
        written = true;
    });
    eventually("the write waits for the table", [&] {
        return run.session().query_value(
                   fmt::format("SELECT COUNT(*) FROM performance_schema.metadata_locks m JOIN "
                               "performance_schema.threads t ON "
                               "t.thread_id=m.owner_thread_id WHERE t.processlist_id={} AND "
                               "m.lock_status='PENDING'",
                               late.connection_id())) == "1";
    });
    EXPECT_FALSE(written);
    faults.go("cut_over.flushed");
    run.expect_swapped();
    writer.join();

    const auto locker = run.session().query_value(
        "SELECT thread_id FROM mysql.general_log WHERE argument LIKE 'LOCK TABLES `" +
        run.schema() + "`%'");
    std::string between;
    bool locked = false;
    for (const row& sent : run.session().query(
             fmt::format("SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log WHERE "
                         "thread_id={} AND command_type='Query' ORDER BY event_time",
                         locker.value()))) {
        if (sent[0]->starts_with("LOCK TABLES")) locked = true;
        if (sent[0]->starts_with("UNLOCK TABLES")) locked = false;
        if (locked) between += *sent[0] + "\n";
    }
    EXPECT_NE(between.find("INSERT INTO"), std::string::npos) << between;
    EXPECT_NE(between.find("RENAME TABLE"), std::string::npos) << between;
    EXPECT_EQ(between.find("BEGIN"), std::string::npos) << between;
    EXPECT_EQ(between.find("START TRANSACTION"), std::string::npos) << between;
    // The write that waited went to the new table.
    EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=3"), "2");
    EXPECT_EQ(run.session().query_value("SELECT a FROM _t_del WHERE id=3"), "0");
    EXPECT_EQ(run.session().query_value("SELECT GROUP_CONCAT(id, ':', a ORDER BY id) FROM t"),
              "1:1,3:2");
}

}  // namespace
}  // namespace segue::test
