#pragma once

#include "src/commands/remnants.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What `segue cleanup --json` writes: one document, on one line, without its end. docs/json.md has
/// it field by field.
namespace segue::display {

/// What `segue cleanup` has found, and done.
struct cleaned_up {
    commands::remnants found;
    bool executed = false;               ///< With --execute.
    std::vector<std::string> done = {};  ///< What was dropped, or made, a line each.
    std::string why_not_done = {};       ///< Empty: all was done that was to be.
};

std::string json_of(const cleaned_up& end);
/// Of one that was refused, or could not be done to its end.
std::string json_of_refused_clean_up(std::string_view why);

}  // namespace segue::display
