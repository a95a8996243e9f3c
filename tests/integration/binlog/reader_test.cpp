#include "binlog/stream.hpp"
#include "src/base/error.hpp"
#include "src/wire/connection.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/sandbox_server.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
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
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::binlog {
namespace {

using namespace std::chrono_literals;
using test::eventually;
using test::patience;
using test::sandbox_server;
using testing::HasSubstr;

const std::stop_token never;

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
        std::this_thread::sleep_for(std::exchange(stall, 0ms));
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
        return changed_.wait_for(lock, patience, [&] { return reached() || ended_; }) && reached();
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
                   std::chrono::milliseconds stall = 0ms, bool hold = false) {
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
        server_ = std::make_unique<sandbox_server>();
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

    static sandbox_server& server() { return *server_; }

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
        made.heartbeat_period = 200ms;
        return made;
    }

    /// So that a server that stands still for a while is not taken for one that is gone.
    reader_options unhurried() const { return unhurried(server().over_tcp()); }
    reader_options unhurried(const wire::connection_options& connection) const {
        auto made = options(connection);
        made.heartbeat_period = 10s;
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
                std::this_thread::sleep_for(50ms);
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
    static inline std::unique_ptr<sandbox_server> server_;
    static inline std::optional<wire::connection> session_;
    static inline int count_ = 0;
};

TEST_F(binlog_reader, reads_from_a_gtid_set_what_was_written_before_and_after_it_began) {
    const auto from = here_by_gtid();
    insert(1, 2);
    running_reader reader(unhurried(), from);
    EXPECT_TRUE(reader.seen.wait_for_keys(2));
    insert(3, 2);
    expect_each_once(reader.seen, 4);
    EXPECT_TRUE(reader.seen.wait_for_boundary_at(here_by_gtid()));
    EXPECT_EQ(reader.stop(), "");
    EXPECT_EQ(reader.seen.reconnects(), 0U);
}

TEST_F(binlog_reader, reads_from_a_file_position_and_over_the_end_of_the_file) {
    const auto from = here_by_file();
    insert(1, 2);
    running_reader reader(options(), from);
    EXPECT_TRUE(reader.seen.wait_for_keys(2));
    run("FLUSH BINARY LOGS");
    insert(3, 2);
    expect_each_once(reader.seen, 4);
    EXPECT_TRUE(reader.seen.wait_for_boundary_at(here_by_file()));
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, goes_on_from_a_boundary_that_another_run_ended_at) {
    for (const bool by_gtid : {true, false}) {
        run("DELETE FROM d." + table_);
        auto position = by_gtid ? here_by_gtid() : here_by_file();
        for (int round = 0; round < 3; ++round) {
            running_reader reader(options(), position);
            insert(round * 10, 10);
            expect_each_once(reader.seen, 10);
            const auto here = by_gtid ? here_by_gtid() : here_by_file();
            EXPECT_TRUE(reader.seen.wait_for_boundary_at(here));
            EXPECT_EQ(reader.stop(), "");
            position = reader.seen.boundary();
        }
    }
}

TEST_F(binlog_reader, by_gtid_loses_and_repeats_no_row_when_its_connection_is_killed) {
    survives_kills(here_by_gtid());
}

TEST_F(binlog_reader, by_tagged_gtids_loses_and_repeats_no_row_when_its_connection_is_killed) {
    run("SET SESSION gtid_next='AUTOMATIC:some_tag'");
    survives_kills(here_by_gtid());
    // From a position that has the tag in it.
    run("TRUNCATE d." + table_);
    const auto from = here_by_gtid();
    EXPECT_TRUE(std::get<gtid_set>(from).has_tags());
    running_reader reader(options(), from);
    insert(0, 4);
    run("SET SESSION gtid_next='AUTOMATIC'");
    insert(4, 4);
    expect_each_once(reader.seen, 8);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, by_file_loses_and_repeats_no_row_when_its_connection_is_killed) {
    survives_kills(here_by_file());
}

TEST_F(binlog_reader, begins_a_transaction_again_that_it_was_killed_in) {
    running_reader reader(unhurried(), here_by_gtid(), 0ms, /*hold=*/true);
    run("BEGIN");
    // Much more than the sockets between them hold.
    for (int i = 0; i < 10; ++i) insert(i * 100, 100, "REPEAT('x', 50000)");
    run("COMMIT");
    EXPECT_TRUE(reader.seen.wait_held());
    kill_dump_threads();
    eventually("its connection is gone", [] { return dump_threads().empty(); });
    reader.seen.let_go();
    expect_each_once(reader.seen, 1000);
    EXPECT_EQ(reader.seen.reconnects(), 1U);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, reads_rows_over_16_megabytes) {
    running_reader reader(unhurried(), here_by_gtid());
    insert(1, 1, "REPEAT('abcd', 5 << 20)");
    expect_each_once(reader.seen, 1);
    EXPECT_EQ(reader.seen.value_bytes(), std::size_t{20} << 20U);
    insert(2, 1);
    expect_each_once(reader.seen, 2);
    EXPECT_EQ(reader.stop(), "");
    EXPECT_EQ(reader.seen.reconnects(), 0U);
}

TEST_F(binlog_reader, reads_compressed_transactions) {
    running_reader reader(options(), here_by_gtid());
    run("SET SESSION binlog_transaction_compression = ON");
    insert(1, 500, "REPEAT('x', 1000)");
    insert(501, 1, "REPEAT('abcd', 5 << 20)");
    insert(502, 1, "RANDOM_BYTES(1000)");
    run("SET SESSION binlog_transaction_compression = OFF");
    expect_each_once(reader.seen, 502);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, reads_through_tls_and_a_unix_socket) {
    auto encrypted = server().over_tcp();
    encrypted.tls.mode = wire::tls_mode::required;
    running_reader first(options(encrypted), here_by_gtid());
    running_reader second(options(server().over_socket()), here_by_gtid());
    insert(1, 1, "REPEAT('abcd', 5 << 20)");
    expect_each_once(first.seen, 1);
    expect_each_once(second.seen, 1);
    EXPECT_EQ(first.stop(), "");
    EXPECT_EQ(second.stop(), "");
}

TEST_F(binlog_reader, bears_the_checksum_being_turned_off_and_on) {
    for (const bool by_gtid : {true, false}) {
        const auto from = by_gtid ? here_by_gtid() : here_by_file();
        running_reader reader(options(), from);
        for (int i = 0; i < 3; ++i) {
            const int base = i * 100 + (by_gtid ? 0 : 1000);
            insert(base, 1);
            run("SET GLOBAL binlog_checksum = NONE");
            insert(base + 1, 1);
            run("SET GLOBAL binlog_checksum = CRC32");
            insert(base + 2, 1);
            if (i == 1) kill_dump_threads();
        }
        run("SET GLOBAL binlog_checksum = NONE");
        running_reader late(options(), from);
        expect_each_once(reader.seen, 9);
        expect_each_once(late.seen, 9);
        EXPECT_EQ(reader.stop(), "");
        EXPECT_EQ(late.stop(), "");
        run("SET GLOBAL binlog_checksum = CRC32");
    }
}

TEST_F(binlog_reader, is_held_up_longer_than_the_write_timeout_without_being_cut_off) {
    run("SET GLOBAL net_write_timeout = 1");
    running_reader reader(unhurried(), here_by_gtid(), 4s);
    run("BEGIN");
    for (int i = 0; i < 20; ++i) insert(i * 10, 10, "REPEAT('x', 1000000)");
    run("COMMIT");
    expect_each_once(reader.seen, 200);
    EXPECT_EQ(reader.seen.reconnects(), 0U);
    EXPECT_EQ(reader.stop(), "");
    run("SET GLOBAL net_write_timeout = DEFAULT");
}

TEST_F(binlog_reader, is_not_lost_in_silence) {
    auto asked = options();
    asked.heartbeat_period = 2s;
    running_reader reader(asked, here_by_gtid());
    EXPECT_TRUE(reader.seen.wait_for_boundaries(1));
    // Longer than heartbeats may fail to come.
    EXPECT_TRUE(reader.seen.wait_for_boundaries(7));
    EXPECT_EQ(reader.seen.reconnects(), 0U);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, stops_when_asked_though_nothing_comes) {
    auto asked = options();
    asked.heartbeat_period = 1h;
    asked.connection.read_timeout = 1h;
    running_reader reader(asked, here_by_gtid());
    insert(1, 1);
    EXPECT_TRUE(reader.seen.wait_for_boundary_at(here_by_gtid()));
    EXPECT_EQ(reader.stop(), "");
    EXPECT_EQ(reader.seen.reconnects(), 0U);
}

TEST_F(binlog_reader, two_runs_with_one_server_id_leave_each_other_alone) {
    running_reader first(unhurried(), here_by_gtid());
    running_reader second(unhurried(), here_by_gtid());
    insert(1, 1);
    EXPECT_TRUE(first.seen.wait_for_keys(1));
    EXPECT_TRUE(second.seen.wait_for_keys(1));
    EXPECT_EQ(dump_threads().size(), 2U);
    insert(2, 4);
    expect_each_once(first.seen, 5);
    expect_each_once(second.seen, 5);
    EXPECT_EQ(first.seen.reconnects() + second.seen.reconnects(), 0U);
    EXPECT_EQ(first.stop(), "");
    EXPECT_EQ(second.stop(), "");
}

TEST_F(binlog_reader, is_told_when_another_run_uses_its_uuid) {
    const auto shared = unhurried();
    running_reader first(shared, here_by_gtid());
    insert(1, 1);
    EXPECT_TRUE(first.seen.wait_for_keys(1));
    running_reader second(shared, here_by_gtid());
    EXPECT_THAT(first.failure(), HasSubstr("replica_uuid"));
    EXPECT_EQ(second.stop(), "");
}

TEST_F(binlog_reader, is_shown_among_the_replicas) {
    const auto named = options();
    running_reader reader(named, here_by_gtid());
    EXPECT_TRUE(reader.seen.wait_for_boundaries(1));
    bool found = false;
    for (const auto& row : run("SHOW REPLICAS").rows)
        found = found || (row[0] == "4711" && row.back() == named.replica_uuid);
    EXPECT_TRUE(found);
    EXPECT_EQ(reader.stop(), "");
}

TEST_F(binlog_reader, without_the_privilege_fails_with_a_remedy) {
    run("CREATE USER weak IDENTIFIED BY 'p'");
    auto connection = server().over_socket();
    connection.user = "weak";
    connection.password = "p";
    for (const auto& from : {here_by_gtid(), here_by_file()})
        EXPECT_THAT(running_reader(options(connection), from).failure(),
                    HasSubstr("REPLICATION SLAVE"));
}

TEST_F(binlog_reader, refuses_another_server_than_expected) {
    auto asked = options();
    asked.expected_server_uuid = "00000000-0000-0000-0000-000000000001";
    EXPECT_THAT(running_reader(asked, here_by_gtid()).failure(), HasSubstr("another one"));
}

TEST_F(binlog_reader, gives_up_on_a_server_that_was_never_there) {
    auto nowhere = server().over_tcp();
    nowhere.server.port = 1;
    EXPECT_THAT(running_reader(options(nowhere), here_by_gtid()).failure(),
                HasSubstr("cannot connect"));
}

TEST_F(binlog_reader, at_a_purged_position_fails_with_a_remedy) {
    const auto by_gtid = here_by_gtid();
    const auto by_file = here_by_file();
    insert(1, 1);
    run("FLUSH BINARY LOGS");
    run("PURGE BINARY LOGS TO '" + std::get<file_position>(here_by_file()).file + "'");
    for (const auto& from : {by_gtid, by_file})
        EXPECT_THAT(running_reader(options(), from).failure(),
                    HasSubstr("binlog_expire_logs_seconds"));
}

TEST_F(binlog_reader, behind_the_end_of_a_file_fails) {
    auto beyond = std::get<file_position>(here_by_file());
    beyond.offset += 1'000'000;
    EXPECT_THAT(running_reader(options(), beyond).failure(), HasSubstr("lost transactions"));
}

TEST_F(binlog_reader, between_two_transactions_only_can_begin) {
    auto inside = std::get<file_position>(here_by_file());
    insert(1, 1);
    inside.offset += 3;
    EXPECT_NE(running_reader(options(), inside).failure(), "");
}

TEST_F(binlog_reader, waits_for_a_streamed_transaction_that_is_not_committed_yet) {
    run("INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'");
    run("SET GLOBAL rpl_semi_sync_source_timeout = 3600000");
    running_reader reader(unhurried(), here_by_gtid());
    insert(0, 1);
    EXPECT_TRUE(reader.seen.wait_for_keys(1));
    run("SET GLOBAL rpl_semi_sync_source_enabled = ON");
    std::atomic<bool> committed = false;
    std::jthread writer([&] {
        auto other = wire::connection::connect(server().over_socket(), never);
        other.query("INSERT INTO d." + table_ + " VALUES (1, 'x')", never);
        committed = true;
    });
    expect_each_once(reader.seen, 2);
    const auto connections = [] {
        return std::stoull(run("SHOW GLOBAL STATUS LIKE 'Connections'").rows[0][1].value());
    };
    const auto before = connections();
    kill_dump_threads();
    EXPECT_TRUE(reader.seen.wait_for_reconnects(1));
    eventually("it has connected again", [&] { return connections() > before; });
    eventually("it reads nothing yet", [] { return dump_threads().empty(); });
    EXPECT_FALSE(committed) << "the row comes before its commit";
    run("SET GLOBAL rpl_semi_sync_source_enabled = OFF");
    writer.join();
    insert(2, 1);
    expect_each_once(reader.seen, 3);
    EXPECT_EQ(reader.stop(), "");
    run("UNINSTALL PLUGIN rpl_semi_sync_source");
}

TEST_F(binlog_reader, reconnects_to_a_server_that_fell_silent) {
    auto asked = options();
    asked.connection.connect_timeout = 1s;
    running_reader reader(asked, here_by_gtid());
    EXPECT_TRUE(reader.seen.wait_for_boundaries(3));
    const auto pid = server_process();
    ASSERT_EQ(::kill(pid, SIGSTOP), 0);
    const bool noticed = reader.seen.wait_for_reconnects(1);
    ASSERT_EQ(::kill(pid, SIGCONT), 0);
    EXPECT_TRUE(noticed);
    insert(1, 5);
    expect_each_once(reader.seen, 5);
    EXPECT_EQ(reader.stop(), "");
}

TEST(binlog_reader_restarts, the_stream_goes_on_behind_a_crash_of_the_server) {
    sandbox_server server;
    const auto run = [&](const std::string& sql) {
        return wire::connection::connect(server.over_socket(), never).query(sql, never);
    };
    run("CREATE DATABASE d");
    run("CREATE TABLE d.t (id INT PRIMARY KEY)");
    reader_options options;
    options.connection = server.over_socket();
    options.subscriptions = {{.schema = "d", .table = "t", .columns = {0}}};
    options.server_id = 4711;
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000000";
    const auto status = run("SHOW BINARY LOG STATUS").rows[0];
    running_reader by_file(options,
                           file_position{status[0].value(), std::stoull(status[1].value())});
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000001";
    running_reader by_gtid(
        options, gtid_set::parse(run("SELECT @@global.gtid_executed").single("it").value()));
    std::size_t rows = 0;
    const auto insert = [&](int count) {
        for (int i = 0; i < count; ++i) run(fmt::format("INSERT INTO d.t VALUES ({})", ++rows));
    };
    for (unsigned round = 1; round <= 3; ++round) {
        insert(1);
        for (auto* reader : {&by_file, &by_gtid}) EXPECT_TRUE(reader->seen.wait_for_keys(rows));
        insert(50);
        server.kill_hard();
        for (auto* reader : {&by_file, &by_gtid})
            EXPECT_TRUE(reader->seen.wait_for_reconnects(round));
        server.resume();
    }
    for (auto* reader : {&by_file, &by_gtid}) {
        EXPECT_TRUE(reader->seen.wait_for_keys(rows));
        for (const auto& [key, times] : reader->seen.seen()) EXPECT_EQ(times, 1U) << key;
        EXPECT_EQ(reader->stop(), "");
    }
}

TEST(binlog_reader_of_8_0, reads_by_gtid_and_by_file) {
    if (const auto why = test::why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
    const sandbox_server server({.version = "8.0"});
    auto session = wire::connection::connect(server.over_socket(), never);
    session.query("CREATE DATABASE d", never);
    session.query("CREATE TABLE d.t (id INT PRIMARY KEY, v LONGBLOB)", never);
    reader_options options;
    options.connection = server.over_tcp();
    options.heartbeat_period = 10s;
    options.subscriptions = {{.schema = "d", .table = "t", .columns = {0, 1}}};
    options.server_id = 4711;
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000000";
    const auto status = session.query("SHOW MASTER STATUS", never).rows[0];
    running_reader by_file(options,
                           file_position{status[0].value(), std::stoull(status[1].value())});
    options.replica_uuid = "5e67e000-0000-0000-0000-000000000001";
    running_reader by_gtid(
        options, gtid_set::parse(
                     session.query("SELECT @@global.gtid_executed", never).single("it").value()));
    session.query("INSERT INTO d.t VALUES (1, 'x')", never);
    session.query("SET binlog_transaction_compression = ON", never);
    session.query("INSERT INTO d.t VALUES (2, REPEAT('abcd', 5 << 20))", never);
    for (auto* reader : {&by_file, &by_gtid}) {
        EXPECT_TRUE(reader->seen.wait_for_keys(2));
        EXPECT_EQ(reader->seen.reconnects(), 0U);
        EXPECT_EQ(reader->stop(), "");
    }
}

}  // namespace
}  // namespace segue::binlog
