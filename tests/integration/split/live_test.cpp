// A split under writers of every kind; what is right is told by queries of the test's own.
#include "tests/integration/split/split_run.hpp"

#include <map>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

std::map<std::string, std::string> numbers_of_kept(split_run& run) {
    std::map<std::string, std::string> numbers;
    for (const row& one : run.session().query(fmt::format(
             "SELECT user_id, id FROM a WHERE user_id<={} ORDER BY user_id", split_writers::kept)))
        numbers[*one[0]] = *one[1];
    return numbers;
}

class split_live : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override { run.fill_t(3'000); }
    split_run run{shared_server({"--secure-file-priv="}, GetParam())};
};

TEST_P(split_live, is_kept_in_step_and_rows_keep_their_numbers) {
    split_writers by(run, 3);
    const auto process = run.start_split(run.numbered());
    split_run::wait_until_in_step(*process);
    const auto numbers = numbers_of_kept(run);
    EXPECT_EQ(numbers.size(), 40U);
    by.go_on(1'500);
    const auto status = run.other_on_socket("status");
    EXPECT_NE(status.find("in step, until `finish`"), std::string::npos) << status;
    by.stop();
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    run.expect_equal();
    EXPECT_EQ(numbers_of_kept(run), numbers);
    EXPECT_EQ(run.value("SELECT GROUP_CONCAT(DISTINCT made) FROM a"), "7");
    EXPECT_EQ(run.tables(), "a,t");
    EXPECT_NE(process->out().find("All that stands in the binary log before"), std::string::npos)
        << process->out();
}

TEST_P(split_live, values_of_a_unique_index_move_between_rows) {
    split_writers by(run, 3);
    const auto process = run.start_split(run.coded());
    split_run::wait_until_in_step(*process);
    by.go_on(1'500);
    by.stop();
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    run.expect_equal(/*numbers=*/false);
}

TEST_P(split_live, ends_exactly_under_writers_with_a_lock) {
    split_writers by(run, 2);
    const auto told = run.split(0, run.numbered({"--finish-when-copied", "--finish=lock"}));
    by.stop();
    EXPECT_NE(told.find("Both tables were equal, and locked, at binlog."), std::string::npos)
        << told;
    EXPECT_EQ(run.tables(), "a,t");
}

// What changed last is carried over by the lock's own session.
TEST_P(split_live, rows_keep_their_numbers_under_the_lock) {
    fault_points faults;
    faults.pause("split.before_lock");
    const auto process = run.start_split(run.numbered({"--finish-when-copied", "--finish=lock",
                                                       "--cut-over-stall-budget-millis=10000"}),
                                         &faults);
    faults.wait_reached("split.before_lock");
    const auto numbers = numbers_of_kept(run);
    run.session().execute(
        fmt::format("UPDATE t SET city='last' WHERE id<={}", split_writers::kept));
    run.session().execute("UPDATE t SET street=NULL WHERE id IN (70,71)");
    run.session().execute("UPDATE t SET street='comes' WHERE id=72");
    faults.go("split.before_lock");
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    run.expect_equal();
    EXPECT_EQ(numbers_of_kept(run), numbers);
    EXPECT_EQ(run.value("SELECT COUNT(*) FROM a WHERE town='last'"), "40");
}

// Names that are equal by their collation are one row, and only the server can order them.
TEST_P(split_live, a_key_that_the_server_alone_orders) {
    run.session().execute(
        "CREATE TABLE w (word VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, street "
        "VARCHAR(20), n INT NOT NULL)");
    run.session().execute("INSERT INTO w SELECT CONCAT('word ', id), street, id FROM t");
    std::jthread writer([session = run.another()](const std::stop_token& stop) mutable {
        std::mt19937 random(7);
        const auto any = [&](int to) { return std::uniform_int_distribution<int>(1, to)(random); };
        while (!stop.stop_requested()) {
            const int n = any(3'000);
            const std::string it = fmt::format("WHERE word='WORD {}'", n);
            switch (any(5)) {
                case 1:
                    session.execute("UPDATE w SET word=UPPER(word) " + it);
                    break;
                case 2:
                    session.execute("UPDATE w SET street=IF(street IS NULL,'s',NULL) " + it);
                    break;
                case 3:
                    session.execute("DELETE FROM w " + it);
                    break;
                case 4:
                    session.execute(fmt::format("REPLACE INTO w VALUES ('Word {}','r',{})", n, n));
                    break;
                default:
                    session.execute("UPDATE w SET n=n+1 " + it);
            }
        }
    });
    const auto process = run.start_split(
        {"--from=w", "--columns=word, street, n", "--where=street IS NOT NULL",
         "--create=CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY, word VARCHAR(20) COLLATE "
         "utf8mb4_0900_ai_ci NOT NULL, street VARCHAR(20), n INT, UNIQUE KEY (word))"});
    split_run::wait_until_in_step(*process);
    ASSERT_TRUE(eventually("changes are carried over", [&] {
        const auto status = run.other_on_socket("sup");
        return std::regex_search(status, std::regex("Applied: [0-9]{3}"));
    }));
    writer.request_stop();
    writer.join();
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    auto session = run.another();
    const auto wanted =
        session.query("SELECT word, street, n FROM w WHERE street IS NOT NULL ORDER BY word");
    EXPECT_GT(wanted.size(), 100U);
    EXPECT_TRUE(wanted == session.query("SELECT word, street, n FROM a ORDER BY word"));
}

INSTANTIATE_TEST_SUITE_P(here, split_live, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, split_live, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

// The source, as it was at the place that is told, is what a replica has that stops there.
class long_at_its_place : public testing::TestWithParam<bool> {};

TEST_P(long_at_its_place, the_target_is_the_source_while_writers_go_on) {
    sandbox_server primary({.mysqld = {"--secure-file-priv="}});
    sandbox_server replica({.mysqld = {"--replica-parallel-workers=0"}, .replica_of = &primary});
    split_run run(primary);
    run.fill_t(3'000);
    application_session there(replica.over_tcp());
    ASSERT_TRUE(eventually("the replica has the schema", [&] {
        return there.query_value(
                   "SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                   "TABLE_SCHEMA='" +
                   run.schema() + "' AND TABLE_NAME='t'") == "1";
    }));
    auto root = replica.root();
    root.execute("STOP REPLICA SQL_THREAD");
    split_writers by(run, 3);
    const bool numbers = GetParam();
    std::vector<std::string> more = {"--finish=lock"};
    const auto process = run.start_split(numbers ? run.numbered(more) : run.coded(more));
    split_run::wait_until_in_step(*process);
    by.go_on(1'000);
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    by.go_on(100);
    by.stop();
    std::smatch place;
    const std::string out = process->out();
    ASSERT_TRUE(std::regex_search(out, place, std::regex(R"(gtid_executed ([^)]*)\))"))) << out;
    root.execute("START REPLICA SQL_THREAD UNTIL SQL_AFTER_GTIDS='" + place[1].str() + "'");
    ASSERT_TRUE(eventually(
        "the replica has come to the place",
        [&] {
            return root.query_value("SELECT GTID_SUBSET('" + place[1].str() +
                                    "',@@GLOBAL.gtid_executed)") == "1";
        },
        3 * patience));
    EXPECT_EQ(
        root.query_value("SELECT GTID_SUBSET(@@GLOBAL.gtid_executed,'" + place[1].str() + "')"),
        "1");
    application_session source(replica.over_tcp(), run.schema());
    auto target = run.another();
    split_run::expect_equal(source, target, numbers);
    split_run::expect_equal(source, source, numbers);
}

INSTANTIATE_TEST_SUITE_P(long_either_way, long_at_its_place, testing::Bool(),
                         [](const auto& one) { return one.param ? "with_numbers" : "with_codes"; });

TEST(long_split_by_a_replica, follows_the_log_there) {
    sandbox_server primary({.mysqld = {"--secure-file-priv="}});
    sandbox_server replica({.replica_of = &primary});
    split_run run(primary);
    run.fill_t(2'000);
    application_session there(replica.over_tcp());
    ASSERT_TRUE(eventually("the replica has the rows", [&] {
        return there.query_value(
                   "SELECT COUNT(*) FROM information_schema.TABLES WHERE "
                   "TABLE_SCHEMA='" +
                   run.schema() + "' AND TABLE_NAME='t'") == "1";
    }));
    // Each server of the tests has a password of its own.
    auto on_primary = primary.root();
    on_primary.execute("CREATE USER 'same'@'%' IDENTIFIED BY 'the same'");
    on_primary.execute("GRANT ALL ON *.* TO 'same'@'%'");
    auto on_replica = replica.root();
    ASSERT_TRUE(eventually("the replica has the account", [&] {
        return on_replica.query_value("SELECT COUNT(*) FROM mysql.user WHERE User='same'") == "1";
    }));
    split_writers by(run, 2);
    const auto process = run.start_split(
        run.numbered({"--host=" + replica.host(), "--port=" + std::to_string(replica.port()),
                      "--user=same", "--password=the same", "--finish=lock"}));
    split_run::wait_until_in_step(*process);
    by.go_on(500);
    by.stop();
    run.finish();
    EXPECT_EQ(process->wait(3 * patience), 0) << process->out() << process->err();
    run.expect_equal();
}

}  // namespace
}  // namespace segue::test
