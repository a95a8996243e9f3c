// A request for the lock that waits, behind a transaction that nobody can see.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/fault_proxy.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <regex>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

class a_request_for_the_lock : public testing::Test {
  protected:
    a_request_for_the_lock() {
        run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)");
        run.session().execute("INSERT INTO t VALUES (1, 10), (2, 20)");
        holder.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
        holder.execute("BEGIN");
        holder.query("SELECT * FROM t LIMIT 1");
    }
    /// The connections that wait for it now, "12" or "12,17".
    std::string waiting() {
        return run.session()
            .query_value(
                "SELECT COALESCE(GROUP_CONCAT(id), '') FROM information_schema.processlist WHERE "
                "info LIKE 'LOCK TABLES%' AND state='Waiting for table metadata lock'")
            .value();
    }
    unsigned long requests() {
        return std::stoul(
            run.session().query("SHOW GLOBAL STATUS LIKE 'Com_lock_tables'").at(0).at(1).value());
    }
    std::string wait_for_request() {
        run.wait_until("LOCK TABLES waits", [&] { return !waiting().empty(); });
        return waiting();
    }

    // Without performance_schema nobody can be foreseen.
    const sandbox_server& server = shared_server({"--performance-schema=OFF"});
    quiet_run run{server};
    application_session holder{server.over_tcp(), run.schema()};
};

TEST_F(a_request_for_the_lock, whose_connection_was_lost_is_ended_before_the_pause) {
    fault_proxy proxy(server.over_tcp().server);
    proxy.when("LOCK TABLES `", network_fault::lose_client);
    const auto before = requests();
    run.start("ADD COLUMN b INT",
              {.more = {"--host=127.0.0.1", fmt::format("--port={}", proxy.port()),
                        "--cut-over-stall-budget-millis=60000"}});
    run.segue().wait_for_output("cut-over attempt 1 gave way: the lock was not granted");
    run.wait_until("the lock is asked for again", [&] { return requests() == before + 2; });
    // If the first one were left there, it would wait for as long as the budget.
    const auto second = wait_for_request();
    EXPECT_EQ(second.find(','), std::string::npos) << second;
    holder.execute("COMMIT");
    run.expect_swapped();
}

TEST_F(a_request_for_the_lock, is_waited_for_through_the_budget_whatever_the_timeout_is) {
    run.start("ADD COLUMN b INT",
              {.more = {"--mysql-timeout=2", "--cut-over-stall-budget-millis=5000"}});
    run.segue().wait_for_match(std::regex("cut-over attempt 1 gave way: [^\n]*"));
    EXPECT_EQ(run.segue().err().find("Lost connection"), std::string::npos) << run.segue().err();
    // The server's own timeout comes in the same moment.
    EXPECT_THAT(run.segue().err(),
                AnyOf(HasSubstr("interrupted (MySQL error 1317): Segue's own KILL QUERY, as the "
                                "stall budget was spent"),
                      HasSubstr("Lock wait timeout exceeded")));
    holder.execute("COMMIT");
    run.expect_swapped();
}

TEST_F(a_request_for_the_lock, that_somebody_else_ends_is_told_so) {
    run.start("ADD COLUMN b INT", {.more = {"--cut-over-stall-budget-millis=60000"}});
    run.session().execute("KILL QUERY " + wait_for_request());
    run.segue().wait_for_output("(MySQL error 1317): somebody else's KILL QUERY");
    holder.execute("COMMIT");
    run.expect_swapped();
}

TEST_F(a_request_for_the_lock, is_given_up_at_once_when_a_signal_comes) {
    run.start("ADD COLUMN b INT", {.more = {"--cut-over-stall-budget-millis=60000"}});
    wait_for_request();
    run.segue().signal(SIGTERM);
    // Before the budget is spent, and in order: not by the end that comes of itself later.
    EXPECT_EQ(run.segue().wait(std::chrono::seconds(40)), 1) << run.segue().err();
    run.expect_failed({"stopped by a signal", "The original table is untouched."});
    EXPECT_EQ(waiting(), "");
}

TEST_F(a_request_for_the_lock, that_was_given_up_counts_for_the_longest_wait) {
    run.start("ADD COLUMN b INT", {.more = {"--cut-over-stall-budget-millis=1500"}});
    run.segue().wait_for_match(std::regex("cut-over attempt 1 gave way: [^\n]* ms\n"));
    holder.execute("COMMIT");
    run.expect_swapped();
    const auto err = run.segue().err();
    const std::regex each("gave way: [^\n]*; writes waited for (\\d+) ms\n");
    long longest = 0;
    for (std::sregex_iterator at(err.begin(), err.end(), each), end; at != end; ++at)
        longest = std::max(longest, std::stol((*at)[1]));
    const auto out = run.segue().out();
    std::smatch told;
    ASSERT_TRUE(std::regex_search(
        out, told,
        std::regex("; writes waited for (\\d+) ms at most, (\\d+) ms in the last one\n")))
        << out;
    EXPECT_EQ(std::stol(told[1]), longest) << err << out;
    EXPECT_GT(longest, std::stol(told[2]));
}

}  // namespace
}  // namespace segue::test
