#pragma once

#include "binlog/stream.hpp"
#include "src/db/session.hpp"
#include "src/servers/server_roles.hpp"

#include <optional>
#include <string>

namespace segue::servers {

/// Why a stream that has come to `position` cannot be taken up there, a part of a sentence;
/// nullopt: it can. `server_uuid`: of the server whose log it is a place in. `primary`: a session
/// on the primary. Throws as sessions do.
/// https://dev.mysql.com/doc/refman/8.4/en/show-binary-logs.html
/// https://dev.mysql.com/doc/refman/8.4/en/replication-options-gtids.html
std::optional<std::string> why_not_read_from(const server_roles& roles, db::session& primary,
                                             const binlog::stream_position& position,
                                             const std::string& server_uuid);

/// That the log from which a stream is taken up again may be purged within a day, one sentence;
/// nullopt: it is kept for longer. Throws as sessions do.
/// https://dev.mysql.com/doc/refman/8.4/en/replication-options-binary-log.html
std::optional<std::string> why_log_may_not_last(const server_roles& roles, db::session& primary);

}  // namespace segue::servers
