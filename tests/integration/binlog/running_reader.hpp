#pragma once

#include "binlog/stream.hpp"
#include "src/base/error.hpp"
#include "src/wire/connection.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

/// Readers of a server's log, and what they hand out, for the tests of this folder.
namespace segue::binlog {

inline const std::stop_token never;

/// Keeps what was committed: each key with how often its row came, and the last value's length.
class recorder final : public stream_handler {
  public:
    void on_begin(const std::optional<std::string>&) override { pending_.clear(); }
    void on_table(const table_shape&) override {}
    void on_row(const row_change& change) override {
        const auto& image = change.after.empty() ? change.before : change.after;
        std::int32_t key = 0;
        std::memcpy(&key, image[0].bytes.data(), sizeof(key));
        pending_.emplace_back(key, image.size() > 1 ? image[1].bytes.size() : 0);
        std::this_thread::sleep_for(std::exchange(stall, std::chrono::milliseconds(0)));
        if (!hold) return;
        std::unique_lock lock(mutex_);
        held_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return !hold; });
    }
    void on_statement(const statement&) override {}
    void on_end(ending) override {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, length] : pending_) {
            ++seen_[key];
            value_bytes_ = length;
        }
        pending_.clear();
        changed_.notify_all();
    }
    void on_xa_commit(const std::string&) override {}
    void on_xa_rollback(const std::string&) override {}
    void on_boundary(const stream_position& position) override {
        const std::lock_guard lock(mutex_);
        boundary_ = position;
        ++boundaries_;
        changed_.notify_all();
    }
    void on_reconnect() override {
        pending_.clear();
        const std::lock_guard lock(mutex_);
        ++reconnects_;
        changed_.notify_all();
    }

    /// Waits until that many keys have been committed.
    bool wait_for_keys(std::size_t count) {
        return wait([&] { return seen_.size() >= count; });
    }
    bool wait_for_boundaries(unsigned count) {
        return wait([&] { return boundaries_ >= count; });
    }
    bool wait_for_reconnects(unsigned count) {
        return wait([&] { return reconnects_ >= count; });
    }
    /// Waits until all up to there has been handed out.
    bool wait_for_boundary_at(const stream_position& position) {
        return wait([&] { return boundary_ == position; });
    }
    /// Waits until it is held at the first row.
    bool wait_held() {
        return wait([&] { return held_; });
    }
    void let_go() {
        const std::lock_guard lock(mutex_);
        hold = false;
        changed_.notify_all();
    }
    bool wait(const std::function<bool()>& reached) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, test::patience, [&] { return reached() || ended_; }) &&
               reached();
    }
    void end() {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    std::map<std::int32_t, unsigned> seen() {
        const std::lock_guard lock(mutex_);
        return seen_;
    }
    unsigned reconnects() {
        const std::lock_guard lock(mutex_);
        return reconnects_;
    }
    std::size_t value_bytes() {
        const std::lock_guard lock(mutex_);
        return value_bytes_;
    }
    stream_position boundary() {
        const std::lock_guard lock(mutex_);
        return boundary_;
    }

    // Set before the stream begins: at the first row, for a time or until let_go().
    std::chrono::milliseconds stall{0};
    std::atomic<bool> hold{false};

  private:
    std::vector<std::pair<std::int32_t, std::size_t>> pending_;  // the reader's thread only
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::int32_t, unsigned> seen_;
    std::size_t value_bytes_ = 0;
    unsigned reconnects_ = 0;
    unsigned boundaries_ = 0;
    bool held_ = false;
    bool ended_ = false;
    stream_position boundary_;
};

/// A reader on a thread of its own.
class running_reader {
  public:
    running_reader(const reader_options& options, const stream_position& from,
                   std::chrono::milliseconds stall = std::chrono::milliseconds(0),
                   bool hold = false) {
        seen.stall = stall;
        seen.hold = hold;
        thread_ = std::jthread([this, options, from](std::stop_token stop) {
            try {
                read_stream(options, from, seen, stop);
            } catch (const std::exception& failed) {
                failure_ = failed.what();
            }
            seen.end();
        });
    }

    running_reader(const running_reader&) = delete;
    running_reader& operator=(const running_reader&) = delete;
    ~running_reader() { seen.let_go(); }

    /// Asks it to stop, and answers what it failed with; empty when it did not.
    std::string stop() {
        thread_.request_stop();
        thread_.join();
        return failure_;
    }
    /// Waits until it ends by itself.
    std::string failure() {
        seen.wait([] { return false; });
        thread_.request_stop();
        thread_.join();
        return failure_;
    }

    recorder seen;

  private:
    std::string failure_;  // read after join()
    std::jthread thread_;
};

