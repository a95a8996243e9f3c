#pragma once

#include <string>
#include <vector>

namespace segue::control {

/// Takes away the sockets that killed processes have left at default paths with their process id,
/// which no later run would take over. Returns their paths.
///
/// Taken away is only what bears such a name (process_id_in_socket_name()), is a socket, is this
/// user's, was made more than ten seconds ago by a process that is there no more, and refuses
/// connections: so none that is just being made, which refuses them until it listens. Does not
/// throw for what a file system can answer.
std::vector<std::string> remove_abandoned_sockets(const std::string& folder = "/tmp");

}  // namespace segue::control
