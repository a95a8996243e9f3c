#pragma once

#include "binlog/stream.hpp"
#include "src/changes/barrier.hpp"
#include "src/db/retry.hpp"
#include "src/servers/server_roles.hpp"

#include <functional>
#include <stop_token>
#include <string>

namespace segue::carry {

/// Where the stream begins: behind all that the server it comes from has logged so far. A barrier
/// has to follow: what stands there may not be visible yet, on a primary whose replica is read no
/// less, since transactions are sent on before they are.
///
/// From a replica: waits first until a marker has come through to it, telling once what it waits
/// for, so that definitions of before the start are no events of the stream. Throws where
/// transactions of the primary's would never come.
/// Precondition: the heartbeat runs. `gtids`: positions are GTID sets. Blocks. Throws `stopped`, or
/// segue::error.
binlog::stream_position stream_start(db::retrying_session& primary,
                                     const servers::server_roles& roles, bool gtids,
                                     changes::barrier& barrier,
                                     const std::function<void(const std::string&)>& tell,
                                     std::stop_token stop);

}  // namespace segue::carry
