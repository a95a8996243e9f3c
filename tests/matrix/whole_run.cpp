// Segue's own process, from the copy to the swap, against ALTER TABLE.
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "tests/matrix/matrix.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/segue_process.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <span>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

namespace segue::matrix {
namespace {

constexpr std::string_view any_date = "STRICT_ALL_TABLES";
constexpr std::size_t differences_told_max = 20;

/// A table with a column for each pair. Each row has one literal, in the columns of the pairs that
/// take it.
class changed_table {
  public:
    changed_table(const test::sandbox_server& server, const std::string& schema,
                  std::span<const pair_result> pairs, whole_run how)
        : server_(server),
          schema_(schema),
          pairs_(pairs),
          how_(how),
          session_(server.over_tcp(), schema),
          flag_(std::filesystem::temp_directory_path() /
                fmt::format("segue-matrix-{}-{}", ::getpid(), schema)) {
        session_.execute("SET SESSION sql_mode=" + quoted_literal(any_date));
        std::string columns;
        for (std::size_t i = 0; i < pairs.size(); ++i)
            columns += fmt::format(", c{} {}", i, pairs[i].from);
        session_.execute(fmt::format("CREATE TABLE t (id INT PRIMARY KEY{}{})", columns,
                                     how.with_unique_index ? ", u INT, UNIQUE (u)" : ""));
        fill();
        if (how.with_unique_index) session_.execute("UPDATE t SET u=id");
        for (const char* const copy : {"saved", "altered"}) {
            session_.execute(fmt::format("CREATE TABLE {} LIKE t", copy));
            session_.execute(fmt::format("INSERT INTO {} SELECT * FROM t", copy));
        }
    }
    changed_table(const changed_table&) = delete;
    changed_table& operator=(const changed_table&) = delete;
    ~changed_table() {
        std::error_code ignored;
        std::filesystem::remove(flag_, ignored);
    }

    void change() {
        session_.execute("ALTER TABLE altered " + clauses());
        std::ofstream(flag_) << "";
        // Those rows that are to be inserted are not there yet.
        session_.execute("DELETE FROM t WHERE id%4=1");
        if (how_.killed_in_copy) {
            die_in_the_copy();
            session_.execute("INSERT INTO t SELECT * FROM saved WHERE id%8=1");
        }
        test::segue_process segue(test::segue_build::released, arguments(),
                                  test::segue_variables(server_));
        segue.wait_for_output("phase: postponed");
        if (how_.killed_in_copy && segue.err().find("going on with") == std::string::npos)
            throw error("Segue did not go on where it was killed:\n" + segue.err());
        session_.execute(fmt::format("INSERT INTO t SELECT * FROM saved WHERE {}",
                                     how_.killed_in_copy ? "id%8=5" : "id%4=1"));
        std::string away;
        std::string back;
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            away += fmt::format("{}c{}=NULL", i == 0 ? "" : ",", i);
            back += fmt::format("{}t.c{}=saved.c{}", i == 0 ? "" : ",", i, i);
        }
        session_.execute(fmt::format("UPDATE t SET {} WHERE id%4=3", away));
        session_.execute(fmt::format("UPDATE t JOIN saved USING (id) SET {} WHERE t.id%4=3", back));
        std::filesystem::remove(flag_);
        if (segue.wait(3 * test::patience) != 0)
            throw error("Segue ended with a failure:\n" + segue.err());
    }

    std::vector<std::string> differences() {
        std::vector<std::string> found;
        const auto rows = [&](const std::string& table) {
            return session_.query_value("SELECT COUNT(*) FROM " + table).value();
        };
        if (rows("t") != rows("altered")) found.push_back("rows are missing, or extra");
        for (std::size_t i = 0; i < pairs_.size(); ++i) {
            const auto printed = [&](std::string_view table) {
                return printed_exactly(pairs_[i].to_data_type, fmt::format("{}.c{}", table, i));
            };
            for (const auto& row : session_.query(fmt::format(
                     "SELECT id,{0},{1} FROM t JOIN altered USING (id) WHERE NOT ({0} <=> {1})",
                     printed("t"), printed("altered"))))
                if (found.size() < differences_told_max)
                    found.push_back(fmt::format("{} to {}, {}: ALTER TABLE {}, Segue {}",
                                                pairs_[i].from, pairs_[i].to,
                                                literals_.at(row[0].value()),
                                                row[2].value_or("NULL"), row[1].value_or("NULL")));
        }
        return found;
    }

