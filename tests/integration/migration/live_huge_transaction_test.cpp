// hazards.md, 26: a transaction with far more keys than are held at once, on a server that cuts off
// whoever does not read for a second.
#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <fstream>
#include <string>

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

}  // namespace
}  // namespace segue::test
