// Replicas that the stream cannot come from, each refused before anything is made.
#include "tests/integration/migration/replica_pair.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

replica_pair& servers() {
    return shared_pair({.name = "refused", .replica = {"--replica-parallel-workers=4"}});
}

struct unfit {
    const char* name;
    std::vector<std::string> before;  ///< On the replica, its applier stopped.
    std::vector<std::string> after;   ///< As it was.
    std::vector<std::string> told;
    bool replicates = true;
};

class a_replica : public testing::TestWithParam<unfit> {};

TEST_P(a_replica, that_is_not_fit_is_refused) {
    live_run run(servers().primary(), {.rows = 10});
    servers().wait_replicated();
    servers().on_replica({"STOP REPLICA"});
    servers().on_replica(GetParam().before);
    if (GetParam().replicates) servers().start_replication();
    run.start({.more = servers().arguments()});
    run.expect_stopped(GetParam().told);
    EXPECT_EQ(run.session()
                  .query("SELECT table_name FROM information_schema.tables WHERE "
                         "table_schema=DATABASE() AND table_name LIKE '\\\\_%'")
                  .size(),
              0U);
    servers().on_replica({"STOP REPLICA"});
    servers().on_replica(GetParam().after);
    servers().start_replication();
}

const unfit all[] = {
    {.name = "workers_out_of_order",
     .before = {"SET GLOBAL replica_preserve_commit_order=OFF"},
     .after = {"SET GLOBAL replica_preserve_commit_order=ON"},
     .told = {"applies with 4 workers", "SET GLOBAL replica_preserve_commit_order=ON"}},
    {.name = "a_filter",
     .before = {"CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE=('elsewhere.%')"},
     .after = {"CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE=()"},
     .told = {"Replicate_Wild_Ignore_Table=elsewhere.%", "a replica without filters"}},
    {.name = "a_database_left_out",
     .before = {"CHANGE REPLICATION FILTER REPLICATE_IGNORE_DB=(elsewhere)"},
     .after = {"CHANGE REPLICATION FILTER REPLICATE_IGNORE_DB=()"},
     .told = {"Replicate_Ignore_DB=elsewhere"}},
    {.name = "behind_on_purpose",
     .before = {"CHANGE REPLICATION SOURCE TO SOURCE_DELAY=1"},
     .after = {"CHANGE REPLICATION SOURCE TO SOURCE_DELAY=0"},
     .told = {"is 1 s behind on purpose"}},
    {.name = "errors_passed_over",
     .before = {"SET GLOBAL replica_exec_mode=IDEMPOTENT"},
     .after = {"SET GLOBAL replica_exec_mode=STRICT"},
     .told = {"replica_exec_mode IDEMPOTENT"}},
    {.name = "not_replicating",
     .before = {},
     .after = {},
     .told = {"does not replicate", "--assume-master-host"},
     .replicates = false}};
INSTANTIATE_TEST_SUITE_P(with, a_replica, testing::ValuesIn(all),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(a_replica_whose_table, has_other_columns_is_refused) {
    live_run run(servers().primary(), {.rows = 10});
    servers().wait_replicated();
    servers().on_replica({"SET sql_log_bin=0", "ALTER TABLE " + run.table().quoted() +
                                                   " ADD COLUMN first_of_all INT FIRST"});
    run.start({.more = servers().arguments()});
    run.expect_stopped({"the columns of", "are not those of the primary"});
}

TEST(a_replica_whose_table, is_not_there_is_refused) {
    live_run run(servers().primary(), {.rows = 10});
    servers().wait_replicated();
    servers().on_replica({"SET sql_log_bin=0", "DROP TABLE " + run.table().quoted()});
    run.start({.more = servers().arguments()});
    run.expect_stopped({"has no table"});
}

TEST(a_replica_that_logs_nothing_it_replicates, is_refused) {
    sandbox_server silent(
        {.mysqld = {"--log-replica-updates=OFF"}, .replica_of = &servers().primary()});
    live_run run(servers().primary(), {.rows = 10});
    run.start(
        {.more = {"--port=" + std::to_string(silent.port()), "--user=" + silent.user(),
                  "--password=" + silent.password(),
                  "--assume-master-host=127.0.0.1:" + std::to_string(servers().primary().port()),
                  "--master-password=" + servers().primary().password()}});
    run.expect_stopped({"log_replica_updates"});
}

TEST(a_replica_without_a_transaction, that_it_will_never_get_is_refused) {
    live_run run(servers().primary(), {.rows = 10});
    servers().wait_replicated();
    const std::string add = "SET GLOBAL gtid_purged='+aaaaaaaa-1111-2222-3333-444444444444:1-3'";
    servers().primary().root().execute(add);
    run.start({.more = servers().arguments()});
    run.expect_stopped({"does not have the transactions aaaaaaaa-1111-2222-3333-444444444444:1-3"});
    servers().on_replica({add});
}

TEST(an_account_on_the_replica, that_may_not_read_its_log_is_refused) {
    live_run run(servers().primary(), {.rows = 10});
    run.session().execute("CREATE USER IF NOT EXISTS reads_nothing IDENTIFIED BY 'at all'");
    run.session().execute("GRANT ALL ON *.* TO reads_nothing");
    run.session().execute("REVOKE REPLICATION SLAVE ON *.* FROM reads_nothing");
    servers().wait_replicated();
    auto more = servers().arguments();
    more.insert(more.end(), {"--user=reads_nothing", "--password=at all"});
    run.start({.more = more});
    run.expect_stopped({"may not read the binary log", "GRANT REPLICATION SLAVE"});
}

TEST(an_assumed_primary, that_is_not_one_of_the_replica_is_refused) {
    sandbox_server stranger;
    live_run run(servers().primary(), {.rows = 10});
    servers().wait_replicated();
    // Seen from the primary, which replicates from nobody.
    run.start(
        {.more = {"--assume-master-host=127.0.0.1:" + std::to_string(stranger.port()),
                  "--master-user=" + stranger.user(), "--master-password=" + stranger.password()}});
    run.expect_stopped({"does not replicate from"});
}

}  // namespace
}  // namespace segue::test
