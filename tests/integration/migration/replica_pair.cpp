#include "tests/integration/migration/replica_pair.hpp"

#include "src/base/error.hpp"
#include "tests/support/conditions.hpp"

#include <exception>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace segue::test {
namespace {

const std::string account = "both_servers";
const std::string account_password = "on both";
const std::string tokens = "segue_replicated.tokens";

/// Ends the servers before what they need is gone.
class pairs final : public testing::Environment {
  public:
    void TearDown() override { made.clear(); }
    std::map<std::string, std::unique_ptr<replica_pair>> made;
};
pairs& all_pairs = *static_cast<pairs*>(testing::AddGlobalTestEnvironment(new pairs));

}  // namespace

replica_pair::replica_pair(const pair_options& options)
    : version_(options.version),
      primary_(std::make_unique<sandbox_server>(
          server_options{.mysqld = options.primary, .version = options.version})) {
    const sandbox_server* source = primary_.get();
    if (options.another_between) {
        between_ = std::make_unique<sandbox_server>(server_options{
            .mysqld = options.replica, .replica_of = source, .version = options.version});
        source = between_.get();
    }
    replica_ = std::make_unique<sandbox_server>(server_options{
        .mysqld = options.replica, .replica_of = source, .version = options.version});
    auto session = primary_->connect();
    session.execute(
        fmt::format("CREATE USER {}@'%' IDENTIFIED BY '{}'", account, account_password));
    session.execute("CREATE DATABASE segue_replicated");
    session.execute(fmt::format("CREATE TABLE {} (token CHAR(36) PRIMARY KEY)", tokens));
    session.execute(fmt::format("GRANT ALL ON *.* TO {}@'%'", account));
}

std::string replica_pair::assume_primary() const {
    return fmt::format("--assume-master-host=127.0.0.1:{}", primary_->port());
}

std::vector<std::string> replica_pair::arguments() const {
    if (between_)
        return arguments_to_find_the_primary();  // an account of one of them has no password on the
                                                 // next
    return {
        fmt::format("--port={}", replica_->port()), "--user=" + replica_->user(),
        "--password=" + replica_->password(),       assume_primary(),
        "--master-user=" + primary_->user(),        "--master-password=" + primary_->password()};
}

std::vector<std::string> replica_pair::arguments_to_find_the_primary() const {
    return {fmt::format("--port={}", replica_->port()), "--user=" + account,
            "--password=" + account_password};
}

void replica_pair::wait_replicated() {
    auto primary = primary_->connect();
    const auto token = primary.query_value("SELECT UUID()").value_or("");
    primary.execute(fmt::format("INSERT INTO {} VALUES ('{}')", tokens, token));
    auto replica = replica_->root();
    eventually("the replica has caught up", [&] {
        try {
            return !replica.query(fmt::format("SELECT 1 FROM {} WHERE token='{}'", tokens, token))
                        .empty();
        } catch (const error&) {
            return false;  // Not even the table is there.
        }
    });
}

void replica_pair::on_replica(const std::vector<std::string>& statements) {
    auto session = replica_->root();
    for (const auto& sql : statements) session.execute(sql);
}

void replica_pair::start_replication() {
    on_replica({"START REPLICA"});
    auto session = replica_->root();
    eventually("the replica replicates", [&] {
        const auto status = session.query_named("SHOW REPLICA STATUS");
        return status.size() == 1 && status[0].at("Replica_IO_Running") == "Yes" &&
               status[0].at("Replica_SQL_Running") == "Yes";
    });
}

void replica_pair::set_up_replica(const std::vector<std::string>& statements) {
    on_replica({"STOP REPLICA"});
    on_replica(statements);
    start_replication();
}

replica_set_up::replica_set_up(replica_pair& servers, statements run)
    : servers_(servers), run_(std::move(run)) {
    servers_.set_up_replica(run_.before);
}

replica_set_up::~replica_set_up() {
    try {
        servers_.set_up_replica(run_.after);
    } catch (const std::exception& failed) {
        ADD_FAILURE() << "setting the replica back: " << failed.what();
    }
}

pair_options usual_pair() {
    return {.name = "by_gtid_with_workers_in_order",
            .primary = {"--plugin-load-add=semisync_source.so"},
            .replica = {"--replica-parallel-workers=4", "--replica-preserve-commit-order=ON"}};
}

pair_options pair_of_8_0() {
    return {.name = "of_8_0", .replica = usual_pair().replica, .version = "8.0"};
}

replica_pair& shared_pair(const pair_options& options) {
    auto& one = all_pairs.made[options.name];
    if (!one) one = std::make_unique<replica_pair>(options);
    return *one;
}

}  // namespace segue::test
