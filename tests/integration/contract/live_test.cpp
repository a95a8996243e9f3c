// A column under two names from its expand to its end, with writers of both kinds at work
// throughout. What each writer was answered stands in a ledger, which shares nothing with the
// program.
#include "tests/integration/contract/contract_run.hpp"
#include "tests/integration/expand/writers.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/temporary_folder.hpp"

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using testing::HasSubstr;

class contract_live : public testing::TestWithParam<std::string> {
  protected:
    static constexpr int rows = 2'000;
    void SetUp() override {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, n INT NOT NULL DEFAULT "
            "0, KEY (name))");
        run.fill("name", "CONCAT('Name ', i)", rows);
    }
    void expect_what_was_written(const writers& by, const std::string& column) {
        auto wanted = by.ledger();
        std::uint64_t wrong = 0;
        for (const row& found : run.session().query("SELECT id, " + column + " FROM t")) {
            const auto at = wanted.find(std::stoi(*found[0]));
            if (at == wanted.end()) {
                ADD_FAILURE() << "the row " << *found[0] << " was deleted, and is there";
                continue;
            }
            if (found[1] != at->second && ++wrong < 10)
                ADD_FAILURE() << "row " << *found[0] << ": " << found[1].value_or("NULL")
                              << ", and not " << at->second;
            wanted.erase(at);
        }
        EXPECT_TRUE(wanted.empty()) << "the row " << wanted.begin()->first << " is gone";
    }
    static void let_work(const writers& by, std::uint64_t statements) {
        const auto before = by.done();
        while (by.done() < before + statements) std::this_thread::yield();
    }
    const std::vector<std::string> renamed = {"--rename=name=full_name", "--chunk-size=200"};
    const std::vector<std::string> drop = {"--drop=name", "--despite-use", "--unused-for=0",
                                           "--indexes=move", "--chunk-size=200"};
    const std::vector<std::string> abandon = {"--abandon=full_name", "--chunk-size=200"};
    contract_run run{shared_server({}, GetParam())};
};

// Old code fails from the swap on, and nothing that was answered is lost.
TEST_P(contract_live, every_row_holds_what_was_written_last_under_either_name) {
    writers by(run, 4, rows, writers::code::old);
    run.expand(0, renamed);
    by.new_code_is_deployed();
    let_work(by, 1'000);
    run.contract(0, drop);
    let_work(by, 1'000);
    by.stop();
    expect_what_was_written(by, "full_name");
    EXPECT_EQ(by.refused(), 4U);
    EXPECT_EQ(run.tables(), "_t_del,t");
}

class contract_live_abandoned : public contract_live {};

TEST_P(contract_live_abandoned,
       a_column_that_is_abandoned_leaves_what_was_written_last_under_either_name) {
    writers by(run, 4, rows, writers::code::old);
    run.expand(0, renamed);
    by.new_code_is_deployed();
    let_work(by, 1'000);
    run.contract(0, abandon);
    let_work(by, 1'000);
    by.stop();
    expect_what_was_written(by, "name");
    EXPECT_EQ(by.refused(), 4U);
    EXPECT_EQ(run.tables(), "_t_del,t");
}

class contract_live_killed : public contract_live {};

TEST_P(contract_live_killed, goes_on_and_loses_nothing) {
    writers by(run, 4, rows, writers::code::old);
    run.expand(0, renamed);
    by.new_code_is_deployed();
    for (const std::string point : {"contract.begun", "copier.chunk_read", "copier.chunk_read",
                                    "migration.before_attempt", "migration.swapped"}) {
        fault_points faults;
        faults.abort(point, {.first = point == "copier.chunk_read" ? 3UL : 1UL});
        const auto process = run.start_contract(drop, &faults);
        EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL) << point << process->err();
        let_work(by, 300);
    }
    run.contract(0, drop);
    let_work(by, 300);
    by.stop();
    expect_what_was_written(by, "full_name");
    EXPECT_EQ(run.tables(), "_t_del,t");
}

INSTANTIATE_TEST_SUITE_P(here, contract_live, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contract_live, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });
INSTANTIATE_TEST_SUITE_P(long_here, contract_live_abandoned, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contract_live_abandoned,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });
INSTANTIATE_TEST_SUITE_P(long_here, contract_live_killed, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, contract_live_killed,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });

