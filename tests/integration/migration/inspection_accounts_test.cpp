// The accounts of docs/requirements.md, as they stand there: each migrates, and of those that are
// complete nothing is told to be missing.
#include "tests/support/application_session.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"

#include <csignal>
#include <fstream>
#include <memory>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const table_name table{"shop", "orders"};
const std::string account = "'as_told'@'%'";  // the sandbox' own is called segue
const std::string user = "--user=as_told";

struct sql_block {
    std::string password;  ///< Empty if it makes no account.
    std::vector<std::string> statements;
};

/// The first block of SQL below the heading, line for line, but for the account's name.
sql_block block_below(std::string_view heading) {
    std::ifstream page(SEGUE_REQUIREMENTS_PAGE);
    static const std::regex password("IDENTIFIED BY '([^']*)'");
    sql_block found;
    std::string line;
    while (std::getline(page, line) && line != heading) continue;
    while (std::getline(page, line) && line != "```sql") continue;
    std::string statement;
    while (std::getline(page, line) && line != "```") {
        if (line.starts_with("--")) continue;
        statement += (statement.empty() ? "" : "\n") + line;
        if (!statement.ends_with(';')) continue;
        statement.pop_back();
        if (std::smatch match; std::regex_search(statement, match, password))
            found.password = match[1];
        found.statements.push_back(
            std::regex_replace(statement, std::regex("'segue'@'%'"), account));
        statement.clear();
    }
    EXPECT_FALSE(found.statements.empty()) << "no block below " << heading;
    EXPECT_FALSE(found.password.empty()) << heading;
    EXPECT_EQ(statement, "") << heading;
    return found;
}

void run_block(const sandbox_server& on, const sql_block& block) {
    auto root = on.root();
    for (const auto& statement : block.statements) root.execute(statement);
}

class an_account_of_the_page : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        primary = std::make_unique<sandbox_server>();
        replica = std::make_unique<sandbox_server>(server_options{.replica_of = primary.get()});
    }
    static void TearDownTestSuite() {
        replica.reset();
        primary.reset();
    }
    an_account_of_the_page() {
        auto root = primary->root();
        root.execute("CREATE DATABASE shop");
        root.execute("CREATE TABLE shop.orders (id INT PRIMARY KEY, a INT)");
        root.execute("INSERT INTO shop.orders VALUES (1, 1), (2, 2)");
    }
    ~an_account_of_the_page() override {
        auto root = primary->root();
        root.execute("DROP DATABASE shop");
        root.execute("DROP USER IF EXISTS " + account);
        replicated();
    }

    static void replicated() {
        const auto all = primary->root().query_value("SELECT @@GLOBAL.gtid_executed").value();
        auto root = replica->root();
        eventually("the replica has all of the primary", [&] {
            return root.query_value(
                       fmt::format("SELECT GTID_SUBSET('{}',@@GLOBAL.gtid_executed)", all)) == "1";
        });
    }

    /// The replica's account is no longer the primary's, which it had by replication.
    static void make_anew_on_replica(const sql_block& block) {
        replicated();
        auto root = replica->root();
        root.execute("SET SESSION sql_log_bin=0");
        root.execute("DROP USER " + account);
        run_block(*replica, block);
    }

    std::unique_ptr<segue_process> start(const sandbox_server& host, std::vector<std::string> more,
                                         const std::string& password) {
        more.push_back(user);
        return std::make_unique<segue_process>(
            segue_build::released, segue_arguments(host, table, "ADD COLUMN b INT", more),
            environment{{"MYSQL_PWD", password}});
    }
    static void expect_nothing_missing(const std::string& told) {
        for (const auto* const weaker :
             {"without the", "metadata_locks cannot", "denied", "cannot be seen", "cannot foresee",
              "of this account only", "GRANT "})
            EXPECT_EQ(told.find(weaker), std::string::npos) << told;
    }
    /// A rehearsal and a run.
    void migrate(const sandbox_server& host, const std::string& password,
                 const std::vector<std::string>& more = {}) {
        replicated();
        auto rehearsal = more;
        rehearsal.emplace_back("--execute=false");
        for (const auto& arguments : {rehearsal, more}) {
            const auto segue = start(host, arguments, password);
            ASSERT_EQ(segue->wait(), 0) << segue->err();
            told += segue->out() + segue->err();
        }
        EXPECT_FALSE(primary->root().query("SHOW COLUMNS FROM shop.orders LIKE 'b'").empty());
    }

    static inline std::unique_ptr<sandbox_server> primary;
    static inline std::unique_ptr<sandbox_server> replica;
    std::string told;
};