class binlog_reader : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        server_ = std::make_unique<test::sandbox_server>();
        session_.emplace(wire::connection::connect(server_->over_socket(), never));
        run("CREATE DATABASE d");
    }
    static void TearDownTestSuite() {
        session_.reset();
        server_.reset();
    }

    void SetUp() override {
        table_ = "t" + std::to_string(++count_);
        run("CREATE TABLE d." + table_ + " (id INT PRIMARY KEY, v LONGBLOB)");
    }

    static test::sandbox_server& server() { return *server_; }

    static wire::text_result run(const std::string& sql) { return session_->query(sql, never); }

    void insert(int from, int count, const std::string& value = "'x'") {
        std::string rows;
        for (int i = from; i < from + count; ++i)
            rows += fmt::format("{}({},{})", i == from ? "" : ",", i, value);
        run("INSERT INTO d." + table_ + " VALUES " + rows);
    }

    reader_options options() const { return options(server().over_tcp()); }

    reader_options options(const wire::connection_options& connection) const {
        static int runs = 0;
        reader_options made;
        made.connection = connection;
        made.subscriptions = {{.schema = "d", .table = table_, .columns = {0, 1}}};
        made.server_id = 4711;
        made.replica_uuid = fmt::format("5e67e000-0000-0000-0000-{:012}", ++runs);
        made.heartbeat_period = std::chrono::milliseconds(200);
        return made;
    }

    /// So that a server that stands still for a while is not taken for one that is gone.
    reader_options unhurried() const { return unhurried(server().over_tcp()); }
    reader_options unhurried(const wire::connection_options& connection) const {
        auto made = options(connection);
        made.heartbeat_period = std::chrono::seconds(10);
        return made;
    }

    static stream_position here_by_gtid() {
        return gtid_set::parse(run("SELECT @@global.gtid_executed").single("it").value());
    }

    static stream_position here_by_file() {
        // MySQL 8.4 took the old name away, 8.0 knows no other.
        wire::text_result status;
        try {
            status = run("SHOW BINARY LOG STATUS");
        } catch (const error&) {
            status = run("SHOW MASTER STATUS");
        }
        return file_position{status.rows[0][0].value(), std::stoull(status.rows[0][1].value())};
    }

    static pid_t server_process() {
        std::ifstream file(run("SELECT @@global.pid_file").single("it").value());
        pid_t pid = 0;
        file >> pid;
        return pid;
    }

    static std::vector<std::string> dump_threads() {
        const auto answer =
            run("SELECT id FROM performance_schema.processlist WHERE command LIKE 'Binlog Dump%'");
        std::vector<std::string> ids;
        for (const auto& row : answer.rows) ids.push_back(row[0].value());
        return ids;
    }

    static void kill_dump_threads() {
        for (const auto& id : dump_threads()) {
            try {
                run("KILL " + id);
            } catch (const error&) {
                // It has ended meanwhile.
            }
        }
    }

    static void expect_each_once(recorder& seen, std::size_t count) {
        EXPECT_TRUE(seen.wait_for_keys(count));
        const auto rows = seen.seen();
        EXPECT_EQ(rows.size(), count);
        for (const auto& [key, times] : rows) EXPECT_EQ(times, 1U) << key;
    }

    void survives_kills(const stream_position& from) {
        constexpr unsigned kills = 10;
        running_reader reader(unhurried(), from);
        std::atomic<bool> killed_enough = false;
        std::jthread killer([&] {
            auto other = wire::connection::connect(server().over_socket(), never);
            std::size_t keys = 0;
            for (unsigned kill = 1; kill <= kills; ++kill) {
                // Somewhere in the stream, which comes through a new connection by now.
                if (!reader.seen.wait_for_keys(keys + 1)) break;
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                const auto found = other.query(
                    "SELECT id FROM performance_schema.processlist WHERE command LIKE 'Binlog "
                    "Dump%'",
                    never);
                for (const auto& row : found.rows) {
                    try {
                        other.query("KILL " + row[0].value(), never);
                    } catch (const error&) {
                        // It has ended meanwhile.
                    }
                }
                if (!reader.seen.wait_for_reconnects(kill)) break;
                keys = reader.seen.seen().size();
            }
            killed_enough = true;
        });
        int transactions = 0;
        while (!killed_enough) insert(4 * transactions++, 4, "REPEAT('x', 2000)");
        killer.join();
        expect_each_once(reader.seen, static_cast<std::size_t>(transactions) * 4);
        EXPECT_GE(reader.seen.reconnects(), kills);
        EXPECT_EQ(reader.stop(), "");
    }

    std::string table_;

  private:
    static inline std::unique_ptr<test::sandbox_server> server_;
    static inline std::optional<wire::connection> session_;
    static inline int count_ = 0;
};

}  // namespace segue::binlog