  private:
    std::vector<std::string> arguments() const {
        return test::segue_arguments(server_, {schema_, "t"}, clauses(),
                                     {"--verbose", "--chunk-size=10", "--verify=full",
                                      "--postpone-cut-over-flag-file=" + flag_.string()});
    }

    // Where there is something to go on with.
    void die_in_the_copy() {
        test::fault_points faults;
        faults.pause("copier.chunk_ended");
        test::segue_process segue(test::segue_build::faulty, arguments(),
                                  test::segue_variables(server_, faults.variables()));
        faults.wait_reached("copier.chunk_ended");
        const auto deadline = std::chrono::steady_clock::now() + test::patience;
        while (session_.query("SELECT 1 FROM _t_ghk WHERE kind='resume_point'").empty()) {
            if (std::chrono::steady_clock::now() >= deadline)
                throw error("no place in the log was written down:\n" + segue.err());
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        segue.signal(SIGKILL);
        segue.wait();
    }

    std::string clauses() const {
        std::string all;
        for (std::size_t i = 0; i < pairs_.size(); ++i)
            all += fmt::format("{}MODIFY c{} {}", i == 0 ? "" : ", ", i, pairs_[i].to);
        return all;
    }

    // Some four rows of each, so that each is copied, inserted, and updated.
    void fill() {
        std::set<std::string> all;
        for (const auto& pair : pairs_) all.insert(pair.accepted.begin(), pair.accepted.end());
        unsigned id = 0;
        for (const auto& literal : all) {
            std::string names;
            std::string values;
            for (std::size_t i = 0; i < pairs_.size(); ++i) {
                const auto& accepted = pairs_[i].accepted;
                if (std::find(accepted.begin(), accepted.end(), literal) == accepted.end())
                    continue;
                names += fmt::format(",c{}", i);
                values += "," + literal;
            }
            std::string rows;
            for (unsigned copies = 0; copies < 4; ++copies) {
                rows += fmt::format("{}({}{})", copies == 0 ? "" : ",", ++id, values);
                literals_[std::to_string(id)] = literal;
            }
            // Each fits, but the 0 of an ENUM, which is no member.
            session_.execute(fmt::format("INSERT IGNORE INTO t (id{}) VALUES {}", names, rows));
        }
    }

    const test::sandbox_server& server_;
    const std::string schema_;
    const std::span<const pair_result> pairs_;
    const whole_run how_;
    test::application_session session_;
    const std::filesystem::path flag_;
    std::map<std::string, std::string> literals_;  // by id
};

// All pairs in one table, or in several where a row would be too long.
void run_some(const test::sandbox_server& server, std::span<const pair_result> pairs, whole_run how,
              std::vector<std::string>& found) {
    const test::fresh_schema schema(server);
    try {
        changed_table table(server, schema.name(), pairs, how);
        table.change();
        const auto different = table.differences();
        found.insert(found.end(), different.begin(), different.end());
    } catch (const error& failure) {
        if (failure.mysql_errno() != er::too_big_rowsize || pairs.size() == 1) throw;
        const std::size_t half = pairs.size() / 2;
        run_some(server, pairs.first(half), how, found);
        run_some(server, pairs.subspan(half), how, found);
    }
}

}  // namespace

std::vector<std::string> run_segue(const test::sandbox_server& server,
                                   const std::vector<pair_result>& pairs, whole_run how) {
    std::vector<pair_result> possible;
    for (const auto& pair : pairs)
        if (!pair.impossible && !pair.not_listed) possible.push_back(pair);
    std::vector<std::string> found;
    if (!possible.empty()) run_some(server, possible, how, found);
    return found;
}

}  // namespace segue::matrix
