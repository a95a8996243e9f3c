#pragma once

#include <string>
#include <string_view>

/// How commands on a socket are asked and answered, whatever they are about.
namespace segue::cli {

/// Begins a line whose answer is wanted as JSON; the command stands behind it.
inline constexpr std::string_view as_json = "json ";

/// The command that stands in the line, in whichever form its answer is asked for.
std::string_view asked_in(std::string_view line);
/// The command that the line names, without its argument.
std::string command_named_in(std::string_view line);
/// What is sent back, in the form in which it was asked.
std::string formed(std::string_view line, bool done, const std::string& text);
/// What is sent back for a command that is not done.
std::string refused_answer(std::string_view line, const std::string& why);

/// Tells what is changed from outside, whatever the log level. Waits for nobody.
void tell_command(const std::string& text);

}  // namespace segue::cli
