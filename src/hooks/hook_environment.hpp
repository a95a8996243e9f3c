#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

namespace segue::hooks {

/// What a hook is told, by names without their prefix: "TABLE_NAME" is GH_OST_TABLE_NAME and
/// SEGUE_TABLE_NAME to it.
using hook_variables = std::map<std::string, std::string>;

/// The environment of a hook, `NAME=value` each: `inherited` with `told` in both prefixes, which
/// take the place of variables of these names. A zero byte ends a value.
///
/// No variable is inherited that gives a password away: MYSQL_PWD, and whatever has one of
/// `secrets` for its value, or in it where that is no word of a few letters. Empty secrets are
/// none. Pure.
std::vector<std::string> environment_of_hook(std::span<const std::string> inherited,
                                             const hook_variables& told,
                                             std::span<const std::string> secrets);

/// The environment of this process. Threads: any, while nobody changes it.
std::vector<std::string> environment_of_process();

}  // namespace segue::hooks
