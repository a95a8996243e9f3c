// What row events may look like: how much of a row they hold, and compressed transactions.
#include "tests/integration/migration/live_run.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

using namespace std::chrono_literals;

struct image_kind {
    const char* name;
    std::vector<std::string> mysqld = {};
    std::vector<std::string> session_setup = {};
    key_kind key = key_kind::signed_integer;
    bool unique = true;
};

class row_images : public testing::TestWithParam<image_kind> {
  protected:
    static live_options options() {
        live_options with;
        with.spec.key = GetParam().key;
        if (!GetParam().unique) with.spec.unique_column.clear();
        with.writing.session_setup = GetParam().session_setup;
        with.writing.rate_per_second = 60;
        return with;
    }
};

TEST_P(row_images, lose_nothing_when_names_are_swapped_under_writers) {
    live_run run(shared_server(GetParam().mysqld), options());
    run.writers().start();
    fault_points faults;
    run.hold_copy(faults);
    run.start({.build = segue_build::faulty, .faults = &faults});
    run.let_copy_go_on(faults, 100);
    run.expect_swapped();
    run.writers().wait_for_transactions(50);
    run.expect_nothing_lost();
}

TEST_P(row_images, leave_a_table_as_the_native_alter_makes_it) {
    live_run run(shared_server(GetParam().mysqld), options());
    run.writers().start();
    run.migrate_while_writers_pause(200);
}

const std::string minimal = "SET SESSION binlog_row_image='MINIMAL'";
const std::string noblob = "SET SESSION binlog_row_image='NOBLOB'";
const std::string compressed = "SET SESSION binlog_transaction_compression=ON";
const std::string partial_json = "SET SESSION binlog_row_value_options='PARTIAL_JSON'";

const std::string tagged = "SET SESSION gtid_next='AUTOMATIC:of_the_application'";

const image_kind kinds[] = {{.name = "minimal_in_sessions", .session_setup = {minimal}},
                            {.name = "minimal_on_the_server",
                             .mysqld = {"--binlog-row-image=MINIMAL"},
                             .key = key_kind::composite},
                            {.name = "compressed_minimal_partial_json",
                             .session_setup = {compressed, minimal, partial_json},
                             .key = key_kind::unsigned_integer,
                             .unique = false}};
const image_kind more_kinds[] = {
    {.name = "minimal_in_sessions_composite",
     .session_setup = {minimal},
     .key = key_kind::composite,
     .unique = false},
    {.name = "noblob", .session_setup = {noblob}, .key = key_kind::auto_increment},
    {.name = "compressed", .session_setup = {compressed}},
    {.name = "tagged_gtids", .session_setup = {tagged}}};
std::string name_of(const testing::TestParamInfo<image_kind>& each) {
    return each.param.name;
}
INSTANTIATE_TEST_SUITE_P(of, row_images, testing::ValuesIn(kinds), name_of);
INSTANTIATE_TEST_SUITE_P(long_of, row_images, testing::ValuesIn(more_kinds), name_of);

}  // namespace
}  // namespace segue::test
