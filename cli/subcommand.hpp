#pragma once

#include <functional>
#include <string>

namespace segue::cli {

/// Does what a subcommand is asked for, whose exit code `work` returns. Where it throws
/// segue::error, or is stopped, that is told: on stderr, and with `json` to programs, by the
/// document of `json_of_failure`. The exit code is 1 then.
int run_subcommand(bool json, const std::function<int()>& work,
                   const std::function<std::string(const std::string& why)>& json_of_failure);

/// `code`; or 1, which is told, where stdout could not take all that was printed.
int unless_unwritten(int code);

}  // namespace segue::cli
