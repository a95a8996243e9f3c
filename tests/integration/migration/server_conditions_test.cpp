// Conditions of the server, and of the way to it, that pass by themselves: each ends, and the
// migration goes on.
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
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

constexpr std::string_view waits = "waiting for the server, for up to ";
constexpr std::string_view waits_no_more = "the server is back, after ";

/// An account of Segue's own, to which read_only and offline_mode apply.
std::vector<std::string> as_plain_account(const sandbox_server& server, const std::string& schema) {
    db::session root = server.root();
    root.execute("CREATE USER IF NOT EXISTS plain IDENTIFIED BY 'plain'");
    root.execute(fmt::format("GRANT ALL ON {}.* TO plain", segue::quoted_name(schema)));
    root.execute(
        "GRANT REPLICATION SLAVE, REPLICATION CLIENT, PROCESS, XA_RECOVER_ADMIN ON *.* TO plain");
    root.execute("GRANT SELECT ON performance_schema.* TO plain");
    return {"--user=plain", "--password=plain", "--default-retries=1"};
}

class a_live_migration : public testing::Test {
  protected:
    /// Waits until `told` was told once more than before `change` was made.
    void after(std::string_view told, const std::function<void()>& change) {
        const auto before = run.times_told(told);
        change();
        eventually(told, [&] {
            if (!run.segue().running()) return true;
            return run.times_told(told) > before;
        });
    }
    void passes(const std::string& variable) {
        after(waits, [&] { admin.execute("SET GLOBAL " + variable + "=ON"); });
        run.writers().wait_for_transactions(50);
        after(waits_no_more, [&] { admin.execute("SET GLOBAL " + variable + "=OFF"); });
    }
    void TearDown() override {
        admin.execute("SET GLOBAL read_only=OFF");
        admin.execute("SET GLOBAL offline_mode=OFF");
    }

    sandbox_server& server = shared_server();
    application_session admin{server.over_tcp()};
    live_run run{server, {.rows = 4'000, .writing = {.rate_per_second = 50}}};
    fault_points faults;
};

TEST_F(a_live_migration, outlasts_read_only_and_offline_mode) {
    run.writers().start();
    run.hold_copy(faults);
    run.start({.build = segue_build::faulty,
               .faults = &faults,
               .postponed = true,
               .more = as_plain_account(server, run.table().schema)});
    faults.wait_reached("copier.chunk_ended");
    after(waits, [&] { admin.execute("SET GLOBAL read_only=ON"); });
    faults.go("copier.chunk_ended");
    run.writers().wait_for_transactions(50);
    after(waits_no_more, [&] { admin.execute("SET GLOBAL read_only=OFF"); });
    passes("offline_mode");
    run.segue().wait_for_output("phase: postponed");
    passes("read_only");
    // An attempt to swap gives way to it.
    after("gave way", [&] {
        admin.execute("SET GLOBAL read_only=ON");
        run.let_cut_over();
    });
    admin.execute("SET GLOBAL read_only=OFF");
    run.expect_swapped();
    run.writers().wait_for_transactions(50);
    run.expect_nothing_lost();
    EXPECT_GT(run.times_told("--read-only option"), 0U);
}

TEST_F(a_live_migration, waits_under_read_only_also_where_its_account_is_not_stopped) {
    run.writers().start();
    run.hold_copy(faults);
    run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true});
    faults.wait_reached("copier.chunk_ended");
    after(waits, [&] { admin.execute("SET GLOBAL read_only=ON"); });
    // Whatever it writes is checked for its owner first, in the same transaction or under the lock.
    const auto written = "SELECT GROUP_CONCAT(id, value ORDER BY id) FROM " +
                         migration_tables::of(run.table()).changelog.quoted();
    // What was under way before is committed; one thread writes both rows.
    eventually("heartbeats or markers wait, too", [&] {
        return run.times_told("write the heartbeat: ") + run.times_told("write a marker: ") > 1;
    });
    const auto before = admin.query_value(written);
    faults.go("copier.chunk_ended");
    run.let_cut_over();
    run.writers().wait_for_transactions(50);
    EXPECT_EQ(admin.query_value(written), before);
    EXPECT_EQ(run.segue().out().find("phase: cut-over"), std::string::npos);
    after(waits_no_more, [&] { admin.execute("SET GLOBAL read_only=OFF"); });
    run.expect_swapped();
    run.expect_nothing_lost();
}

TEST(a_table_space_without_room, is_waited_for) {
    sandbox_server server({.mysqld = {"--innodb-file-per-table=OFF",
                                      "--innodb-data-file-path=ibdata1:12M:autoextend:max:40M"}});
    quiet_run run(server);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(2000) NOT NULL)");
    run.session().execute("SET SESSION cte_max_recursion_depth=20000");
    const auto fill = [&](const std::string& table, unsigned rows) {
        run.session().execute(
            fmt::format("INSERT INTO {} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM "
                        "n WHERE i<{}) SELECT i, REPEAT('a', 2000) FROM n",
                        table, rows));
    };
    fill("t", 1'000);
    fault_points faults;
    faults.pause("copier.chunk_ended", {.first = 5});
    run.start("ADD COLUMN b INT", {.build = segue_build::faulty,
                                   .faults = &faults,
                                   .more = {"--threads=1", "--chunk-size=100"}});
    faults.wait_reached("copier.chunk_ended");
    run.session().execute("CREATE TABLE filler (id INT, a VARCHAR(2000) NOT NULL)");
    for (unsigned rows = 4'096; rows > 0;) {
        try {
            fill("filler", rows);
        } catch (const error& full) {
            ASSERT_EQ(full.mysql_errno(), er::record_file_full) << full.what();
            rows /= 2;
        }
    }
    faults.go("copier.chunk_ended");
    run.segue().wait_for_output(waits);
    run.session().execute("DROP TABLE filler");
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
    EXPECT_NE(run.segue().err().find("is full"), std::string::npos) << run.segue().err();
}

TEST(a_host_name, that_cannot_be_looked_up_for_a_while_is_waited_for) {
    const sandbox_server& server = shared_server();
    quiet_run run(server);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
    run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    const auto outage =
        std::filesystem::temp_directory_path() / fmt::format("segue-no-lookups-{}", ::getpid());
    auto more = as_plain_account(server, run.schema());
    more.emplace_back("--host=db.segue.test");
    run.start("ADD COLUMN b INT", {.postponed = true,
                                   .more = more,
                                   .variables = {{"LD_PRELOAD", SEGUE_FAILING_LOOKUP},
                                                 {"ASAN_OPTIONS", "verify_asan_link_order=0"},
                                                 {"SEGUE_TEST_HOST_NAME", "db.segue.test"},
                                                 {"SEGUE_TEST_NO_LOOKUPS", outage.string()}}});
    run.segue().wait_for_output("phase: postponed");
    std::ofstream(outage).close();
    for (const row& one :
         run.session().query("SELECT processlist_id FROM performance_schema.threads WHERE "
                             "processlist_user='plain'")) {
        try {
            run.session().execute("KILL " + one[0].value());
        } catch (const error& gone) {
            if (gone.mysql_errno() != er::no_such_thread) throw;
        }
    }
    run.segue().wait_for_output("cannot find host db.segue.test");
    run.session().execute("INSERT INTO t VALUES (3, 3)");
    std::filesystem::remove(outage);
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
    EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM t"), "3");
}

}  // namespace
}  // namespace segue::test
