#pragma once

#include "src/control/command_server.hpp"

#include <chrono>
#include <string>

namespace segue::control {

/// Sends one line to a command_server and returns the whole answer. One of `at` is used: the Unix
/// socket where its path is set. Throws segue::error where nobody serves there, or no answer comes
/// within `limit`. Blocks; any thread.
std::string ask(const serving_places& at, const std::string& line, std::chrono::seconds limit);

/// Whether somebody takes connections at this path; also where this process may not, or its queue
/// is full. Does not block.
bool is_served(const std::string& unix_path);

}  // namespace segue::control
