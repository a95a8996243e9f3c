// An engine for itself, without a plan, a new table or a swap: what others build on it.
#include "src/base/server_errors.hpp"
#include "tests/integration/carry/engine_fixture.hpp"

namespace segue::carry {
namespace {

TEST_F(an_engine, keeps_two_equal_tables_in_step_without_a_copy_until_it_is_stopped) {
    session.execute(
        fmt::format("INSERT INTO {} SELECT * FROM {}", target.quoted(), source.quoted()));
    start(engine::contents::equal);
    test::workload writers(server.over_tcp(), source, spec);
    writers.start();
    for (int i = 0; i < 3; ++i) {
        writers.wait_for_transactions(some_transactions);
        writers.pause();
        wait_until_in_step();
        EXPECT_TRUE(writers.compare(target).equal()) << writers.compare(target).text();
        writers.resume();
    }
    stop();
    writers.wait_for_transactions(some_transactions);
    writers.stop();
    EXPECT_TRUE(writers.compare(source).equal()) << writers.compare(source).text();
    EXPECT_FALSE(writers.compare(target).equal()) << "somebody still writes";
    EXPECT_EQ(writers.report().complaints({er::lock_deadlock}), "");
    EXPECT_EQ(made->copying.rows_copied(), 0U);
}

TEST_F(an_engine, fills_an_empty_table_under_writers) {
    test::workload writers(server.over_tcp(), source, spec);
    writers.start();
    writers.wait_for_transactions(some_transactions);
    start(engine::contents::nothing).copy(throw_if_failed);
    writers.wait_for_transactions(some_transactions);
    writers.stop();
    wait_until_in_step();
    EXPECT_TRUE(writers.compare(target).equal()) << writers.compare(target).text();
    EXPECT_EQ(writers.report().complaints({er::lock_deadlock}), "");
    EXPECT_GT(made->copying.rows_copied(), 0U);
}

}  // namespace
}  // namespace segue::carry
