#pragma once

#include "src/db/session.hpp"
#include "src/db/session_factory.hpp"
#include "src/wire/connection_options.hpp"
#include "tests/support/child_process.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace segue::test {

class sandbox_server;

struct server_options {
    std::vector<std::string> mysqld =
        {};  ///< "--gtid-mode=OFF", ...: they win over the sandbox' own.
    const sandbox_server* replica_of = nullptr;  ///< Must run for as long as this one.
    std::string version = {};                    ///< As scripts/sandbox takes it; empty: any.
};

/// A private MySQL server of this test process, started by scripts/sandbox.
/// Lifecycle: runs once constructed; the destructor stops it and removes its data. When the test
/// process dies, whatever the reason, its servers are stopped as well.
/// Threads: the functions that make sessions may be called from any; the others from one at a time.
/// Errors: segue::error where the script fails, with what it wrote. That there is no MySQL to run
/// is such an error, never a reason to skip a test; for an old version see why_not_to_be_had().
class sandbox_server {
  public:
    explicit sandbox_server(const server_options& options = {});
    sandbox_server(const sandbox_server&) = delete;
    sandbox_server& operator=(const sandbox_server&) = delete;
    ~sandbox_server();

    const std::string& name() const noexcept { return name_; }
    const std::string& host() const noexcept { return tcp_.server.host; }
    std::uint16_t port() const noexcept { return tcp_.server.port; }
    const std::string& socket() const noexcept { return socket_.server.socket; }
    const std::string& user() const noexcept { return tcp_.user; }
    const std::string& password() const noexcept { return tcp_.password; }
    const std::string& version() const noexcept { return version_; }
    const std::filesystem::path& data_folder() const noexcept { return data_folder_; }

    /// The account of the sandbox, which may do everything.
    const wire::connection_options& over_tcp() const noexcept { return tcp_; }
    const wire::connection_options& over_socket() const noexcept { return socket_; }

    /// A session with Segue's settings, of the sandbox' account through TCP.
    db::session connect() const { return factory_->connect(); }
    /// The same of root through the socket.
    db::session root() const { return root_factory_->connect(); }

    /// kill -9, as a crash.
    void kill_hard();
    /// Starts a killed server again: same data, port and options.
    void resume();
    /// To its process, as SIGSTOP.
    void signal(int number);

  private:
    std::string name_;
    std::string version_;
    std::filesystem::path data_folder_;
    wire::connection_options tcp_;
    wire::connection_options socket_;
    std::unique_ptr<db::session_factory> factory_;
    std::unique_ptr<db::session_factory> root_factory_;
};

/// The server that all tests of this executable share that want the same options and version
/// (replicas are never shared). It is started at the first call and stopped when the process ends.
/// Tests leave its global settings as they found them, and work in a fresh_schema of their own.
sandbox_server& shared_server(const std::vector<std::string>& mysqld = {},
                              const std::string& version = {});

/// Why no server of this version (as server_options') can be started here: neither is it installed
/// nor has the archive its packages any more. Empty if it can; tests of an old version are skipped
/// with this as the reason. Throws segue::error where something else is wrong.
std::optional<std::string> why_not_to_be_had(const std::string& version);

/// An empty schema with a name of its own, dropped by the destructor.
class fresh_schema {
  public:
    /// `server` outlives this.
    explicit fresh_schema(const sandbox_server& server);
    fresh_schema(const fresh_schema&) = delete;
    fresh_schema& operator=(const fresh_schema&) = delete;
    ~fresh_schema();

    const std::string& name() const noexcept { return name_; }

  private:
    const sandbox_server& server_;
    std::string name_;
};

}  // namespace segue::test
