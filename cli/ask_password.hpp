#pragma once

#include <string>

namespace segue::cli {

/// Prints "Password:" on stdout and reads a line from the terminal without showing it. Blocks.
/// Throws error if the process has no terminal.
std::string ask_password();

/// The part behind the prompt: a line, without its end, from a terminal whose echo is off
/// meanwhile. SIGINT, SIGTERM, SIGHUP and SIGQUIT, where they are not ignored, take effect when it
/// echoes again; throws error where the process outlives that.
std::string read_hidden_line(int terminal);

}  // namespace segue::cli
