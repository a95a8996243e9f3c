#pragma once

#include <functional>
#include <string>

namespace segue::cli {

/// Prints "Password:" on stdout and reads a line from the terminal without showing it. Blocks.
/// Throws error if the process has no terminal.
std::string ask_password();

/// A line, without its end, from a terminal whose echo is off meanwhile; `prompt` is called when it
/// is. SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGTSTP, where they are not ignored, take effect when
/// it echoes again; throws error where the process outlives that, but for SIGTSTP: a process that
/// goes on prompts anew.
std::string read_hidden_line(int terminal, const std::function<void()>& prompt);

}  // namespace segue::cli
