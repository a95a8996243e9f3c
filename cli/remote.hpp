#pragma once

#include <optional>
#include <string>
#include <vector>

namespace segue::cli {

/// `segue ctl` and `segue status`, which talk to a running segue through its socket. `arguments`:
/// all behind the program's name. Unset where the first of them is neither. Returns the exit code:
/// 0 done; 1 refused, or nobody is there; 2 for arguments that are wrong. Prints on stdout, what is
/// wrong on stderr. Blocks.
std::optional<int> run_remote(const std::vector<std::string>& arguments);

}  // namespace segue::cli
