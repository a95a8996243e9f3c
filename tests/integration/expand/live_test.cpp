// An expand under writers of both kinds. What each writer was answered stands in a ledger of its
// own, which shares nothing with the program.
#include "tests/integration/expand/expand_run.hpp"
#include "tests/integration/expand/writers.hpp"
#include "tests/support/conditions.hpp"

#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class under_writers : public testing::TestWithParam<std::string> {
  protected:
    static constexpr int rows = 4'000;
    void SetUp() override {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, n INT NOT NULL DEFAULT "
            "0, loud VARCHAR(40) AS (UPPER(name)) STORED, KEY (name))");
        run.session().execute(
            "CREATE TRIGGER mine BEFORE UPDATE ON t FOR EACH ROW SET NEW.n=NEW.n+0");
        run.fill("name", "CONCAT('Name ', i)", rows);
    }
    void expect_what_was_written(const writers& by) {
        auto wanted = by.ledger();
        std::uint64_t wrong = 0;
        for (const row& found : run.session().query("SELECT id, name, full_name, loud FROM t")) {
            const auto at = wanted.find(std::stoi(*found[0]));
            if (at == wanted.end()) {
                ADD_FAILURE() << "the row " << *found[0] << " was deleted, and is there";
                continue;
            }
            std::string loud = at->second;
            for (char& c : loud) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            const bool right = found[1] == at->second && found[2] == at->second && found[3] == loud;
            if (!right && ++wrong < 10)
                ADD_FAILURE() << "row " << *found[0] << ": " << found[1].value_or("NULL") << "|"
                              << found[2].value_or("NULL") << ", and not " << at->second;
            wanted.erase(at);
        }
        EXPECT_TRUE(wanted.empty()) << "the row " << wanted.begin()->first << " is gone";
    }
    const std::vector<std::string> flags = {"--rename=name=full_name", "--chunk-size=200"};
    expand_run run{shared_server({}, GetParam())};
};

TEST_P(under_writers, every_row_holds_under_both_names_what_was_written_last) {
    writers by(run, 4, rows, writers::code::old);
    run.expand(0, flags);
    by.new_code_is_deployed();
    const auto before = by.done();
    while (by.done() < before + 2'000) std::this_thread::yield();
    run.expand(0, flags);
    by.stop();
    expect_what_was_written(by);
    EXPECT_EQ(run.phase(), "verified");
}

class killed_under_writers : public under_writers {};

TEST_P(killed_under_writers, goes_on) {
    writers by(run, 4, rows, writers::code::old);
    for (const std::string point :
         {"expand.column_made", "expand.update_trigger_made", "expand.insert_trigger_made",
          "backfill.rows_set", "backfill.before_commit", "backfill.walked"}) {
        fault_points faults;
        faults.abort(point, {.first = point == "backfill.rows_set" ? 3UL : 1UL});
        const auto process = run.start(flags, {.command = "expand", .faults = &faults});
        EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL) << point << process->err();
    }
    run.expand(0, flags);
    by.stop();
    expect_what_was_written(by);
}

INSTANTIATE_TEST_SUITE_P(here, under_writers, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, under_writers, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

INSTANTIATE_TEST_SUITE_P(long_here, killed_under_writers, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, killed_under_writers,
                         testing::Values(std::string("8.0")), [](const auto&) { return "on_8_0"; });

// What the triggers made on the primary stands in its rows; a replica's make nothing of them.
TEST(long_on_a_replica, every_row_is_what_it_is_on_its_primary) {
    sandbox_server primary;
    const sandbox_server replica({.replica_of = &primary});
    expand_run run(primary);
    run.session().execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), n INT DEFAULT 0)");
    run.fill("name", "CONCAT('Name ', i)", 500);
    const std::vector<std::string> trimmed = {"--column=full_name VARCHAR(40)",
                                              "--up=full_name = TRIM(name)",
                                              "--down=name = TRIM(full_name)"};
    run.expand(0, trimmed);
    writers by(run, 2, 500, writers::code::both);
    const auto before = by.done();
    while (by.done() < before + 500) std::this_thread::yield();
    by.stop();
    run.session().execute("INSERT INTO t (id,full_name) VALUES (-1,'  last ')");
    application_session there(replica.over_tcp(), run.schema());
    ASSERT_TRUE(eventually("the replica has the last row", [&] {
        return there.query_value("SELECT COUNT(*) FROM t WHERE id=-1") == "1";
    }));
    const std::string sum =
        "SELECT CONCAT(COUNT(*),' ',BIT_XOR(CRC32(CONCAT_WS('|',id,name,full_name,n)))) FROM t";
    EXPECT_EQ(there.query_value(sum).value_or(""), run.value(sum));
    EXPECT_EQ(run.both(-1), "last|  last ");
}

}  // namespace
}  // namespace segue::test
