// An expand under writers of both kinds. What each writer was answered stands in a ledger of its
// own, which shares nothing with the program.
#include "tests/integration/expand/expand_run.hpp"
#include "tests/support/conditions.hpp"

#include <atomic>
#include <csignal>
#include <map>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

/// Connections that each write rows of their own (id MOD connections), by the names that their code
/// knows, so that what each row has to hold under both names is known whatever the others do.
class writers {
  public:
    enum class code { old, both };  ///< `both`: a deployment that is half done.

    writers(const expand_run& run, unsigned connections, int rows, code knows)
        : connections_(static_cast<int>(connections)) {
        for (unsigned i = 0; i < connections; ++i)
            all_.emplace_back(
                std::make_unique<one>(run, static_cast<int>(i), connections_, rows, knows));
    }
    void stop() {
        for (auto& each : all_) each->thread.request_stop();
        for (auto& each : all_) each->thread.join();
    }
    /// Of each row that is there what it must hold.
    std::map<int, std::string> ledger() const {
        std::map<int, std::string> rows;
        for (const auto& each : all_) rows.insert(each->rows.begin(), each->rows.end());
        return rows;
    }
    std::uint64_t done() const {
        std::uint64_t sum = 0;
        for (const auto& each : all_) sum += each->done;
        return sum;
    }
    void new_code_is_deployed() {
        for (auto& each : all_) each->knows = code::both;
    }

  private:
    struct one {
        one(const expand_run& run, int number, int of, int count, code known)
            : session(run.another()),
              random(static_cast<unsigned>(number)),
              knows(known),
              step(of) {
            for (int id = 1; id <= count; ++id)
                if (id % of == number) rows.emplace(id, fmt::format("Name {}", id));
            next = (count / of + 1) * of + number;
            thread = std::jthread([this](const std::stop_token& stop) {
                while (!stop.stop_requested()) write();
            });
        }
        int any() {
            auto at = rows.lower_bound(std::uniform_int_distribution<int>(1, next)(random));
            return at == rows.end() ? rows.begin()->first : at->first;
        }
        void write() {
            const bool newer =
                knows == code::both && std::uniform_int_distribution<int>(0, 1)(random) == 1;
            const std::string column = newer ? "full_name" : "name";
            const std::string value = fmt::format("{} {} ", newer ? "New" : "old", done.load());
            const int id = any();
            const int first = next + step;
            const int second = first + step;
            try {
                switch (std::uniform_int_distribution<int>(0, 9)(random)) {
                    case 0:
                        session.execute(
                            fmt::format("INSERT INTO t (id,{0}) VALUES ({1},'{2}'),({3},'{2}')",
                                        column, first, value, second));
                        rows[first] = rows[second] = value;
                        next = second;
                        break;
                    case 1:
                        session.execute(fmt::format("REPLACE INTO t (id,{}) VALUES ({},'{}')",
                                                    column, id, value));
                        rows[id] = value;
                        break;
                    case 2:
                        session.execute(
                            fmt::format("INSERT INTO t (id,{0}) VALUES ({1},'{2}') ON DUPLICATE "
                                        "KEY UPDATE {0}=VALUES({0})",
                                        column, id, value));
                        rows[id] = value;
                        break;
                    case 3:
                        session.execute(
                            fmt::format("INSERT INTO t (id,{0}) SELECT {1},{0} FROM t WHERE id={2}",
                                        column, first, id));
                        rows[first] = rows[id];
                        next = first;
                        break;
                    case 4:
                        session.execute(fmt::format("DELETE FROM t WHERE id={}", id));
                        if (rows.size() > 10)
                            rows.erase(id);
                        else
                            session.execute(fmt::format("INSERT INTO t (id,{}) VALUES ({},'{}')",
                                                        column, id, rows[id]));
                        break;
                    case 5:
                        session.execute(fmt::format("UPDATE t SET n=n+1 WHERE id={}", id));
                        break;
                    case 6:
                        if (!newer) break;
                        session.execute(fmt::format(
                            "UPDATE t SET name='{0}', full_name='{0}' WHERE id={1}", value, id));
                        rows[id] = value;
                        break;
                    default:
                        session.execute(
                            fmt::format("UPDATE t SET {}='{}' WHERE id={}", column, value, id));
                        rows[id] = value;
                }
                ++done;
            } catch (const error& failure) {
                // A deadlock: the server has rolled it back.
                if (failure.mysql_errno() != 1213) throw;
            }
        }
        application_session session;
        std::mt19937 random;
        std::atomic<code> knows;
        std::map<int, std::string> rows;
        int next = 0;
        int step = 1;
        std::atomic<std::uint64_t> done{0};
        std::jthread thread;  // last: it uses the others
    };
    const int connections_;
    std::vector<std::unique_ptr<one>> all_;
};

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
