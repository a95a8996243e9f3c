#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

/// `segue ctl` and `segue status`, which talk to a running segue through its socket. `arguments`:
/// all behind the program's name. Unset where the first of them is neither, and for `segue status
/// --database`, which asks a server (cli/status). Returns the exit code:
/// 0 done; 1 refused, or nobody is there; 2 for arguments that are wrong. Prints on stdout, what is
/// wrong on stderr. Blocks.
std::optional<int> run_remote(const std::vector<std::string>& arguments);

struct remote_flag {
    std::string name;  ///< With its minuses.
    bool takes_value;
};
/// What may be said behind `segue ctl` or `segue status`: `command` is one of the two.
std::vector<remote_flag> remote_flags(std::string_view command);

}  // namespace segue::cli
