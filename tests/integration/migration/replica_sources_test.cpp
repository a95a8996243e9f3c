// Servers that replicate from several sources, or in a circle.
#include "tests/integration/migration/replica_pair.hpp"
#include "tests/support/conditions.hpp"
#include "tests/support/oracle.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

class replica_sources : public testing::TestWithParam<pair_options> {
  protected:
    void SetUp() override { servers_.wait_replicated(); }
    void TearDown() override { servers_.wait_replicated(); }

    const sandbox_server& primary() const { return servers_.primary(); }
    const sandbox_server& replica() { return servers_.replica(); }
    /// The replica is the server to migrate.
    std::vector<std::string> arguments_for_the_replica() {
        return {fmt::format("--port={}", replica().port()),
                fmt::format("--assume-master-host=127.0.0.1:{}", replica().port()),
                "--password=" + replica().password()};
    }
    static void expect_as_native_alter(const sandbox_server& server, const live_run& run) {
        const auto answer =
            compare_with_native_alter(server.over_tcp(), {.table = run.table(),
                                                          .old_table = run.tables().old,
                                                          .alter = std::string(usual_alter)});
        EXPECT_TRUE(answer.equal()) << answer.text();
        EXPECT_GT(answer.expected_rows, 0U);
    }

    replica_pair& servers_ = shared_pair(GetParam());
};

/// The replica has a second source, from which nothing comes.
class several_sources : public replica_sources {
  protected:
    void SetUp() override {
        replica_sources::SetUp();
        servers_.on_replica(
            {"CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT=1, "
             "SOURCE_USER='nobody' FOR CHANNEL 'of_another'"});
        // It is written to, so it is no primary otherwise.
        servers_.on_replica({"SET GLOBAL read_only=OFF"});
    }
    void TearDown() override {
        servers_.on_replica({"SET GLOBAL read_only=ON"});
        servers_.on_replica({"RESET REPLICA ALL FOR CHANNEL 'of_another'"});
        replica_sources::TearDown();
    }
};

TEST_P(several_sources, leave_open_which_is_the_primary) {
    live_run run(primary(), {.rows = 10});
    servers_.wait_replicated();
    for (const auto& more : {servers_.arguments_to_find_the_primary(), servers_.arguments()}) {
        run.start({.more = more});
        run.expect_stopped({"replicates from 2 sources", "--assume-master-host"});
    }
}

TEST_P(several_sources, are_followed_where_their_replica_is_the_primary) {
    live_run run(primary(), {.rows = 1'000});
    servers_.wait_replicated();
    run.start({.postponed = true, .more = arguments_for_the_replica()});
    run.segue().wait_for_output("phase: postponed");
    run.session().execute(fmt::format("UPDATE {} SET title='late'", run.table().quoted()));
    servers_.wait_replicated();
    run.let_cut_over();
    run.expect_swapped();
    expect_as_native_alter(replica(), run);
}

/// The primary replicates what is written on the replica.
class a_circle : public replica_sources {
  protected:
    void SetUp() override {
        replica_sources::SetUp();
        const auto logs = replica().root().query("SHOW BINARY LOGS");
        primary().root().execute(fmt::format(
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT={}, SOURCE_USER={}, "
            "SOURCE_PASSWORD={}, GET_SOURCE_PUBLIC_KEY=1, SOURCE_LOG_FILE={}, SOURCE_LOG_POS={}",
            replica().port(), quoted_literal(replica().user()),
            quoted_literal(replica().password()), quoted_literal(logs.back()[0].value()),
            logs.back()[1].value()));
        primary().root().execute("START REPLICA");
    }
    void TearDown() override {
        primary().root().execute("STOP REPLICA");
        primary().root().execute("RESET REPLICA ALL");
        replica_sources::TearDown();
    }
    live_run run_{primary(), {.rows = 1'000}};
};

TEST_P(a_circle, leaves_open_which_is_the_primary) {
    run_.start({.more = servers_.arguments_to_find_the_primary()});
    run_.expect_stopped({"the servers replicate in a circle", "--assume-master-host"});
}

// What is written on the replica would stand in the stream before the primary has it, and only
// there: once the key was carried over, or dropped, nobody would look at it again.
TEST_P(a_circle, gives_no_stream_from_another_than_the_primary) {
    run_.start({.more = servers_.arguments()});
    run_.expect_stopped({"replicates itself, from 127.0.0.1:", "both name the primary"});
}

TEST_P(a_circle, is_followed_from_the_primary) {
    run_.start({.postponed = true, .more = {servers_.assume_primary()}});
    run_.segue().wait_for_output("phase: postponed");
    servers_.on_replica({fmt::format("UPDATE {} SET title='late'", run_.table().quoted())});
    eventually("the primary has what was written on the replica", [&] {
        return run_.session().query_value(fmt::format("SELECT COUNT(*) FROM {} WHERE title='late'",
                                                      run_.table().quoted())) == "1000";
    });
    run_.let_cut_over();
    run_.expect_swapped();
    expect_as_native_alter(primary(), run_);
}

std::string name_of(const testing::TestParamInfo<pair_options>& each) {
    return each.param.name;
}
INSTANTIATE_TEST_SUITE_P(of, several_sources, testing::Values(usual_pair()), name_of);
INSTANTIATE_TEST_SUITE_P(of, a_circle, testing::Values(usual_pair()), name_of);
INSTANTIATE_TEST_SUITE_P(long_of, several_sources, testing::Values(pair_of_8_0()), name_of);
INSTANTIATE_TEST_SUITE_P(long_of, a_circle, testing::Values(pair_of_8_0()), name_of);

}  // namespace
}  // namespace segue::test
