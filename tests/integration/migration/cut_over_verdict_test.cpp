// What a run says at its end is what became of RENAME TABLE, whatever else failed.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/fault_proxy.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace segue::test {
namespace {

/// Segue connects by the proxy, and gives up at the fourth failure in a row.
class a_verdict : public testing::Test {
  protected:
    a_verdict() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 10), (2, 20)");
    }

    void start() {
        run.start("ADD COLUMN b INT",
                  {.build = segue_build::faulty,
                   .faults = &faults,
                   .more = {"--host=127.0.0.1", fmt::format("--port={}", proxy.port()),
                            "--default-retries=3", "--wait-for-server-seconds=1",
                            "--cut-over-stall-budget-millis=60000", "--report=" + report_path()}});
    }
    ~a_verdict() override { std::filesystem::remove(report_path()); }
    std::string report_path() const { return run.flag().string() + ".report"; }
    /// The heartbeat fails for good.
    void cut_heartbeat() {
        const auto before = proxy.hits();
        proxy.when("_t_ghc", network_fault::close_before, /*once=*/false);
        proxy.wait_hits(before + 4);
    }
    /// RENAME is done, its answer lost, and the heartbeat fails before that is looked into.
    void lose_rename_and_heartbeat() {
        faults.pause("cut_over.before_rename").pause("rename_outcome.begin");
        start();
        faults.wait_reached("cut_over.before_rename");
        proxy.when("RENAME TABLE", network_fault::lose_answer);
        faults.go("cut_over.before_rename");
        faults.wait_reached("rename_outcome.begin");
        cut_heartbeat();
        faults.go("rename_outcome.begin");
    }
    bool told(const std::string& text) {
        return (run.segue().err() + run.segue().out()).find(text) != std::string::npos;
    }

    quiet_run run{shared_server()};
    fault_points faults;
    fault_proxy proxy{shared_server().over_tcp().server};
};

TEST_F(a_verdict, that_is_not_known_is_told_although_the_heartbeat_failed_first) {
    faults.fail("rename_outcome.look");
    lose_rename_and_heartbeat();
    EXPECT_EQ(run.segue().wait(), 3) << run.segue().err();
    EXPECT_TRUE(
        told("FATAL the connection was lost in RENAME TABLE, and what became of it could not "
             "be looked up"))
        << run.segue().err();
    EXPECT_TRUE(told("It is not known whether the tables were swapped")) << run.segue().err();
    EXPECT_TRUE(told(
        fmt::format("{} and {} exists", run.tables().ghost.quoted(), run.tables().old.quoted())))
        << run.segue().err();
    EXPECT_FALSE(told("untouched")) << run.segue().err();
    const auto report = nlohmann::json::parse(std::ifstream(report_path()));
    EXPECT_EQ(report["outcome"], "open") << report;
    EXPECT_EQ(report["exit_code"], 3) << report;
    EXPECT_EQ(report["cut_over"]["attempts"], 1) << report;
    EXPECT_NE(run.everything().find("_t_del:2"), std::string::npos) << run.everything();
}

TEST_F(a_verdict, that_it_swapped_is_a_success_although_the_heartbeat_failed_first) {
    lose_rename_and_heartbeat();
    EXPECT_EQ(run.segue().wait(), 0) << run.segue().err();
    EXPECT_TRUE(told("# Swapped after 1 attempt")) << run.segue().out();
    EXPECT_FALSE(told("untouched")) << run.segue().err();
    // The proxy lets no statement about it pass, so the clean-up fails.
    EXPECT_TRUE(told(fmt::format("Not dropped: {0}. To clean up: DROP TABLE IF EXISTS {0};",
                                 run.tables().changelog.quoted())))
        << run.segue().err();
    EXPECT_EQ(run.everything(), "_t_del:2 _t_ghc:2 t:2");
}

TEST_F(a_verdict, is_untouched_where_the_heartbeat_is_lost_and_rename_was_never_sent) {
    application_session holder(shared_server().over_tcp(), run.schema());
    holder.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    holder.execute("BEGIN");
    holder.query("SELECT * FROM t LIMIT 1");
    start();
    run.segue().wait_for_output("cut-over attempt 1 gave way: the transaction of connection");
    cut_heartbeat();
    run.expect_failed({"The original table is untouched."});
    EXPECT_FALSE(told("not known")) << run.segue().err();
}

}  // namespace
}  // namespace segue::test
