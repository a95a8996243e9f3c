#pragma once

#include "tests/integration/migration/live_run.hpp"
#include "tests/support/sandbox_server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace segue::test {

struct pair_options {
    const char* name;
    std::vector<std::string> primary = {};
    std::vector<std::string> replica = {};
    bool another_between = false;  ///< The replica is one of a replica's.
    std::string version = {};
};

/// A primary and a replica of it, maybe over another one.
/// Lifecycle: the servers run for as long as this lives. Threads: one.
class replica_pair {
  public:
    explicit replica_pair(const pair_options& options);

    const sandbox_server& primary() const noexcept { return *primary_; }
    sandbox_server& replica() noexcept { return *replica_; }

    const std::string& version() const noexcept { return version_; }  ///< As asked for.
    /// --assume-master-host=...
    std::string assume_primary() const;

    /// What makes a run on the primary take its stream from the replica; the primary is named, but
    /// over another replica found.
    std::vector<std::string> arguments() const;
    /// The same, but the primary is to be found, by an account that both servers have.
    std::vector<std::string> arguments_to_find_the_primary() const;

    /// Waits until the replica has all that the primary has committed.
    void wait_replicated();
    /// Runs statements as root on the replica.
    void on_replica(const std::vector<std::string>& statements);
    /// "START REPLICA" and that it runs.
    void start_replication();
    /// Runs statements on the replica while its replication stands still.
    void set_up_replica(const std::vector<std::string>& statements);

  private:
    const std::string version_;
    std::unique_ptr<sandbox_server> primary_;
    std::unique_ptr<sandbox_server> between_;
    std::unique_ptr<sandbox_server> replica_;
};

/// A replica that is set up otherwise for as long as this lives; each time its replication stands
/// still meanwhile.
class replica_set_up {
  public:
    struct statements {
        std::vector<std::string> before;
        std::vector<std::string> after;
    };
    replica_set_up(replica_pair& servers, statements run);
    replica_set_up(const replica_set_up&) = delete;
    replica_set_up& operator=(const replica_set_up&) = delete;
    ~replica_set_up();

  private:
    replica_pair& servers_;
    const statements run_;
};

/// With GTIDs, and workers that keep the order of commits. The primary may become semi-synchronous.
pair_options usual_pair();
pair_options pair_of_8_0();

/// The pair of these options, kept for all tests of this executable until they have run. Tests
/// leave its settings as they found them.
replica_pair& shared_pair(const pair_options& options);

}  // namespace segue::test
