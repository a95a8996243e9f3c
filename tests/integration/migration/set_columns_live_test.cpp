// --set while the table is written to, against a native ALTER TABLE and an UPDATE of the old rows.
#include "tests/integration/migration/live_run.hpp"

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

// A new column from several, one that has a unique value which rotates between rows, one that was
// there, and one whose source goes.
live_options with_sets(key_kind key = key_kind::signed_integer) {
    live_options with{
        .rows = 6'000,
        .alter =
            "ADD COLUMN told VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, ADD "
            "COLUMN mirror INT, ADD UNIQUE KEY by_mirror (mirror), ADD COLUMN kept "
            "DECIMAL(12,1), DROP COLUMN gone, ADD COLUMN computed INT AS (mirror * 2) VIRTUAL",
        .sets = {"told = CONCAT_WS('|', title, `quantity`, doc->>'$.a', 'it''s \\\\')",
                 "mirror = code + 1", "spare = quantity DIV 2",
                 "kept = IFNULL(CHAR_LENGTH(gone), 0) + amount"},
        .native_update =
            "UPDATE {copy} c JOIN {old} o USING (id) SET c.told=CONCAT_WS('|', "
            "o.title, o.quantity, o.doc->>'$.a', 'it''s \\\\'), c.mirror=o.code+1, "
            "c.spare=o.quantity DIV 2, "
            "c.kept=IFNULL(CHAR_LENGTH(o.gone), 0)+o.amount"};
    // So that a busy machine keeps up.
    with.writing.rate_per_second = 100;
    with.spec.key = key;
    with.spec.more =
        "spare INT NOT NULL DEFAULT 7, gone VARCHAR(30) NULL DEFAULT 'dear', KEY (spare)";
    return with;
}

void expect_carried_over(live_run& run) {
    fault_points faults;
    run.writers().start();
    run.hold_copy(faults);
    run.start({.build = segue_build::faulty, .faults = &faults, .postponed = true});
    run.let_copy_go_on(faults, 200);
    run.segue().wait_for_output("phase: postponed");
    run.writers().wait_for_transactions(300);
    run.writers().pause();
    run.let_cut_over();
    run.expect_swapped();
    run.expect_as_native_alter();
    run.expect_nothing_lost();
}

TEST(columns_that_are_set, are_as_an_alter_and_an_update_make_them_of_a_table_that_is_written_to) {
    live_run run(shared_server(), with_sets());
    expect_carried_over(run);
}

// Without another unique index a changed row is written over the one that was there.
TEST(columns_that_are_set, are_so_where_rows_are_written_over) {
    live_options with = with_sets();
    with.spec.unique_column.clear();
    with.alter = "ADD COLUMN told VARCHAR(300), DROP COLUMN gone";
    with.sets = {"told = CONCAT_WS('|', title, `quantity`, gone)", "spare = quantity DIV 2"};
    with.native_update =
        "UPDATE {copy} c JOIN {old} o USING (id) SET c.told=CONCAT_WS('|', o.title, o.quantity, "
        "o.gone), c.spare=o.quantity DIV 2";
    live_run run(shared_server(), with);
    expect_carried_over(run);
}

TEST(long_columns_that_are_set, are_so_where_only_the_server_orders_the_key) {
    live_options with = with_sets(key_kind::any_case_text);
    // Copying and flushing take turns.
    with.writing.rate_per_second = 30;
    live_run run(shared_server(), with);
    run.writers().start();
    run.migrate_while_writers_pause(300);
}

TEST(long_columns_that_are_set, are_so_on_an_old_version) {
    const std::string version = "8.0";
    if (const auto why = why_not_to_be_had(version)) GTEST_SKIP() << *why;
    live_run run(shared_server({}, version), with_sets());
    expect_carried_over(run);
}

TEST(columns_that_are_set, are_gone_on_with_by_the_same_command) {
    live_run run(shared_server(), with_sets());
    run.writers().start();
    run.kill_in_the_copy({});
    run.writers().wait_for_transactions(100);
    run.migrate_while_writers_pause(100);
    EXPECT_EQ(run.times_told("going on with what an earlier run left"), 1U) << run.segue().err();
}

}  // namespace
}  // namespace segue::test
