#pragma once

#include "cli/command_line/options.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace segue::cli {

/// What --help says of a command other than a migration, beside the flags that it takes: they are
/// read as a migration's are, and mean the same.
struct command_help {
    std::string_view about;  ///< Its usage, and what it does.
    std::vector<std::string_view> flags;
    std::string_view ends;  ///< Its exit codes.
};

/// Unset: it takes the flags of a migration, all of them.
std::optional<command_help> help_of(job of);

}  // namespace segue::cli
