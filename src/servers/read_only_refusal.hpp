#pragma once

#include "src/base/refusal.hpp"

#include <string>

namespace segue::servers {

/// Why nothing is written to a server that is read_only, and what to do. `host`: the server;
/// `super_read_only`: its setting, as it prints it.
refusal read_only_refusal(const std::string& host, const std::string& super_read_only);

}  // namespace segue::servers
