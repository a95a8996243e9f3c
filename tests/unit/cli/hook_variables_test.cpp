#include "cli/running/hook_variables.hpp"

#include "cli/display/hint_block.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace segue::cli {
namespace {

using testing::Contains;
using testing::Pair;

options a_run_of_orders() {
    options given;
    given.run.request.original = {"shop", "orders"};
    return given;
}

TEST(hook_variables, before_the_inspection_have_the_names_that_the_tables_will_get) {
    const auto told = hook_variables_of(a_run_of_orders(), {}, std::nullopt);
    EXPECT_THAT(told, Contains(Pair("DATABASE_NAME", "shop")));
    EXPECT_THAT(told, Contains(Pair("TABLE_NAME", "orders")));
    EXPECT_THAT(told, Contains(Pair("GHOST_TABLE_NAME", "_orders_gho")));
    EXPECT_THAT(told, Contains(Pair("OLD_TABLE_NAME", "_orders_del")));
    EXPECT_THAT(told, Contains(Pair("MIGRATED_HOST", "")));
}

TEST(hook_variables, before_the_inspection_have_the_names_that_were_asked_for) {
    auto given = a_run_of_orders();
    given.run.request.naming = {.base = "m1", .old_stamp = "20260102030405"};
    const auto told = hook_variables_of(given, {}, std::nullopt);
    EXPECT_THAT(told, Contains(Pair("TABLE_NAME", "orders")));
    EXPECT_THAT(told, Contains(Pair("GHOST_TABLE_NAME", "_m1_gho")));
    EXPECT_THAT(told, Contains(Pair("OLD_TABLE_NAME", "_m1_20260102030405_del")));
}

TEST(hook_variables, have_the_names_of_the_inspection_once_it_is_done) {
    const migration::subject about{.original = {"shop", "Orders"},
                                   .ghost = {"shop", "_Orders_gho"},
                                   .old = {"shop", "_Orders_del"},
                                   .primary = {.host = "db1:3306", .version = "8.0"},
                                   .inspected = {.host = "db2:3307", .version = "8.0"}};
    const auto told = hook_variables_of(a_run_of_orders(), {}, about);
    EXPECT_THAT(told, Contains(Pair("TABLE_NAME", "Orders")));
    EXPECT_THAT(told, Contains(Pair("GHOST_TABLE_NAME", "_Orders_gho")));
    EXPECT_THAT(told, Contains(Pair("OLD_TABLE_NAME", "_Orders_del")));
    EXPECT_THAT(told, Contains(Pair("MIGRATED_HOST", "db1")));
    EXPECT_THAT(told, Contains(Pair("INSPECTED_HOST", "db2")));
}

TEST(hook_variables, name_the_machine_as_the_hint_block_does) {
    EXPECT_THAT(hook_variables_of(a_run_of_orders(), {}, std::nullopt),
                Contains(Pair("EXECUTING_HOST", display::host_name())));
}

}  // namespace
}  // namespace segue::cli
