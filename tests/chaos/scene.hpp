#pragma once

#include "src/base/table_name.hpp"
#include "tests/chaos/plan.hpp"
#include "tests/chaos/server_pool.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/late_replica.hpp"
#include "tests/support/workload.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace segue::chaos {

/// Where a run takes place: the servers with the plan's settings, the table, made and filled, its
/// writers, and the proxies through which they and Segue come to the server.
/// Lifecycle: made first; the destructor drops what it made in a server that others may get.
/// Threads: one.
class scene {
  public:
    scene(const plan& of, server_pool& pool);
    scene(const scene&) = delete;
    scene& operator=(const scene&) = delete;
    ~scene();

    const migration_tables& tables() const noexcept { return tables_; }
    /// The one that is written to.
    test::sandbox_server& server() noexcept { return promoted_ ? *replica_ : *primary_; }
    test::fault_proxy& to_segue() noexcept { return *segue_proxy_; }
    test::workload& writers() noexcept { return *writers_; }
    /// SHOW CREATE TABLE before anything was done.
    const std::string& definition() const noexcept { return definition_; }

    /// A session of root's, past all proxies. The table's schema is the default one.
    test::application_session root(const std::string& schema);
    test::application_session root() { return root(tables_.original.schema); }
    /// As the oracle wants them.
    wire::connection_options root_login();

    void kill_server(std::chrono::milliseconds down_for);
    /// `lag`: for so long the replica gets nothing before; zero: it has everything.
    void promote(std::chrono::milliseconds lag);

    /// Rolls back XA transactions that were seen prepared for long, or all of them.
    void roll_back_orphans(bool all = false);
    /// The tables of the schema, in order.
    std::vector<std::string> table_names();
    /// Whether the names were swapped, as the tables tell.
    bool swapped();
    /// Whether they were on a server that was the primary before another one was promoted, which
    /// does not know of it.
    bool swapped_before_failover();
    /// No session of Segue's is left in the server. False if that does not come.
    bool segue_is_gone();

    static const std::string segue_account;
    static const std::string password;

  private:
    void make_accounts();
    void set_up_server(const plan& of);
    void make_table(const plan& of);
    void wait_replicated();

    const plan& plan_;
    std::shared_ptr<test::sandbox_server> primary_;
    std::shared_ptr<test::sandbox_server> replica_;  // none in most runs
    bool promoted_ = false;
    migration_tables tables_;
    std::string definition_;
    std::unique_ptr<test::fault_proxy> segue_proxy_;
    std::unique_ptr<test::fault_proxy> writers_proxy_;
    std::unique_ptr<test::late_replica> late_;
    std::unique_ptr<test::workload> writers_;
    struct orphan {
        std::string xid;
        std::chrono::steady_clock::time_point since;
    };
    std::vector<orphan> prepared_;
};

}  // namespace segue::chaos
