#pragma once

#include <string>

namespace segue::db {

/// What the connector has no option for, in an option file that it has the client library read. It
/// holds no secret, is in memory where that can be named, and is gone with this.
/// https://mariadb.com/docs/connectors/mariadb-connector-c/configuring-mariadb-connectorc-with-option-files
/// Lifecycle: there until the connection is made.
class client_options {
  public:
    /// No password is sent in a way that shows it to who listens, whatever plugin the server asks
    /// for. `fingerprint`: SHA-1 of the only certificate that is taken, so that a server without
    /// TLS is refused as well; empty: any, and none. Throws segue::error where no file can be made.
    explicit client_options(const std::string& fingerprint);
    client_options(const client_options&) = delete;
    client_options& operator=(const client_options&) = delete;
    ~client_options();

    const std::string& path() const noexcept { return path_; }
    /// The section that counts.
    static constexpr const char* group = "segue";

  private:
    int descriptor_ = -1;
    std::string path_;
    bool on_disk_ = false;
};

}  // namespace segue::db
