#pragma once

#include "cli/command_line/arguments.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace segue::cli {

/// What to say of a word that names no flag: the nearest one that does, or what is written
/// otherwise in the mysql client. The word itself is shown only where no password can be in it, as
/// there is in -psecret; else its `position` among the arguments, counted from 1. Pure.
std::string unknown_flag_text(std::string_view word, std::size_t position,
                              const std::vector<flag_syntax>& flags);

}  // namespace segue::cli
