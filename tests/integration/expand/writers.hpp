#pragma once

#include "src/base/error.hpp"
#include "tests/integration/expand/expand_run.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace segue::test {

/// Connections that each write rows of their own (id MOD connections), by the names that their code
/// knows, so that what each row has to hold under both names is known whatever the others do.
class writers {
  public:
    /// `both`: a deployment that is half done.
    enum class code { old, both, newer };

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
    /// How many have met that a name is not there, and write by the other one since.
    unsigned refused() const {
        unsigned sum = 0;
        for (const auto& each : all_) sum += each->refused ? 1 : 0;
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
                knows == code::newer ||
                (knows == code::both && std::uniform_int_distribution<int>(0, 1)(random) == 1);
            const std::string column = newer ? "full_name" : "name";
            const std::string written = fmt::format("{} {} ", newer ? "New" : "old", done.load());
            const int id = any();
            const int first = next + step;
            const int second = first + step;
            try {
                switch (std::uniform_int_distribution<int>(0, 9)(random)) {
                    case 0:
                        session.execute(
                            fmt::format("INSERT INTO t (id,{0}) VALUES ({1},'{2}'),({3},'{2}')",
                                        column, first, written, second));
                        rows[first] = rows[second] = written;
                        next = second;
                        break;
                    case 1:
                        session.execute(fmt::format("REPLACE INTO t (id,{}) VALUES ({},'{}')",
                                                    column, id, written));
                        rows[id] = written;
                        break;
                    case 2:
                        session.execute(
                            fmt::format("INSERT INTO t (id,{0}) VALUES ({1},'{2}') ON DUPLICATE "
                                        "KEY UPDATE {0}=VALUES({0})",
                                        column, id, written));
                        rows[id] = written;
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
                        if (knows != code::both || !newer) break;
                        session.execute(fmt::format(
                            "UPDATE t SET name='{0}', full_name='{0}' WHERE id={1}", written, id));
                        rows[id] = written;
                        break;
                    default:
                        session.execute(
                            fmt::format("UPDATE t SET {}='{}' WHERE id={}", column, written, id));
                        rows[id] = written;
                }
                ++done;
            } catch (const error& failure) {
                // A deadlock: the server has rolled it back.
                if (failure.mysql_errno() == 1213) return;
                // One of the two names is gone: nothing was written.
                if (failure.mysql_errno() != 1054) throw;
                refused = true;
                const std::string gone = failure.what();
                knows = gone.find("full_name") == gone.npos ? code::newer : code::old;
            }
        }
        application_session session;
        std::mt19937 random;
        std::atomic<code> knows;
        std::atomic<bool> refused{false};
        std::map<int, std::string> rows;
        int next = 0;
        int step = 1;
        std::atomic<std::uint64_t> done{0};
        std::jthread thread;  // last: it uses the others
    };
    const int connections_;
    std::vector<std::unique_ptr<one>> all_;
};

}  // namespace segue::test
