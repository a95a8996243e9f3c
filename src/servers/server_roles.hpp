#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session_factory.hpp"
#include "src/wire/connection_options.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace segue::servers {

/// --assume-master-host, --master-user and --master-password.
struct assumed_primary {
    wire::endpoint server;
    std::string user;      ///< Empty: as for the server given.
    std::string password;  ///< Empty: as for the server given.
};

/// Which server does what: rows are read and written on the primary, and the stream comes from the
/// server that was given, which is the primary itself or a replica of it, maybe over others.
/// docs/decisions/0006-stream-from-a-replica.md says why that is right.
/// Threads: one at a time. Errors: segue::error, with a remedy where the operator can do something.
class server_roles {
  public:
    /// The server given is a replica that is written to by itself: it has both parts. Throws when
    /// it is none, or when its binary log does not hold what it replicates.
    static server_roles replica_by_itself(const wire::connection_options& given);

    /// Finds the primary, from one server to its source until none is left, or is the assumed one.
    /// Throws when it cannot be told which it is, or when the binary log of a server on the way
    /// would not hold every change of the schema in the primary's order.
    static server_roles find(const wire::connection_options& given,
                             const std::optional<assumed_primary>& assumed,
                             const std::string& schema);

    const wire::connection_options& primary() const noexcept { return primary_; }

    /// The replica that the stream comes from.
    struct replica {
        wire::connection_options connection;
        std::string uuid;
        std::string host;     ///< As the server names itself, with its port.
        std::string version;  ///< As @@version has it.
        bool image_is_minimal = false;
    };
    /// Unset: the stream comes from the primary itself.
    const std::optional<replica>& stream_from() const noexcept { return stream_from_; }

    /// Whether throw_if_unfit() takes a server that does not replicate just now for unfit.
    enum class running { required, or_not };
    /// Looks again at each server between the stream and the primary, and at the primary; throws
    /// when one is not fit any more. One that does not replicate just now may do so later.
    void throw_if_unfit(running replication) const;

    /// Throws when the replica's table is not the primary's: row images would be misread.
    /// Passes where the primary has no such table.
    void throw_if_tables_differ(db::session& primary, const table_name& table) const;

    /// A new session on the replica that the stream comes from. Precondition: it is set.
    db::session connect_replica() const;

  private:
    server_roles() = default;
    std::vector<refusal> unfit(running replication) const;

    wire::connection_options primary_;
    std::optional<replica> stream_from_;
    /// Of the servers that hand changes on; the stream's own comes first.
    std::vector<std::shared_ptr<db::session_factory>> relays_;
    std::string schema_;
    bool gtids_ = false;
};

}  // namespace segue::servers
