#include "tests/integration/migration/live_run.hpp"
#include "tests/support/conditions.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

struct kind_of_table {
    const char* name;
    key_kind key;
    bool unique;  ///< A second unique index, so that flushes delete and then insert.
};

constexpr kind_of_table kinds[] = {{"signed_key_and_unique", key_kind::signed_integer, true},
                                   {"unsigned_key", key_kind::unsigned_integer, false},
                                   {"composite_key_and_unique", key_kind::composite, true}};
constexpr kind_of_table more_kinds[] = {
    {"signed_key", key_kind::signed_integer, false},
    {"unsigned_key_and_unique", key_kind::unsigned_integer, true},
    {"auto_increment", key_kind::auto_increment, false},
    {"auto_increment_and_unique", key_kind::auto_increment, true},
    {"composite_key", key_kind::composite, false}};
constexpr kind_of_table position_kinds[] = {
    {"unsigned_key_and_unique", key_kind::unsigned_integer, true},
    {"auto_increment", key_kind::auto_increment, false}};
constexpr kind_of_table more_position_kinds[] = {
    {"signed_key", key_kind::signed_integer, false},
    {"composite_key_and_unique", key_kind::composite, true}};

// Short transactions, many of which change keys, delete, and swap unique values.
constexpr operation_weights busy{
    .insert = 25, .update = 25, .move = 20, .erase = 20, .swap = 15, .big = 5};

live_options options_for(const kind_of_table& kind) {
    live_options with;
    with.spec.key = kind.key;
    if (!kind.unique) with.spec.unique_column.clear();
    with.writing.weights = busy;
    with.writing.rate_per_second = 60;
    return with;
}

class live_writers : public testing::TestWithParam<kind_of_table> {
  protected:
    /// Swaps under live writes, of which some were made while rows were copied.
    static void migrate(const sandbox_server& server, double rate_per_second = 60) {
        auto with = options_for(GetParam());
        with.writing.rate_per_second = rate_per_second;
        live_run run(server, with);
        run.writers().start();
        run.writers().wait_for_transactions(50);
        fault_points faults;
        run.hold_copy(faults);
        run.start({.build = segue_build::faulty, .faults = &faults});
        {
            std::unique_ptr<copy_follower> follower;
            if (GetParam().key != key_kind::composite)
                follower = std::make_unique<copy_follower>(run, 400);
            run.let_copy_go_on(faults, 100);
            run.segue().wait_for_output("phase: cut-over");
        }
        run.expect_swapped();
        EXPECT_GE(run.rows_copied(), 15'000U);
        run.writers().wait_for_transactions(100);
        run.expect_nothing_lost();
    }

    /// Swaps while the writers pause.
    static void migrate_and_compare(const sandbox_server& server) {
        live_run run(server, options_for(GetParam()));
        run.writers().start();
        run.migrate_while_writers_pause(300);
    }
};

std::string name_of(const testing::TestParamInfo<kind_of_table>& info) {
    return info.param.name;
}

using with_gtids = live_writers;
TEST_P(with_gtids, lose_nothing_when_names_are_swapped_under_them) {
    migrate(shared_server());
}
TEST_P(with_gtids, leave_a_table_as_the_native_alter_makes_it) {
    migrate_and_compare(shared_server());
}
INSTANTIATE_TEST_SUITE_P(keys, with_gtids, testing::ValuesIn(kinds), name_of);
INSTANTIATE_TEST_SUITE_P(long_keys, with_gtids, testing::ValuesIn(more_kinds), name_of);

/// Unique values of most rows of a small table move within seconds, faster than a worker flushes
/// rows one by one.
class long_storm_of_moving_values : public live_writers {};
TEST_P(long_storm_of_moving_values, is_kept_up_with) {
    migrate(shared_server(), 0);
}
INSTANTIATE_TEST_SUITE_P(
    long_keys, long_storm_of_moving_values,
    testing::Values(kind_of_table{"signed_key_and_unique", key_kind::signed_integer, true},
                    kind_of_table{"composite_key_and_unique", key_kind::composite, true}),
    name_of);

using without_gtids = live_writers;
const sandbox_server& server_without_gtids() {
    return shared_server({"--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"});
}
TEST_P(without_gtids, lose_nothing_when_names_are_swapped_under_them) {
    migrate(server_without_gtids());
}
TEST_P(without_gtids, leave_a_table_as_the_native_alter_makes_it) {
    migrate_and_compare(server_without_gtids());
}
INSTANTIATE_TEST_SUITE_P(keys, without_gtids, testing::ValuesIn(position_kinds), name_of);
INSTANTIATE_TEST_SUITE_P(long_keys, without_gtids, testing::ValuesIn(more_position_kinds), name_of);

using on_8_0 = live_writers;
TEST_P(on_8_0, lose_nothing_when_names_are_swapped_under_them) {
    if (const auto why = why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
    migrate(shared_server({}, "8.0"));
}
TEST_P(on_8_0, leave_a_table_as_the_native_alter_makes_it) {
    if (const auto why = why_not_to_be_had("8.0")) GTEST_SKIP() << *why;
    migrate_and_compare(shared_server({}, "8.0"));
}
INSTANTIATE_TEST_SUITE_P(keys, on_8_0,
                         testing::Values(kind_of_table{"signed_key_and_unique",
                                                       key_kind::signed_integer, true}),
                         name_of);
INSTANTIATE_TEST_SUITE_P(long_keys, on_8_0, testing::ValuesIn(more_kinds), name_of);

/// Rows that come at the end before the first chunk could be registered.
TEST(a_throttled_start, does_not_flush_what_the_copy_will_read) {
    live_run run(shared_server(), {.rows = 500});
    const auto throttle = std::filesystem::temp_directory_path() /
                          ("segue-throttle-" + run.table().schema + std::to_string(::getpid()));
    ASSERT_TRUE(std::ofstream(throttle));
    run.start({.postponed = true, .more = {"--throttle-flag-file=" + throttle.string()}});
    run.segue().wait_for_output("State: throttled");
    run.session().execute(
        "INSERT INTO orders (id, quantity, title, made, raw) VALUES (70000, 1, "
        "'late', NOW(), ''), (70001, 2, 'late', NOW(), '')");
    const auto inserted = run.session().query_value("SELECT @@GLOBAL.gtid_executed").value();
    eventually("the stream has passed it", [&] {
        return run.session().query_value("SELECT GTID_SUBSET('" + inserted + "', '" +
                                         run.stream_position() + "')") == "1";
    });
    std::filesystem::remove(throttle);
    run.segue().wait_for_output("phase: postponed");
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
}

}  // namespace
}  // namespace segue::test
