// docs/hazards.md, 66: the binary log is reset, and grows again until it has other transactions
// under the numbers, and other files under the names, that were read.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/patience.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* alter = "ADD COLUMN b INT NOT NULL DEFAULT 3";
const std::vector<std::string> by_files{"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"};

struct kind {
    std::vector<std::string> mysqld;
    std::string version;
    std::string name;
};

class a_log_that_was_reset : public testing::TestWithParam<kind> {
  protected:
    a_log_that_was_reset() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
        run.session().execute("CREATE TABLE other (id INT PRIMARY KEY AUTO_INCREMENT, x TEXT)");
        run.start(alter, {.postponed = true});
        run.segue().wait_for_output("phase: postponed");
        run.wait_for_resume_point();
    }
    /// Where the log ends: how many transactions it has, or how many bytes.
    std::uint64_t length() {
        auto root = server.root();
        if (!by_gtid) {
            const auto logs = root.query("SHOW BINARY LOGS");
            return std::stoull(logs.back()[1].value_or("0"));
        }
        return std::stoull(
            root.query_value("SELECT SUBSTRING_INDEX(@@GLOBAL.gtid_executed, '-', -1)")
                .value_or("0"));
    }
    /// A row of the table changes, and then so much else that the log is longer than it was.
    void reset_and_grow() {
        const auto before = length();
        wait_for_another_second();
        server.root().execute(GetParam().version.empty() ? "RESET BINARY LOGS AND GTIDS"
                                                         : "RESET MASTER");
        application_session session(server.over_tcp(), run.schema());
        session.execute("UPDATE t SET a=20 WHERE id=2");
        eventually("the log is longer again", [&] {
            for (int i = 0; i < 50; ++i)
                session.execute("INSERT INTO other (x) VALUES (REPEAT('x', 100))");
            return length() > before + 100;
        });
    }
    /// Than the one in which the log's file was made.
    void wait_for_another_second() {
        auto root = server.root();
        const auto now = [&root] { return root.query_value("SELECT UNIX_TIMESTAMP()"); };
        const auto first = now();
        eventually("another second", [&] { return now() != first; });
    }
    void end_the_dump() {
        auto root = server.root();
        for (const auto& one : root.query("SELECT ID FROM performance_schema.processlist WHERE "
                                          "COMMAND LIKE 'Binlog Dump%'"))
            root.execute("KILL " + one[0].value_or(""));
    }
    void expect_ended() {
        EXPECT_EQ(run.segue().wait(3 * patience), 1) << run.segue().err();
        EXPECT_THAT(run.segue().err(), HasSubstr("reset"));
        EXPECT_THAT(run.segue().err(), Not(HasSubstr("The same command goes on")));
        EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=2"), "20");
        EXPECT_EQ(run.session().query_value("SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                                            "TABLE_SCHEMA=DATABASE() AND TABLE_NAME='_t_gho'"),
                  "1");
    }

    const bool by_gtid = GetParam().mysqld.empty();
    sandbox_server server{{.mysqld = GetParam().mysqld, .version = GetParam().version}};
    quiet_run run{server};
};

// No server tells who reads its log.
TEST_P(a_log_that_was_reset, is_noticed_by_a_run_that_reads_it) {
    reset_and_grow();
    run.let_cut_over();
    expect_ended();
}

// Nothing of the run came between the reset and the numbers that it had seen.
TEST_P(a_log_that_was_reset, is_noticed_by_a_run_that_stood_still_meanwhile) {
    run.segue().signal(SIGSTOP);
    reset_and_grow();
    end_the_dump();
    run.let_cut_over();
    run.segue().signal(SIGCONT);
    expect_ended();
}

TEST_P(a_log_that_was_reset, is_noticed_by_the_run_that_comes_next) {
    run.segue().signal(SIGKILL);
    run.segue().wait();
    reset_and_grow();
    run.let_cut_over();
    run.start(alter);
    expect_ended();
    run.start(alter, {.more = {"--no-resume"}});
    run.expect_swapped();
    EXPECT_EQ(run.session().query_value("SELECT a FROM t WHERE id=2"), "20");
}

INSTANTIATE_TEST_SUITE_P(
    here, a_log_that_was_reset,
    testing::Values(kind{.mysqld = {}, .version = "", .name = "by_gtids"},
                    kind{.mysqld = by_files, .version = "", .name = "by_files"}),
    [](const auto& of) { return of.param.name; });
INSTANTIATE_TEST_SUITE_P(long_here, a_log_that_was_reset,
                         testing::Values(kind{.mysqld = {}, .version = "8.0", .name = "8_0"}),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace segue::test
