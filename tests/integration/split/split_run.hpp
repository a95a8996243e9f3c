#pragma once

#include "tests/integration/backfill/backfill_run.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/temporary_folder.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {

/// `segue split` of the table `t` into `a`, in a schema of its own.
class split_run : public backfill_run {
  public:
    explicit split_run(const sandbox_server& server)
        : backfill_run(server, {"--from=t", "--into=a"}) {
        session().execute(
            "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40) NOT NULL, street "
            "VARCHAR(40), city VARCHAR(40), code INT, n INT NOT NULL DEFAULT 0, UNIQUE KEY "
            "(code))");
    }

    /// With a number of its own for each row of the target, and only rows that have a street.
    static std::vector<std::string> numbered(std::vector<std::string> more = {}) {
        std::vector<std::string> flags = {
            "--columns=user_id=id, street, town=city, n", "--where=street IS NOT NULL",
            "--create=CREATE TABLE a (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, user_id INT "
            "NOT "
            "NULL, street VARCHAR(40) NOT NULL, town VARCHAR(40), n BIGINT NOT NULL, made INT NOT "
            "NULL DEFAULT 7, UNIQUE KEY (user_id))"};
        flags.insert(flags.end(), more.begin(), more.end());
        return flags;
    }
    /// With a second unique index, whose values move between rows.
    static std::vector<std::string> coded(std::vector<std::string> more = {}) {
        std::vector<std::string> flags = {
            "--columns=id, code, town=city", "--where=n % 3 <> 1",
            "--create=CREATE TABLE a (id INT NOT NULL, code INT, town VARCHAR(40), long_town "
            "VARCHAR(80) AS (CONCAT('in ', town)) STORED, PRIMARY KEY (id), UNIQUE KEY (code))"};
        flags.insert(flags.end(), more.begin(), more.end());
        return flags;
    }

    std::string split(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, {.command = "split"});
    }
    std::string rehearse_split(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, {.execute = false, .command = "split"});
    }
    std::unique_ptr<segue_process> start_split(std::vector<std::string> more,
                                               const fault_points* faults = nullptr) const {
        more.insert(more.begin(), "--serve-socket-file=" + socket());
        return start(more, {.command = "split", .faults = faults});
    }
    static void wait_until_in_step(segue_process& process) {
        process.wait_for_output("is kept in step until it is told to finish", 3 * patience);
    }
    void finish() {
        EXPECT_NE(other_on_socket("finish").find("the split finishes"), std::string::npos);
    }
    /// The answer to a command of the running split.
    std::string other_on_socket(const std::string& command) {
        segue_process process(segue_build::released, {"ctl", "--socket", socket(), command}, {});
        EXPECT_EQ(process.wait(), 0) << process.out() << process.err();
        return process.out();
    }
    /// Why such a command is refused.
    std::string refused_on_socket(const std::string& command) {
        segue_process process(segue_build::released, {"ctl", "--socket", socket(), command}, {});
        EXPECT_EQ(process.wait(), 1) << process.out();
        return process.err();
    }

    void fill_t(unsigned rows) {
        fill("name,street,city,code",
             "CONCAT('n',i), IF(i%3=0,NULL,CONCAT('s',i)), CONCAT('c',i), IF(i%7=0,NULL,i)", rows);
    }
    /// What the two tables hold, by queries of the test's own: equal where the split is right.
    void expect_equal(bool numbers = true) {
        auto here = another();
        expect_equal(here, here, numbers);
    }
    static void expect_equal(application_session& source, application_session& target,
                             bool numbers) {
        const auto wanted = source.query(
            numbers ? "SELECT id, street, city, n FROM t WHERE street IS NOT NULL ORDER BY id"
                    : "SELECT id, code, city, CONCAT('in ', city) FROM t WHERE n MOD 3 != 1 ORDER "
                      "BY id");
        const auto found =
            target.query(numbers ? "SELECT user_id, street, town, n FROM a ORDER BY user_id"
                                 : "SELECT id, code, town, long_town FROM a ORDER BY id");
        EXPECT_GT(wanted.size(), 0U);
        EXPECT_TRUE(wanted == found) << wanted.size() << " rows wanted, " << found.size()
                                     << " found: " << first_difference(wanted, found);
    }

  private:
    std::string socket() const {
        return fmt::format("/tmp/segue_split.{}.{}.sock", server().port(), schema());
    }
    static std::string first_difference(const std::vector<row>& wanted,
                                        const std::vector<row>& found) {
        for (std::size_t i = 0; i < wanted.size() || i < found.size(); ++i)
            if (i >= wanted.size() || i >= found.size() || wanted[i] != found[i])
                return fmt::format("wanted {}, found {}",
                                   i < wanted.size() ? text(wanted[i]) : "none",
                                   i < found.size() ? text(found[i]) : "none");
        return "";
    }
    static std::string text(const row& of) {
        std::string all;
        for (const auto& one : of) all += one.value_or("NULL") + "|";
        return all;
    }
};

