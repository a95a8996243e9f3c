#pragma once

#include "cli/command_line/options.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

/// What --help says of a command other than a migration, beside the flags that it takes: they are
/// read as a migration's are, and mean the same.
struct command_help {
    std::string_view about;  ///< Its usage, and what it does.
    std::vector<std::string_view> flags;
    /// What some of them mean to it, where a migration's help has more, or other, to say.
    std::map<std::string_view, std::string_view> meanings;
    std::map<std::string_view, std::string_view> value_names = {};  ///< As `meanings`.
    std::string_view ends;                                          ///< Its exit codes.
    /// Flags that are switches elsewhere, and have a value here.
    std::vector<std::string_view> with_value = {};
};

/// Unset: it takes the flags of a migration, all of them.
std::optional<command_help> help_of(job of);

/// The flags that mean something to it: others are refused, unless they ask for nothing anyway
/// (flag_answer::notice). Unset: all of them.
std::optional<std::vector<std::string_view>> flags_of(job of);

/// What the first word asks for; job::migrate for every other word.
job job_called(std::string_view word);

/// Why the flag, which is none of them, is refused.
std::string foreign_flag_text(job of, std::string_view flag);

/// What is said of a first word that is no flag, and so would be a command.
std::string unknown_command_text(std::string_view word);

}  // namespace segue::cli
