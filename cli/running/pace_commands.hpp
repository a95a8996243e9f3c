#pragma once

#include "src/control/command.hpp"
#include "throttle/pace.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The commands that ask for and change how fast rows go, and what that waits for: of a migration
/// and of a backfill.
namespace segue::cli {

/// The value that is in force, as its flag would have it. Precondition: it is one of these
/// commands.
std::string pace_value(std::string_view setting, const throttle::pace& pace);

/// What the flag of the command's name makes of its argument, by the rules of the command line.
/// Returns what is to be told with the answer, lines each; empty: nothing. `status_variables`: the
/// names by which a load can be watched, empty where they are not known yet. Throws segue::error
/// for what cannot be.
std::string change_pace(throttle::live_pace& live, const control::command& asked,
                        const std::vector<std::string>& status_variables);

/// Switches the operator's own throttle; tells where it was otherwise.
void throttle_by_command(throttle::live_pace& live, bool on);

}  // namespace segue::cli
