#pragma once

#include "src/wire/connection_options.hpp"

#include <map>
#include <string>
#include <vector>

namespace segue::tests {

/// A MySQL server of its own, started by scripts/sandbox and removed with its data at the end.
/// Blocks while the server starts (about a second) and stops.
/// Errors: std::runtime_error when the script fails.
class sandbox_server {
  public:
    struct settings {
        std::string version = {};     ///< "8.0", "9.7"; empty: what the sandbox takes by itself.
        std::string replica_of = {};  ///< Name of another server.
        std::vector<std::string> options = {};  ///< Of mysqld.
    };

    /// The server's name is made from `purpose` and this process's id.
    explicit sandbox_server(const std::string& purpose) : sandbox_server(purpose, settings{}) {}
    sandbox_server(const std::string& purpose, const settings& with);
    ~sandbox_server();
    sandbox_server(const sandbox_server&) = delete;
    sandbox_server& operator=(const sandbox_server&) = delete;

    const std::string& name() const noexcept { return name_; }
    /// A line of `scripts/sandbox env`, such as SEGUE_DATADIR.
    const std::string& value(const std::string& key) const { return values_.at(key); }

    /// As the sandbox's user, who may do anything; without TLS.
    wire::connection_options over_socket() const;
    wire::connection_options over_tcp() const;

    /// kill -9, and the same server again.
    void crash();
    void resume();

  private:
    void read_values();

    std::string name_;
    std::map<std::string, std::string> values_;
};

}  // namespace segue::tests
