// A backfill under writers, killed at each step and run again. What each writer was answered stands
// in a ledger of its own, which shares nothing with the program.
#include "tests/integration/backfill/backfill_run.hpp"
#include "tests/support/conditions.hpp"

#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

/// Connections that each write rows of their own (id MOD connections), so that what each row has to
/// hold is known whatever the others do: a counter that goes up, a name that both columns get, rows
/// that come and go.
class writers {
  public:
    writers(const backfill_run& run, unsigned connections, int rows) {
        for (unsigned i = 0; i < connections; ++i)
            all_.emplace_back(std::make_unique<one>(run, i, connections, rows));
    }
    void stop() {
        for (auto& each : all_) each->thread.request_stop();
        for (auto& each : all_) each->thread.join();
    }
    std::uint64_t transactions() const {
        std::uint64_t sum = 0;
        for (const auto& each : all_) sum += each->done;
        return sum;
    }
    /// Of each row that is there what it must hold: counter and name.
    std::map<int, std::pair<int, std::string>> ledger() const {
        std::map<int, std::pair<int, std::string>> rows;
        for (const auto& each : all_) rows.insert(each->rows.begin(), each->rows.end());
        return rows;
    }

  private:
    struct one {
        one(const backfill_run& run, unsigned number, unsigned of, int count)
            : session(run.another()), random(number) {
            for (int id = 1; id <= count; ++id)
                if (static_cast<unsigned>(id) % of == number)
                    rows.emplace(id, std::pair(0, fmt::format("Name {}", id)));
            next = count + static_cast<int>(of - static_cast<unsigned>(count) % of + number);
            step = static_cast<int>(of);
            thread = std::jthread([this](const std::stop_token& stop) {
                while (!stop.stop_requested()) write();
            });
        }
        void write() {
            const auto kind = std::uniform_int_distribution<int>(0, 9)(random);
            auto at = rows.lower_bound(std::uniform_int_distribution<int>(1, next)(random));
            if (at == rows.end()) at = rows.begin();
            const int id = at->first;
            try {
                if (kind < 6) {
                    session.execute(fmt::format("UPDATE t SET n=n+1 WHERE id={}", id));
                    ++at->second.first;
                } else if (kind < 8) {  // as new code writes: both names
                    const auto name = fmt::format("New {}", done.load());
                    session.execute(fmt::format(
                        "UPDATE t SET name='{0}', full_name=UPPER('{0}') WHERE id={1}", name, id));
                    at->second.second = name;
                } else if (kind == 8) {
                    next += step;
                    const auto name = fmt::format("Come {}", next);
                    session.execute(fmt::format(
                        "INSERT INTO t (id, name, full_name) VALUES ({}, '{}', UPPER('{}'))", next,
                        name, name));
                    rows.emplace(next, std::pair(0, name));
                } else {
                    session.execute(fmt::format("DELETE FROM t WHERE id={}", id));
                    rows.erase(at);
                }
                ++done;
            } catch (const error& failure) {
                // A deadlock with the backfill: the server has rolled it back.
                if (failure.mysql_errno() != 1213) throw;
            }
        }
        application_session session;
        std::mt19937 random;
        std::map<int, std::pair<int, std::string>> rows;
        int next = 0;
        int step = 1;
        std::atomic<std::uint64_t> done{0};
        std::jthread thread;  // last: it uses the others
    };
    std::vector<std::unique_ptr<one>> all_;
};

