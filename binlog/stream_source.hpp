#pragma once

#include "binlog/stream.hpp"
#include "src/base/error.hpp"
#include "src/wire/connection.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

namespace segue::binlog {

/// What a server's transactions are numbered to, as it says itself.
struct server_gtids {
    gtid_set purged;  ///< Executed, and no longer in its binary log.
    gtid_set executed;
};

/// Why the stream cannot begin behind `ours`.
enum class gtid_verdict {
    good,
    purged,       ///< The server has thrown away what comes next.
    not_executed  ///< `ours` holds what the server does not have (yet, or any more).
};
/// Whether a server with these transactions can give the stream behind `ours`.
gtid_verdict judge(const gtid_set& ours, const server_gtids& server);

/// True when the stream may be had by connecting again after this error of the server or of the
/// network: the connection is gone, or the server is not able to answer just now.
bool worth_reconnecting(const error& failed);

/// Whether the server ended the dump for another client of the same server_uuid or server_id.
bool is_cut_off_by_another(const error& from_server);

/// An error that the server answered with once it was logged in to, with what to do about it.
error with_remedy(const error& from_server);

/// Opens the stream: logs in, makes sure that the server is the one expected and still has what
/// comes behind `from`, in the log that `mark` is of, and asks for it. The packets of the stream
/// are then read from the result. `pinned_uuid` must be the server's @@server_uuid if it is set;
/// else it is set to it. Blocks for the bounds of options.connection, and while the server has yet
/// to commit what it has already streamed (at most half a minute). Errors: segue::error; see
/// worth_reconnecting().
wire::connection open_stream(const reader_options& options, const stream_position& from,
                             const std::optional<log_mark>& mark,
                             std::optional<std::string>& pinned_uuid, std::stop_token stop);

/// Waits, or throws segue::stopped when `stop` is requested.
void pause(std::chrono::milliseconds time, std::stop_token stop);

}  // namespace segue::binlog
