// docs/hazards.md, 18 and 26: far more keys, and bytes of keys, than are held at once.
#include "tests/integration/migration/live_run.hpp"
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/support/conditions.hpp"

#include <fstream>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool memory_is_as_released = false;
#else
constexpr bool memory_is_as_released = true;
#endif

std::uint64_t greatest_memory_kilobytes(const segue_process& of) {
    std::ifstream status(fmt::format("/proc/{}/status", of.pid()));
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6));
    return 0;
}

// The server cuts off whoever does not read for a second.
TEST(long_a_transaction_of_a_million_rows, is_read_once_and_held_in_little_memory) {
    const auto& server = shared_server({"--net-write-timeout=1", "--innodb-buffer-pool-size=512M"});
    live_options with{.rows = 1'000'000, .alter = "ADD COLUMN added INT NOT NULL DEFAULT 5"};
    with.spec.more.clear();
    with.spec.unique_column.clear();
    with.spec.columns = {{"quantity", column_kind::integer}, {"title", column_kind::varchar}};
    live_run run(server, with);
    run.start({.postponed = true, .chunk_size = "20000"});
    run.segue().wait_for_output("phase: postponed");

    // Nothing can be flushed while this is held.
    auto holder = run.new_session();
    holder.execute("BEGIN");
    holder.query(fmt::format("SELECT id FROM {} ORDER BY id LIMIT 500000 FOR UPDATE",
                             run.tables().ghost.quoted()));
    auto by = run.new_session();
    by.execute(fmt::format("UPDATE {} SET quantity=quantity+1, title=CONCAT('h', id)",
                           run.table().quoted()));
    const std::string full = "Backlog: 200000/200000";
    run.segue().wait_for_output(full);
    // Held up for many times net_write_timeout: a status line tells at most once a second.
    const auto before = run.times_told(full);
    eventually("the stream was held up for long",
               [&] { return run.times_told(full) >= before + 8; });
    holder.execute("ROLLBACK");
    by.execute(fmt::format("UPDATE {} SET title='marks the end' LIMIT 1", run.table().quoted()));
    eventually("all of it was flushed", [&] {
        return run.session().query_value(
                   fmt::format("SELECT COUNT(*) FROM {} WHERE title='marks the end'",
                               run.tables().ghost.quoted())) == "1";
    });
    if (memory_is_as_released) {
        EXPECT_LT(greatest_memory_kilobytes(run.segue()), 64U << 10U);
        fmt::print(stderr, "at most {} kB\n", greatest_memory_kilobytes(run.segue()));
    }
    run.let_cut_over();
    run.expect_swapped();
    EXPECT_EQ(run.times_told("reading on from"), 0U);
    run.expect_as_native_alter();
}

// As many keys as are held of short ones would be 600 MB. Their unique values move, so that those
// of many batches are carried over together.
TEST(long_keys_of_three_kilobytes, are_held_in_little_memory) {
    quiet_run run(shared_server({"--net-write-timeout=1", "--innodb-buffer-pool-size=512M"}));
    auto& session = run.session();
    session.execute("CREATE TABLE t (id VARBINARY(3000) PRIMARY KEY, a INT, UNIQUE KEY (a))");
    session.execute("SET SESSION cte_max_recursion_depth=100000");
    session.execute(
        "INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < "
        "25000) SELECT CONCAT(LPAD(i, 8, '0'), REPEAT('k', 2900)), i FROM n");
    run.start("ADD COLUMN b INT", {.postponed = true});
    run.segue().wait_for_output("phase: postponed");
    application_session holder(run.server().over_tcp(), run.schema());
    holder.execute("BEGIN");
    holder.query("SELECT a FROM _t_gho FOR UPDATE");
    session.execute("UPDATE t SET a=a+1 ORDER BY a DESC");
    // Two status lines that tell the same: the stream waits for room.
    std::string full;
    run.wait_until("no more keys are held", [&] {
        const auto out = run.segue().out();
        const auto from = out.rfind("Backlog: ");
        const std::string now =
            from == std::string::npos ? "" : out.substr(from, out.find(';', from) - from);
        const bool same = std::exchange(full, now) == now;
        // The line before it told as much.
        return same && !now.starts_with("Backlog: 0/") && out.find(now) != from;
    });
    holder.execute("ROLLBACK");
    run.wait_until("all of them are carried over", [&] {
        return session.query_value("SELECT MIN(a) + COUNT(*) FROM _t_gho") == "25002";
    });
    if (memory_is_as_released) {
        EXPECT_LT(greatest_memory_kilobytes(run.segue()), 64U << 10U);
        fmt::print(stderr, "at most {} kB, {}\n", greatest_memory_kilobytes(run.segue()), full);
    }
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter("ADD COLUMN b INT");
}

}  // namespace
}  // namespace segue::test