class under_writers : public testing::TestWithParam<std::string> {
  protected:
    static constexpr int rows = 6'000;
    void SetUp() override {
        run.session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40) NOT NULL, full_name VARCHAR(60) "
            "COLLATE utf8mb4_0900_ai_ci, n INT NOT NULL DEFAULT 0, twice INT AS (n * 2) STORED, "
            "KEY "
            "(full_name))");
        run.session().execute("CREATE TABLE audit (id INT, KEY (id))");
        run.fill("name", "CONCAT('Name ', i)", rows);
        run.session().execute(
            "CREATE TRIGGER told AFTER UPDATE ON t FOR EACH ROW INSERT INTO audit SELECT NEW.id "
            "FROM "
            "DUAL WHERE OLD.full_name IS NULL AND NEW.full_name IS NOT NULL");
    }
    void expect_nothing_lost(const writers& by) {
        auto wanted = by.ledger();
        std::uint64_t wrong = 0;
        for (const row& found :
             run.session().query("SELECT id, n, name, full_name, twice FROM t")) {
            const auto at = wanted.find(std::stoi(*found[0]));
            if (at == wanted.end()) {
                ADD_FAILURE() << "the row " << *found[0] << " was deleted, and is there";
                continue;
            }
            std::string upper = at->second.second;
            for (char& c : upper)
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            const bool right = *found[1] == std::to_string(at->second.first) &&
                               *found[2] == at->second.second &&
                               found[3].value_or("NULL") == upper &&
                               *found[4] == std::to_string(2 * at->second.first);
            if (!right && ++wrong < 10)
                ADD_FAILURE() << "row " << *found[0] << ": " << *found[1] << ", " << *found[2]
                              << ", " << found[3].value_or("NULL") << ", and not "
                              << at->second.first << ", " << at->second.second;
            wanted.erase(at);
        }
        EXPECT_TRUE(wanted.empty()) << "the row " << wanted.begin()->first << " is gone";
        EXPECT_EQ(run.value("SELECT COUNT(*) - COUNT(DISTINCT id) FROM audit"), "0");
    }
    const std::vector<std::string> flags = {"--set=full_name = UPPER(name)", "--chunk-size=200"};
    backfill_run run{shared_server({}, GetParam())};
};

TEST_P(under_writers, every_row_is_set_and_no_write_of_the_application_is_lost) {
    writers by(run, 4, rows);
    const auto told = run.run(0, flags);
    by.stop();
    EXPECT_GT(by.transactions(), 0U);
    expect_nothing_lost(by);
}

TEST_P(under_writers, killed_at_each_step_it_goes_on) {
    writers by(run, 4, rows);
    for (const auto& [point, arrival] :
         std::vector<std::pair<std::string, unsigned long>>{{"backfill.state_made", 1},
                                                            {"backfill.rows_set", 3},
                                                            {"backfill.before_commit", 2},
                                                            {"backfill.committed", 4},
                                                            {"backfill.rows_set", 5}}) {
        fault_points faults;
        faults.abort(point, {.first = arrival});
        const auto process = run.start(flags, {.faults = &faults});
        EXPECT_EQ(process->wait(3 * patience), 128 + SIGKILL) << point << process->err();
    }
    const auto told = run.run(0, flags);
    EXPECT_NE(told.find("going on with what an earlier run left"), std::string::npos) << told;
    by.stop();
    expect_nothing_lost(by);
    EXPECT_EQ(run.tables(), "audit,t");
}

INSTANTIATE_TEST_SUITE_P(here, under_writers, testing::Values(std::string()),
                         [](const auto&) { return "usual"; });
INSTANTIATE_TEST_SUITE_P(long_on_an_old_version, under_writers, testing::Values(std::string("8.0")),
                         [](const auto&) { return "on_8_0"; });

// Old code, which knows one name, goes on writing: what it wrote behind the chunk is counted.
TEST(old_code, that_writes_behind_the_backfill_is_counted) {
    backfill_run run(shared_server());
    run.session().execute(
        "CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(40), full_name VARCHAR(60))");
    run.fill("name", "CONCAT('n', i)", 3'000);
    fault_points faults;
    faults.pause("backfill.walked");
    const auto process =
        run.start({"--set=full_name = name", "--where=full_name IS NULL"}, {.faults = &faults});
    faults.wait_reached("backfill.walked");
    run.session().execute("UPDATE t SET name='old', full_name=NULL WHERE id=17");
    run.session().execute("UPDATE t SET name='old' WHERE id=18");
    faults.go("backfill.walked");
    EXPECT_EQ(process->wait(), 4) << process->err();
    EXPECT_NE(process->out().find("# Still match --where: 1 rows"), std::string::npos);
    EXPECT_NE(process->out().find("# Not as they should be: 1 rows"), std::string::npos);
    EXPECT_NE(process->out().find("  id=17\n"), std::string::npos);
    EXPECT_NE(process->out().find("  id=18\n"), std::string::npos) << process->out();
}

}  // namespace
}  // namespace segue::test
