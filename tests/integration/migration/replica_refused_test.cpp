// Replicas that the stream cannot come from, each refused before anything is made.
#include "tests/integration/migration/quiet_run.hpp"
#include "tests/integration/migration/replica_pair.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::test {
namespace {

replica_pair& servers() {
    return shared_pair(usual_pair());
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
    servers().set_up_replica(GetParam().after);
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
    run.expect_stopped({"no table", "that the account can see on the replica", "has caught up"});
}

void expect_refused_for_its_gtid_mode(replica_pair& of) {
    live_run run(of.primary(), {.rows = 10});
    of.wait_replicated();
    const replica_set_up set(of, {.before = {"SET GLOBAL gtid_mode=ON_PERMISSIVE"},
                                  .after = {"SET GLOBAL gtid_mode=ON"}});
    run.start({.more = of.arguments()});
    run.expect_stopped({"gtid_mode is not ON on", "and ON on", "or make both alike"});
}

void expect_refused_as_it_does_not_sync(replica_pair& of) {
    live_run run(of.primary(), {.rows = 10});
    of.wait_replicated();
    const replica_set_up set(
        of, {.before = {"SET GLOBAL gtid_mode=ON_PERMISSIVE", "SET GLOBAL sync_binlog=0",
                        "CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION=0"},
             .after = {"SET GLOBAL gtid_mode=ON", "SET GLOBAL sync_binlog=1",
                       "CHANGE REPLICATION SOURCE TO SOURCE_AUTO_POSITION=1"}});
    const global_setting on_primary(of.primary(), "gtid_mode", "'ON_PERMISSIVE'");
    run.start({.more = of.arguments()});
    run.expect_stopped({"has sync_binlog 0 and no GTIDs", "SET GLOBAL sync_binlog=1"});
}

// What is fixed when a server starts, all at once.
void expect_refused_for_its_options(const replica_pair& of) {
    const sandbox_server& primary = of.primary();
    const sandbox_server unfit(
        {.mysqld = {"--log-replica-updates=OFF", "--replica-skip-errors=1032",
                    "--binlog-do-db=elsewhere", "--lower-case-table-names=1"},
         .replica_of = &primary,
         .version = of.version()});
    live_run run(primary, {.rows = 10});
    const std::string assume_it = "--assume-master-host=127.0.0.1:" + std::to_string(unfit.port());
    const std::vector<std::string> from_it = {"--port=" + std::to_string(unfit.port()),
                                              "--user=" + unfit.user(),
                                              "--password=" + unfit.password()};
    auto more = from_it;
    more.insert(more.end(), {of.assume_primary(), "--master-password=" + primary.password()});
    run.start({.more = more});
    run.expect_stopped({"does not log what it replicates (log_bin, log_replica_updates)",
                        "skips errors (replica_skip_errors=1032)",
                        "leaves `" + run.table().schema + "` out of its binary log",
                        "lower_case_table_names is 1 on"});

    // As the primary: changes that it replicates would be seen by nobody.
    more = from_it;
    more.push_back(assume_it);
    run.start({.more = more});
    run.expect_stopped({"replicates, and does not log what it replicates", "RESET REPLICA ALL"});

    // As the primary of its own primary.
    run.start({.more = {assume_it, "--master-password=" + unfit.password()}});
    run.expect_stopped({"does not replicate from"});
}

TEST(a_replica_of_another_gtid_mode, is_refused) {
    expect_refused_for_its_gtid_mode(servers());
}
TEST(a_replica_without_gtids, that_does_not_sync_its_log_is_refused) {
    expect_refused_as_it_does_not_sync(servers());
}
TEST(a_server_with_unfit_options, is_refused_for_each_of_them) {
    expect_refused_for_its_options(servers());
}
TEST(long_a_replica_of_8_0, is_refused_for_the_same_reasons) {
    auto& of_8_0 = shared_pair(pair_of_8_0());
    expect_refused_for_its_gtid_mode(of_8_0);
    expect_refused_as_it_does_not_sync(of_8_0);
    expect_refused_for_its_options(of_8_0);
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

}  // namespace
}  // namespace segue::test