/// Connections that change rows of `t` in every way that there is, those above `kept` alone but for
/// the city and n of any.
class split_writers {
  public:
    static constexpr int kept = 60;

    split_writers(const split_run& run, unsigned connections) {
        for (unsigned i = 0; i < connections; ++i) all_.push_back(std::make_unique<one>(run, i));
    }
    void stop() {
        for (auto& each : all_) each->thread.request_stop();
        for (auto& each : all_) each->thread.join();
    }
    std::uint64_t done() const {
        std::uint64_t sum = 0;
        for (const auto& each : all_) sum += each->done;
        return sum;
    }
    /// Waits until so many statements more were answered.
    void go_on(std::uint64_t statements) const {
        const auto before = done();
        ASSERT_TRUE(eventually(
            "the writers go on", [&] { return done() >= before + statements; }, 3 * patience));
    }

  private:
    struct one {
        one(const split_run& run, unsigned number)
            : session(run.another()), random(number), file(folder.path() / "rows.txt") {
            std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
            thread = std::jthread([this](const std::stop_token& stop) {
                while (!stop.stop_requested()) try_to_write();
            });
        }
        int any(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); }
        void try_to_write() {
            try {
                write();
                ++done;
            } catch (const error& failure) {
                // A deadlock, a lock that was waited for, or a number that is taken.
                const auto number = failure.mysql_errno();
                if (number != 1213 && number != 1205 && number != 1062) throw;
                session.execute("ROLLBACK");
            }
        }
        void load(int id) {
            {
                std::ofstream rows(file);
                for (int i = 0; i < 3; ++i)
                    rows << id + i << "\tl" << id << "\t" << (i == 1 ? "\\N" : "ls") << "\tlc\n";
            }
            std::filesystem::permissions(file, std::filesystem::perms::all);
            session.execute(fmt::format(
                "LOAD DATA INFILE '{}' REPLACE INTO TABLE t (id,name,street,city)", file.string()));
        }
        void write() {
            const int id = any(kept + 1, 3'000);
            const auto mark = done.load();
            const auto go = [&](const std::string& sql) { session.execute(sql); };
            switch (any(0, 15)) {
                case 0:
                    return go(fmt::format("UPDATE t SET street=NULL WHERE id={}", id));
                case 1:
                    return go(fmt::format("UPDATE t SET street='m{}' WHERE id BETWEEN {} AND {}",
                                          mark, id, id + 4));
                case 2:
                    return go(fmt::format("UPDATE t SET id={} WHERE id={}", any(3'001, 4'000), id));
                case 3:
                    return go(fmt::format("UPDATE t SET id={} WHERE id={}", id, any(3'001, 4'000)));
                case 4:
                    return go(fmt::format("DELETE FROM t WHERE id={}", id));
                case 5:
                    return go(
                        fmt::format("REPLACE INTO t (id,name,street,city,code) VALUES "
                                    "({},'r','rs{}','rc',{})",
                                    id, mark, any(kept + 1, 4'000)));
                case 6:
                    return go(
                        fmt::format("INSERT INTO t (id,name,street,city) VALUES ({},'o','os','oc') "
                                    "ON DUPLICATE "
                                    "KEY UPDATE city='od{}', n=n+1",
                                    id, mark));
                case 7:
                    return go(
                        fmt::format("INSERT INTO t (name,street,city) VALUES "
                                    "('x','x{0}','x'),('y',NULL,'y'),('z','z{0}',NULL)",
                                    mark));
                case 8:
                    return go(
                        fmt::format("INSERT INTO t (name,street,city) SELECT name,street,city "
                                    "FROM t WHERE id BETWEEN {} AND {}",
                                    id, id + 2));
                case 9:
                    return load(id);
                case 10:
                    go("START TRANSACTION");
                    go(fmt::format("UPDATE t SET city='undone', street=NULL WHERE id={}", id));
                    return go("ROLLBACK");
                case 11: {
                    go("START TRANSACTION");
                    const auto held =
                        session.query(fmt::format("SELECT code FROM t WHERE id={} FOR UPDATE", id));
                    if (!held.empty() && held[0][0]) {
                        go(fmt::format("UPDATE t SET code=NULL WHERE id={}", id));
                        go(fmt::format("UPDATE t SET code={} WHERE id={}", *held[0][0],
                                       any(kept + 1, 3'000)));
                    }
                    return go("COMMIT");
                }
                case 12:
                    return go(fmt::format("UPDATE t SET city='k{}', n=n+1 WHERE id={}", mark,
                                          any(1, kept)));
                default:
                    return go(fmt::format("UPDATE t SET city='c{}', n=n+1 WHERE id={}", mark, id));
            }
        }
        application_session session;
        std::mt19937 random;
        const temporary_folder folder;
        const std::filesystem::path file;
        std::atomic<std::uint64_t> done{0};
        std::jthread thread;  // last: it uses the others
    };
    std::vector<std::unique_ptr<one>> all_;
};

}  // namespace segue::test