TEST_F(an_account_of_the_page, for_the_primary_alone_lacks_nothing) {
    const auto block = block_below("### Primary only");
    run_block(*primary, block);
    migrate(*primary, block.password);
    expect_nothing_missing(told);
}

TEST_F(an_account_of_the_page, that_is_the_least_migrates) {
    const auto block = block_below("### The least that works");
    run_block(*primary, block);
    migrate(*primary, block.password);
    EXPECT_NE(told.find("without the PROCESS privilege"), std::string::npos) << told;
}

/// A command that has no ALTER, as the account of the page.
std::unique_ptr<segue_process> started(const std::string& command, const sandbox_server& host,
                                       const std::string& password,
                                       const std::vector<std::string>& more) {
    auto with = more;
    with.push_back(user);
    const auto arguments = command_arguments(command, host, table, with);
    return std::make_unique<segue_process>(segue_build::released, arguments,
                                           environment{{"MYSQL_PWD", password}});
}

TEST_F(an_account_of_the_page, for_a_clean_up_cleans_up) {
    auto root = primary->root();
    fault_points faults;
    faults.abort("migration.before_drop");
    auto arguments = segue_arguments(*primary, table, "ADD COLUMN b INT");
    auto variables = segue_variables(*primary);
    variables.merge(faults.variables());
    segue_process killed(segue_build::faulty, arguments, variables);
    EXPECT_EQ(killed.wait(), 128 + SIGKILL) << killed.err();
    const auto block = block_below("### A clean-up");
    run_block(*primary, block);
    const auto seen = started("cleanup", *primary, block.password, {});
    EXPECT_EQ(seen->wait(), 0) << seen->err();
    EXPECT_NE(seen->out().find("It has swapped the tables"), std::string::npos) << seen->out();
    const auto done =
        started("cleanup", *primary, block.password, {"--execute=true", "--ok-to-drop-table"});
    EXPECT_EQ(done->wait(), 0) << done->err();
    EXPECT_EQ(root.query_value("SELECT GROUP_CONCAT(table_name) FROM information_schema.tables "
                               "WHERE table_schema='shop'"),
              "orders");
}

TEST_F(an_account_of_the_page, for_a_comparison_compares) {
    auto root = primary->root();
    root.execute("CREATE TABLE shop.other LIKE shop.orders");
    root.execute("INSERT INTO shop.other SELECT * FROM shop.orders");
    const auto block = block_below("### A comparison");
    run_block(*primary, block);
    const auto equal = started("verify", *primary, block.password, {"--with-table=other"});
    EXPECT_EQ(equal->wait(), 0) << equal->err();
    EXPECT_NE(equal->out().find("# Equal"), std::string::npos) << equal->out();
}

TEST_F(an_account_of_the_page, for_views_makes_and_drops_them) {
    auto root = primary->root();
    const auto block = block_below("### Views");
    run_block(*primary, block);
    const auto views = [&](std::vector<std::string> more) {
        more.insert(more.begin(), {"views", "--host=" + primary->host(),
                                   "--port=" + std::to_string(primary->port()), user,
                                   "--database=shop", "--as=shop_v1", "--execute"});
        segue_process process(segue_build::released, more,
                              environment{{"MYSQL_PWD", block.password}});
        EXPECT_EQ(process.wait(), 0) << process.err();
        return process.out() + process.err();
    };
    expect_nothing_missing(views({"--map=orders.old=a"}));
    EXPECT_EQ(root.query_value("SELECT COUNT(old) FROM shop_v1.orders"), "2");
    expect_nothing_missing(views({"--drop"}));
    EXPECT_EQ(root.query_value("SELECT COUNT(*) FROM information_schema.schemata WHERE "
                               "schema_name='shop_v1'"),
              "0");
}

