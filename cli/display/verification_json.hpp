#pragma once

#include "src/commands/table_comparison.hpp"

#include <string>
#include <vector>

/// What `segue verify` tells programs: docs/json.md.
namespace segue::display {

/// How a comparison ended.
struct verification_end {
    int exit_code = 0;
    std::string why = {};  ///< What ended it; empty where all was compared.
    std::vector<std::string> notices = {};
    const commands::compared_tables* compared = nullptr;  ///< nullptr: nothing was.
};

/// On one line, without its end.
std::string json_of(const verification_end& end);

}  // namespace segue::display