// Postponed to a quiet moment, in which the table is what ALTER TABLE makes of it then and there.
TEST(long_contract_postponed, the_new_table_is_what_rename_column_makes_in_that_moment) {
    contract_run run(shared_server());
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, n INT NOT NULL DEFAULT 0)");
    run.fill("name", "CONCAT('Name ', i)", 2'000);
    run.expand(0, {"--rename=name=full_name"});
    writers by(run, 2, 2'000, writers::code::both);
    const temporary_folder folder;
    const std::string flag = (folder.path() / "postpone").string();
    const auto process = run.start_contract({"--drop=name", "--despite-use", "--unused-for=0",
                                             "--postpone-cut-over-flag-file=" + flag});
    EXPECT_TRUE(eventually("the swap is postponed", [&] {
        return process->err().find("the cut-over is postponed until") != std::string::npos;
    }));
    const auto before = by.done();
    while (by.done() < before + 1'000) std::this_thread::yield();
    by.stop();
    run.session().execute("CREATE TABLE wanted LIKE t");
    run.session().execute("INSERT INTO wanted (id,name,n) SELECT id,name,n FROM t");
    run.session().execute("ALTER TABLE wanted DROP COLUMN full_name");
    run.session().execute("ALTER TABLE wanted RENAME COLUMN name TO full_name");
    std::filesystem::remove(flag);
    EXPECT_EQ(process->wait(3 * patience), 0) << process->err();
    std::string wanted = run.definition("wanted");
    wanted.replace(wanted.find("`wanted`"), 8, "`t`");
    EXPECT_EQ(run.definition("t"), wanted);
    const auto sum = [&](const std::string& table) {
        return run.value(
            "SELECT CONCAT(COUNT(*),' ',BIT_XOR(CRC32(CONCAT_WS('|',id,full_name,n)))) "
            "FROM " +
            table);
    };
    EXPECT_EQ(sum("t"), sum("wanted"));
}

// Who reads a replica by the old name is seen, and a restart of it begins its watch anew.
TEST(long_contract_watch, sees_who_uses_the_name_on_a_replica) {
    sandbox_server primary;
    sandbox_server replica({.replica_of = &primary});
    contract_run run(primary);
    // One account on both, as replication makes it.
    run.session().execute("CREATE USER both_know IDENTIFIED BY 'both_know'");
    run.session().execute("GRANT ALL ON *.* TO both_know");
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), n INT DEFAULT 0)");
    run.fill("name", "CONCAT('Name ', i)", 100);
    run.expand(0, {"--rename=name=full_name"});
    application_session reader(replica.over_tcp(), run.schema());
    ASSERT_TRUE(eventually("the replica has the table", [&] {
        return reader.query_value(
                   "SELECT COUNT(*) FROM information_schema.COLUMNS WHERE "
                   "TABLE_SCHEMA=DATABASE() AND COLUMN_NAME='full_name'") == "1";
    }));
    const auto asked = [&](const std::string& unused_for) {
        return std::vector<std::string>{
            "--user=both_know", "--password=both_know", "--drop=name", "--unused-for=" + unused_for,
            "--watch=" + replica.host() + ":" + std::to_string(replica.port())};
    };
    const auto passes = [&] {
        const auto process = run.start(asked("1s"), {.execute = false, .command = "contract"});
        return process->wait(3 * patience) == 0;
    };
    EXPECT_TRUE(eventually("nobody uses the name", passes));
    reader.execute("SELECT id FROM t WHERE name='x'");
    const auto used = run.rehearse_contract(1, asked("1h"));
    EXPECT_THAT(used, HasSubstr(":" + std::to_string(replica.port()) + " "));
    EXPECT_THAT(used, HasSubstr("SELECT `id` FROM `t` WHERE NAME = ?"));
    replica.kill_hard();
    replica.resume();
    const auto anew = run.rehearse_contract(1, asked("1h"));
    EXPECT_THAT(anew, HasSubstr("anew since a restart"));
    EXPECT_TRUE(eventually("nobody uses the name", passes));
    run.contract(0, asked("1s"));
}

}  // namespace
}  // namespace segue::test