TEST_F(an_account_of_the_page, for_a_stream_from_a_replica_lacks_nothing) {
    const auto block = block_below("### Stream from a replica");
    run_block(*primary, block);
    migrate(*replica, block.password);
    expect_nothing_missing(told);
}

TEST_F(an_account_of_the_page, for_the_replica_that_streams_lacks_nothing) {
    const auto there = block_below("### Stream from a replica");
    run_block(*primary, there);
    const auto here =
        block_below("#### On a replica that streams, where accounts are not replicated");
    make_anew_on_replica(here);
    migrate(*replica, here.password,
            {fmt::format("--assume-master-host=127.0.0.1:{}", primary->port()),
             "--master-user=as_told", "--master-password=" + there.password});
    expect_nothing_missing(told);
}

TEST_F(an_account_of_the_page, that_lacks_rights_on_the_replica_is_told_which_and_where) {
    const auto there = block_below("### Stream from a replica");
    run_block(*primary, there);
    const std::vector<std::string> named{
        fmt::format("--assume-master-host=127.0.0.1:{}", primary->port()), "--master-user=as_told",
        "--master-password=" + there.password, "--execute=false"};
    const auto complete =
        block_below("#### On a replica that streams, where accounts are not replicated");
    const auto expect_told = [&](std::string_view left_out, const std::vector<std::string>& more,
                                 const std::vector<std::string>& words) {
        auto here = complete;
        std::erase_if(here.statements,
                      [&](const auto& one) { return one.find(left_out) != one.npos; });
        make_anew_on_replica(here);
        const auto segue = start(*replica, more, here.password);
        EXPECT_EQ(segue->wait(), 1);
        for (const auto& word : words)
            EXPECT_NE(segue->err().find(word), std::string::npos) << word << segue->err();
    };
    expect_told("GRANT SELECT", named,
                {"no table `shop`.`orders` that the account can see on the replica",
                 fmt::format(":{}", replica->port()), "GRANT SELECT ON `shop`.* TO " + account});
    expect_told("GRANT REPLICATION", named,
                {"the account may not read the binary log of the replica",
                 fmt::format(":{}", replica->port()),
                 "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO " + account});
    // Then it is not seen that it is a replica.
    expect_told("GRANT REPLICATION", {"--execute=false"},
                {fmt::format(":{}, where the table is to be changed", replica->port()),
                 "cannot be told from a primary"});
}

TEST_F(an_account_of_the_page, for_a_control_replica_alone_lacks_nothing) {
    const auto there = block_below("### Throttled by replicas");
    run_block(*primary, there);
    const auto here = block_below("#### On a control replica, where accounts are not replicated");
    make_anew_on_replica(here);
    ASSERT_EQ(here.password, there.password);
    migrate(*primary, there.password,
            {fmt::format("--throttle-control-replicas=127.0.0.1:{}", replica->port())});
    expect_nothing_missing(told);
}

TEST_F(an_account_of_the_page, for_replicas_that_throttle_lacks_nothing) {
    const auto block = block_below("### Throttled by replicas");
    run_block(*primary, block);
    migrate(*primary, block.password,
            {fmt::format("--throttle-control-replicas=127.0.0.1:{}", replica->port())});
    expect_nothing_missing(told);
}

TEST_F(an_account_of_the_page, that_ends_sessions_ends_those_of_others) {
    const auto block = block_below("### Ending those who hold the table");
    run_block(*primary, block);
    auto root = primary->root();
    root.execute("CREATE USER an_application IDENTIFIED BY 'its own'");
    root.execute("GRANT ALL ON shop.* TO an_application");
    auto with = primary->over_tcp();
    with.user = "an_application";
    with.password = "its own";
    application_session holder(with, "shop");
    holder.execute("BEGIN");
    holder.query("SELECT * FROM orders");
    migrate(*primary, block.password, {"--kill-blockers-after-seconds=1"});
    root.execute("DROP USER an_application");
    EXPECT_NE(told.find("ended, as --kill-blockers-after-seconds asks"), std::string::npos) << told;
    expect_nothing_missing(told);
}

}  // namespace
}  // namespace segue::test
