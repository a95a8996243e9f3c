// A replica logs row images of its own kind, whatever its primary logs.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/integration/migration/replica_pair.hpp"

#include <string>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::string add = "ADD COLUMN b INT NOT NULL DEFAULT 3";

class replica_images : public testing::TestWithParam<pair_options> {
  protected:
    replica_set_up::statements set(const std::string& image) const {
        const std::string statement = "SET GLOBAL binlog_row_image=";
        return {.before = {statement + image}, .after = {statement + "FULL"}};
    }
    /// The client cannot compare numbers of the primary key, so another one names the rows.
    static void create_table(quiet_run& run) {
        run.session().execute(
            "CREATE TABLE t (size DOUBLE PRIMARY KEY, id INT NOT NULL, a INT, UNIQUE KEY (id))");
        run.session().execute("INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)");
    }
    replica_pair& servers_ = shared_pair(GetParam());
};

TEST_P(replica_images, that_are_minimal_lose_nothing_where_the_key_is_the_primary_key) {
    live_options with{.rows = 3'000, .writing = {.writers = 3, .rate_per_second = 20}};
    with.spec.key = key_kind::composite;
    live_run run(servers_.primary(), with);
    servers_.wait_replicated();
    const replica_set_up minimal(servers_, set("MINIMAL"));
    run.writers().start();
    run.migrate_while_writers_pause(100, {.more = servers_.arguments()});
}

TEST_P(replica_images, that_are_not_full_are_refused_where_the_key_is_another) {
    quiet_run run(servers_.primary());
    create_table(run);
    servers_.wait_replicated();
    for (const char* const image : {"MINIMAL", "NOBLOB"}) {
        const replica_set_up not_full(servers_, set(image));
        expect_refused_and_nothing_left(
            run, add,
            {"`id`: it is not the primary key, and binlog_row_image is not FULL",
             "binlog_row_image is meant of the replica"},
            servers_.arguments());
    }
}

TEST_P(replica_images, that_leave_a_key_column_out_end_the_migration) {
    quiet_run run(servers_.primary());
    create_table(run);
    servers_.wait_replicated();
    run.start(add, {.postponed = true, .more = servers_.arguments()});
    run.segue().wait_for_output("phase: postponed");
    const replica_set_up minimal(servers_, set("MINIMAL"));
    run.session().execute("UPDATE t SET a=3 WHERE size=2");
    run.let_cut_over();
    run.expect_failed({"does not hold the key column `id`", "binlog_row_image be FULL"});
}

std::string name_of(const testing::TestParamInfo<pair_options>& each) {
    return each.param.name;
}
INSTANTIATE_TEST_SUITE_P(of, replica_images, testing::Values(usual_pair()), name_of);
INSTANTIATE_TEST_SUITE_P(long_of, replica_images, testing::Values(pair_of_8_0()), name_of);

}  // namespace
}  // namespace segue::test
